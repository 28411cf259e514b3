// The daemon as a service of systemd: what of the account the service manager hears, and when. Without systemd all of
// it is silence. How it is said is systemd/'s.
import { join } from 'node:path';
import type { Config } from '../config/keys.js';
import type { Log } from '../protocol/log.js';
import { REASON_WORDS } from '../protocol/reason-words.js';
import type { EventName } from '../session/event.js';
import { isShuttingDown, reasonOf, type State } from '../session/state.js';
import { openNotify } from '../systemd/notify.js';
import { type StopReason, stopReason } from '../systemd/stop-reason.js';
import { startWatchdog, type Watchdog } from '../systemd/watchdog.js';
import type { Account } from './account.js';
import { PACKAGE } from './package.js';

export interface Service {
  /** The socket listens: ready, and from now on alive and with a status. */
  serves(account: Account, config: Config): void;
  /** Whether this stop is an explicit one. Ask when the signal has come. */
  stopReason(account: string): StopReason;
  /** When everything else has ended. */
  close(): Promise<void>;
}

/** Closing a browser, with all the rungs of its ladder. */
const CLOSE_MS = 25_000;
/** Files are removed, and that is it. */
const REMOVE_MS = 10_000;

/** Takes the variables by which systemd speaks to this process out of the environment: no child is to use them. */
export function openService(env: NodeJS.ProcessEnv, log: Log): Service {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: usec, WATCHDOG_PID: pid, INVOCATION_ID: invocation } = env;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name];
  const onTrouble = (says: string) => log.error('systemd.trouble', { says });
  const command = ['perl', join(PACKAGE, 'systemd/notify.pl')] as const;
  const notify = openNotify({ socket, onTrouble, command });
  let watchdog: Watchdog | null = null;

  return {
    serves(account, { shutdown }) {
      const { actor } = account;
      // One word of each step of a stop, with the bound of the next: who makes no progress gets no more time.
      const more: Partial<Record<EventName, number>> = {
        stop: shutdown.drainMs + shutdown.logoutMs + CLOSE_MS,
        'logout-done': CLOSE_MS,
        'profile-removed': REMOVE_MS,
      };
      const tell = () => notify.status(statusLine(actor.state, account.hint));
      actor.watch((now, before, { type }) => {
        if (isShuttingDown(now) && !isShuttingDown(before)) notify.stopping();
        const ms = more[type];
        if (isShuttingDown(now) && ms !== undefined) notify.extend(ms);
        if (now.name !== before.name || reasonOf(now) !== reasonOf(before)) tell();
      });
      notify.ready();
      tell();
      watchdog = startWatchdog({
        usec,
        pid,
        onTrouble,
        answers: (signal) => actor.until(() => true, { signal }),
        alive: () => notify.alive(),
      });
      if (notify.heard) log.info('systemd.ready', { watchdogMs: watchdog.everyMs });
    },
    stopReason: (account) => stopReason({ account, invocation }),
    close() {
      watchdog?.stop();
      return notify.close();
    },
  };
}

/** `linking: a QR code waits to be scanned (wactl qr)`. No number of the account: everybody may read it. */
export function statusLine(state: State, hint: string | null): string {
  const words = REASON_WORDS[reasonOf(state)];
  return `${state.name}${words && `: ${words}`}${hint === null ? '' : ` (${hint})`}`;
}
