// D4 (H9), missed sync: raises the sync event that the library has missed. The library waits for a *change* of hasSynced,
// after at least eight round trips. A restored session may have synced by then, and then neither `authenticated` nor
// `ready` is ever raised. It is checked after every injection and while the account is not ready; if the library was in
// time, nothing happens. Upstream: PR #5748.
import type { PageSocket, PageWindow } from '../page/page-window.js';
import type { Install } from './install.js';

declare const window: PageWindow;

/** Runs in the page: raises the event if it was missed. */
function raiseMissedSync(): void {
  const socket = window.require('WAWebSocketModel').Socket as PageSocket;
  const missed =
    socket.hasSynced &&
    window.__wad?.injected === true &&
    !window.__wad.attaching &&
    typeof window.WWebJS === 'undefined';
  if (missed) void window.onAppStateHasSyncedEvent?.();
}

export const missedSync: Install = {
  id: 'D4',
  breaks: 'the sync may end before the library listens',
  since: 'always',
  source: 'wwebjs/whatsapp-web.js PR #5748, #201821',
  isOptional: false,
  install: (page) => page.evaluate(raiseMissedSync),
};
