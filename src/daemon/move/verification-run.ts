// Verifies that a session works: the account has to become ready on it. A whole daemon runs on it, with
// an outbox and a journal that are thrown away; the link is kept. It listens on no socket, notifies
// nobody and sends nothing.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DaemonLog } from '../../log/log.js';
import { Fault } from '../../protocol/fault.js';
import { REASON_WORDS } from '../../protocol/reason-words.js';
import { reasonOf } from '../../session/state.js';
import type { SessionDir } from '../../session-dir/layout.js';
import { readMarker } from '../../session-dir/marker.js';
import { limited } from '../machine/time-limit.js';
import type { Settings } from '../settings.js';
import { wire } from '../wire.js';

const VERIFICATION_MS = 180_000;

const quiet = () => {};
const QUIET: DaemonLog = {
  trace: quiet,
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: quiet,
  fatal: quiet,
  level: 'fatal',
  setLevel: quiet,
  flush: async () => {},
  flushSync: quiet,
};

/**
 * Connects on the session, waits until it is ready, and closes the browser cleanly.
 * @returns the linked account, a wid, if known
 * @throws Fault not_linked when WhatsApp shows a QR code instead, wait_expired, launch_failed, interrupted
 */
export async function becomesReady(
  settings: Settings,
  dir: SessionDir,
  { signal, onBrowser }: { readonly signal: AbortSignal; readonly onBrowser: (pid: number) => void },
): Promise<string | null> {
  // Next to the profile: the next move or daemon removes both, however this process ends.
  const stateDir = join(dir.dataPath, 'trial');
  await mkdir(stateDir, { mode: 0o700 });
  const daemon = await wire(
    {
      ...settings,
      dir,
      paths: { ...settings.paths, stateDir },
      config: { ...settings.config, autoInitialize: true, afterLogout: 'link' },
    },
    QUIET,
    { onBrowser },
  );
  const { actor } = daemon.account;
  // Not `begin`, which also opens the socket, HTTP, webhooks and the media prefetch.
  daemon.account.start();
  try {
    const state = await limited(VERIFICATION_MS, [signal], (over) =>
      actor.until(({ name }) => ['ready', 'linking', 'failed'].includes(name), { signal: over }),
    );
    if (state.name === 'linking')
      throw new Fault('not_linked', {
        reason: 'WhatsApp does not know this session any more: it shows a QR code',
        hint: 'wactl qr',
      });
    if (state.name !== 'ready') {
      const words = REASON_WORDS[reasonOf(state)];
      throw new Fault('launch_failed', {
        reason: `it did not become ready: ${words}`,
        hint: 'wactl doctor',
      });
    }
  } catch (error) {
    throw signal.aborted ? new Fault('interrupted') : error;
  } finally {
    actor.post({ type: 'shutdown', logout: false });
    await daemon.ended;
  }
  return (await readMarker(dir))?.wid ?? null;
}
