// D4 (H9): the library waits for a *change* of hasSynced, after at least eight round trips. A restored session may
// have synced by then, and neither `authenticated` nor `ready` ever comes. Probed and mended after every injection
// and again while the account is not ready; harmless where the library was in time. Upstream: PR #5748.
import type { PageSocket, PageWindow } from '../page/page-window.js';

declare const window: PageWindow;

/** Runs in the page. Raises the event that the library missed; true when it had. */
export function raiseMissedSync(): boolean {
  const socket = window.require('WAWebSocketModel').Socket as PageSocket;
  const missed =
    socket.hasSynced &&
    window.__wad?.injected === true &&
    !window.__wad.attaching &&
    typeof window.WWebJS === 'undefined';
  if (missed) void window.onAppStateHasSyncedEvent?.();
  return missed;
}
