/**
 * The sync from "signed in" to hasSynced, and the page's other actions meanwhile: sub-frames, history states,
 * its own reload.
 */
import { knobs, pause, whenKnobs } from './boot-record.js';
import { tellProgress } from './cmd.js';
import { received } from './receive.js';
import { Socket } from './socket-model.js';

let running = false;

export async function sync({
  fresh,
  dialogHolds,
}: {
  fresh: boolean;
  dialogHolds: () => Promise<void>;
}): Promise<void> {
  // A reconnect within the same document leaves hasSynced as it is.
  if (running || Socket.hasSynced) return;
  running = true;
  if (knobs.queuedItems === 'before') await received();
  tellProgress(100);
  stir();
  if (knobs.dialogHoldsSync) await dialogHolds();
  const early = knobs.syncTiming === 'early' && !fresh;
  if (knobs.syncTiming === 'never') await whenKnobs(() => knobs.syncTiming !== 'never');
  if (knobs.syncTiming === 'when-listened') await Socket.whenListened('change:hasSynced', knobs.syncListenMs);
  if (!early) await pause(knobs.syncDelayMs);
  Socket.set({ hasSynced: true });
  reloadOnce();
  for (let flap = 0; flap < knobs.syncFlaps; flap++) {
    await pause(knobs.syncFlapMs);
    Socket.set({ hasSynced: false });
    await pause(knobs.syncFlapMs);
    Socket.set({ hasSynced: true });
  }
}

/** Reloads the page once during the sync, while other code reacts to it. */
function reloadOnce(): void {
  if (knobs.reloadAtSyncMs === 0 || sessionStorage.getItem('reloaded') !== null) return;
  sessionStorage.setItem('reloaded', 'at sync');
  setTimeout(() => location.reload(), knobs.reloadAtSyncMs);
}

/** Navigation events without a new document: whatsapp-web.js injects again on each of them (PR #201653). */
function stir(): void {
  for (let n = 0; n < knobs.framesWhileSyncing; n++) void loadFrame();
  for (let n = 0; n < knobs.pushStatesWhileSyncing; n++) history.pushState({}, '', `/#sync-${n}`);
}

export function loadFrame(): Promise<void> {
  const frame = document.createElement('iframe');
  frame.src = '/frame.html';
  frame.hidden = true;
  return new Promise((resolve) => {
    frame.onload = () => resolve();
    document.body.append(frame);
  });
}

/** The page reloads some minutes after a new link. Only the document that linked does so. */
export function scheduleReload(): void {
  if (knobs.reloadAfterLinkMs > 0) setTimeout(() => location.reload(), knobs.reloadAfterLinkMs);
}
