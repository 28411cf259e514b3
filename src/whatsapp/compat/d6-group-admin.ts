// D6, groups: changes descriptions and participants in the way of each build. Since July 2026 (2.3000.1045318025 at the
// latest) setGroupDescription of WAWebGroupModifyInfoJob takes one object; with four arguments, as the library calls it,
// it throws "Cannot read properties of undefined (reading 'toJid')". Promote, demote and remove of
// WAWebModifyParticipantsGroupAction are reported to return success for people who were not changed. So
// WAWebGroupModifyParticipantsJob is called first, which that action calls itself, and which is the same in all builds.
// Delete this file when a release does so by itself.
import type { PageChat, PageModel, PageWid, PageWindow } from '../page/page-window.js';
import type { Variant, VariantResult } from './variant.js';

declare const window: PageWindow;

/** Runs in the page. The number of arguments is the only difference between the functions. */
function probeDescription(): VariantResult {
  const { setGroupDescription } = window.require('WAWebGroupModifyInfoJob');
  return setGroupDescription.length === 1 ? 'patched' : 'native';
}

/** Runs in the page: sets the description in the way of this build; an empty text removes it. */
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
 * Runs in the page: changes participants of a group, in one way after the other until the page shows the change.
 * @param people models of the page, by the identity that the group uses
 * @param shows resolves whether the page shows the change, after waiting for it
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
  breaks: 'setGroupDescription takes named arguments; changes of people report success without effect',
  since: '2.3000.1045318025',
  source: 'wwebjs/whatsapp-web.js PR #201895; devlikeapro/waha #2199; wppconnect-team/wa-js #3595, #3546',
  capability: 'group.admin',
  probe: (page) => page.evaluate(probeDescription),
};
