// D6, groups: since July 2026 (2.3000.1045318025 at the latest) setGroupDescription of WAWebGroupModifyInfoJob takes one
// object; called with four arguments, as the library calls it, it throws "Cannot read properties of undefined (reading
// 'toJid')". And promote, demote and remove of WAWebModifyParticipantsGroupAction are reported to answer with success for
// people who were never touched: WAWebGroupModifyParticipantsJob is asked first, to which the action itself hands on, and
// which is the same on all builds. Delete this file when a release does so by itself.
import type { PageChat, PageModel, PageWid, PageWindow } from '../page/page-window.js';
import type { Variant, VariantResult } from './variant.js';

declare const window: PageWindow;

/** Runs in the page. How many arguments it has is all that tells one function from the other. */
function probeDescription(): VariantResult {
  const { setGroupDescription } = window.require('WAWebGroupModifyInfoJob');
  return setGroupDescription.length === 1 ? 'patched' : 'native';
}

/** Runs in the page: sets the description by whichever way this build has; an empty text removes it. */
export async function describeGroup(chat: PageChat, text: string, newDescId: string): Promise<void> {
  const info = window.require('WAWebGroupModifyInfoJob');
  const { id: groupWid, groupMetadata } = chat;
  const desc = text === '' ? undefined : text;
  const prevDescId = groupMetadata?.descId;
  if (info.setGroupDescription.length === 1)
    await info.setGroupDescription({ groupWid, desc, newDescId, prevDescId });
  else await info.setGroupDescription(groupWid, desc, newDescId, prevDescId);
}

/**
 * Runs in the page: changes people of a group, by one way after the other until it shows.
 * @param people models of the page, under the identity that the group keeps
 * @param shows resolves whether the page shows it, in its own time
 */
export async function changePeople(
  action: 'remove' | 'promote' | 'demote',
  chat: PageChat,
  people: readonly (PageModel & { readonly id: PageWid })[],
  shows: () => Promise<boolean>,
): Promise<void> {
  const { isLidAddressingMode } = (chat.groupMetadata ?? {}) as PageModel;
  const ways = [
    () =>
      window.require('WAWebGroupModifyParticipantsJob')[`${action}GroupParticipants`](
        chat.id,
        people.map(({ id }) => id),
        isLidAddressingMode === true,
      ),
    () => window.require('WAWebModifyParticipantsGroupAction')[`${action}Participants`](chat, people),
  ];
  let refused: unknown;
  for (const way of ways) {
    refused = undefined;
    try {
      await way();
      if (await shows()) return;
    } catch (error) {
      refused = error;
    }
  }
  if (refused !== undefined) throw refused;
}

export const groupAdmin: Variant = {
  id: 'D6',
  breaks: 'setGroupDescription takes named arguments; people are changed with success and not at all',
  since: '2.3000.1045318025',
  source: 'wwebjs/whatsapp-web.js PR #201895; devlikeapro/waha #2199; wppconnect-team/wa-js #3595, #3546',
  capability: 'group.admin',
  probe: (page) => page.evaluate(probeDescription),
};
