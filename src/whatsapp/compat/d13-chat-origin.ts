// D13: a caller that creates a chat names an origin, and WAWebCreateChat (2026-04-27) has a list of origins for which a chat may
// be kept by LID (VALID_LID_ORIGINS of WAWebChatOriginTypes). For any other it makes the chat on an account that is not migrated too,
// and reports "unexpected lid chat created" to WhatsApp, with the reason. whatsapp-web.js gives none. `createChat` is on
// the list, and what a new chat of a person's own is called (wa-js PR #3573). Delete this file when a release names one.
import type { PageWindow } from '../page/page-window.js';

declare const window: PageWindow;

/** Runs in the page, once a document. @throws where the page has no such action */
export function giveOrigin(): void {
  type Find = ((wid: unknown, origin?: string, ...more: unknown[]) => Promise<unknown>) & { wad?: true };
  const module = window.require('WAWebFindChatAction') as { findOrCreateLatestChat: Find };
  const find = module.findOrCreateLatestChat;
  if (find.wad) return;
  const reasoned: Find = (wid, origin = 'createChat', ...more) => find.call(module, wid, origin, ...more);
  reasoned.wad = true;
  module.findOrCreateLatestChat = reasoned;
}
