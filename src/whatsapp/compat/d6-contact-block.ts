// D6, blocking: finds the model of the person to block. Since June 2026 WAWebBlockContactUtils lacks
// getContactToBlockOnlyUseIfNoAssociatedChat, with which the library finds the person: every block fails with "is not a
// function". The remaining functions only open a dialog. The action itself, WAWebBlockContactAction, is unchanged; it takes
// a person by LID, as the list of blocked people does. Delete this file when a release finds the person by itself.
import type { PageModel, PageWindow } from '../page/page-window.js';
import type { Variant, VariantResult } from './variant.js';

declare const window: PageWindow;

/** Runs in the page. */
function probeBlock(): VariantResult {
  try {
    const { getContactToBlockOnlyUseIfNoAssociatedChat: helper } = window.require('WAWebBlockContactUtils');
    return typeof helper === 'function' ? 'native' : 'patched';
  } catch {
    return 'patched';
  }
}

/** Runs in the page: the model that this build blocks a person by. @param byLid finds the person's model by LID */
export async function whomToBlock(contact: PageModel, byLid: () => Promise<PageModel>): Promise<PageModel> {
  let helper: unknown;
  try {
    helper = window.require('WAWebBlockContactUtils').getContactToBlockOnlyUseIfNoAssociatedChat;
  } catch {} // the module is missing, too
  return typeof helper === 'function' ? helper(contact, 'ChatListBlock') : byLid();
}

export const contactBlock: Variant = {
  id: 'D6',
  breaks: 'the helper that finds the person to block is missing',
  since: '2.3000.1040549582',
  source: 'wwebjs/whatsapp-web.js #201776, #201866; rmyndharis/OpenWA PR #1391',
  capability: 'contact.block',
  probe: (page) => page.evaluate(probeBlock),
};
