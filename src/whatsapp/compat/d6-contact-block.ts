// D6, blocking: since June 2026 WAWebBlockContactUtils has no getContactToBlockOnlyUseIfNoAssociatedChat, which the
// library asks whom to block: "is not a function", for everybody. What is left there opens a dialog and blocks nobody. The
// action itself, WAWebBlockContactAction, is as before, and takes a person under their LID, by which the list of the blocked
// is kept. Delete this file when a release finds the person by itself.
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

/** Runs in the page: the model by which somebody is blocked on this build. @param byLid finds theirs under the LID */
export async function whomToBlock(contact: PageModel, byLid: () => Promise<PageModel>): Promise<PageModel> {
  let helper: unknown;
  try {
    helper = window.require('WAWebBlockContactUtils').getContactToBlockOnlyUseIfNoAssociatedChat;
  } catch {} // the module has gone with it
  return typeof helper === 'function' ? helper(contact, 'ChatListBlock') : byLid();
}

export const contactBlock: Variant = {
  id: 'D6',
  breaks: 'the helper that finds whom to block is gone',
  since: '2.3000.1040549582',
  source: 'wwebjs/whatsapp-web.js #201776, #201866; rmyndharis/OpenWA PR #1391',
  capability: 'contact.block',
  probe: (page) => page.evaluate(probeBlock),
};
