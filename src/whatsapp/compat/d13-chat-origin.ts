// D13, chat origins: names an origin when a chat is created. WAWebCreateChat (2026-04-27) has a list of origins for which
// a chat may be stored by LID (VALID_LID_ORIGINS of WAWebChatOriginTypes). For any other origin it creates the chat even on
// an account that is not migrated, and reports "unexpected lid chat created" to WhatsApp, with the reason. whatsapp-web.js
// names none. `createChat` is on the list: the origin of a chat that a person starts (wa-js PR #3573). Delete this file
// when a release names one.
import type { PageWindow } from '../page/page-window.js';
import type { Install } from './install.js';

declare const window: PageWindow;

/** Runs in the page, once per document. @throws when the page lacks the module */
function giveOrigin(): void {
  type Find = ((wid: unknown, origin?: string, ...more: unknown[]) => Promise<unknown>) & { wad?: true };
  const module = window.require('WAWebFindChatAction') as { findOrCreateLatestChat: Find };
  const find = module.findOrCreateLatestChat;
  if (find.wad) return;
  const reasoned: Find = (wid, origin = 'createChat', ...more) => find.call(module, wid, origin, ...more);
  reasoned.wad = true;
  module.findOrCreateLatestChat = reasoned;
}

export const chatOrigin: Install = {
  id: 'D13',
  breaks: 'the library names no origin when it creates a chat',
  since: 'always',
  source: 'wppconnect-team/wa-js #3550, PR #3573, PR #3574',
  isOptional: true,
  install: (page) => page.evaluate(giveOrigin),
};
