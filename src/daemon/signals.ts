// Handles signals to the process, and errors that nothing caught.

import type { Config } from '../config/keys.js';
import type { DaemonLog } from '../log/log.js';
import type { StopReason } from '../systemd/stop-reason.js';
import { isFromLibrary } from '../whatsapp/failures/errors.js';
import type { Account } from './account.js';

/** How long an end after an internal error waits for the browser to close. */
const LAST_MS = 3_000;
const EXIT_INTERNAL = 70;

/**
 * Whether this signal is meant to unlink the phone. `auto` unlinks on an explicit stop only. Only the service
 * manager can tell that from a restart; without its answer the session is kept.
 */
export const wantsLogout = (
  onTerm: Config['shutdown']['onTerm'],
  signal: NodeJS.Signals,
  { explicit }: StopReason,
): boolean => signal === 'SIGTERM' && (onTerm === 'logout' || (onTerm === 'auto' && explicit));

/**
 * SIGTERM and SIGINT stop in order; a second one ends the wait. SIGHUP stops too,
 * because the terminal is gone.
 */
export function obeySignals(
  account: Account,
  { shutdown }: Config,
  log: DaemonLog,
  reason: (account: string) => StopReason,
): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) {
      log.warn('daemon.hurry', { signal });
      account.hurry();
      return;
    }
    stopping = true;
    const { onTerm } = shutdown;
    const verdict = reason(account.name);
    const logout = wantsLogout(onTerm, signal, verdict);
    const session = logout ? 'unlink' : 'keep';
    log.info('daemon.stopping', { signal, session, onTerm, why: verdict.why });
    account.actor.post({ type: 'shutdown', logout });
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);
}

/**
 * A rejection from the library means a half-injected page, so that client is replaced. Any other is an
 * internal error: the process ends and the service manager restarts it (H5).
 */
export function catchUnhandled(account: Account, log: DaemonLog): void {
  process.on('unhandledRejection', (reason) => {
    log.error('unhandledRejection', { err: reason });
    if (isFromLibrary(reason)) broken('page_unresponsive', 'the library left a promise rejection unhandled');
    else void die();
  });
  process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
    // Puppeteer does not handle the error of a browser that cannot be spawned at all
    // (no memory, no interpreter).
    if (error.syscall?.startsWith('spawn')) return broken('launch_failed', error.message);
    log.fatal('uncaughtException', { err: error });
    void die();
  });

  function broken(reason: 'page_unresponsive' | 'launch_failed', detail: string): void {
    account.actor.post({ type: 'client.broken', generation: account.actor.state.generation, reason, detail });
  }

  async function die(): Promise<void> {
    const late = setTimeout(() => process.exit(EXIT_INTERNAL), LAST_MS);
    account.hurry();
    account.actor.post({ type: 'shutdown', logout: false });
    await account.ended;
    clearTimeout(late);
    process.exit(EXIT_INTERNAL);
  }
}
