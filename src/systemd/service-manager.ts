// This process as a service of systemd: takes its variables and connects to the service manager. Without systemd it notifies
// nobody.
import { join } from 'node:path';
import { PACKAGE } from '../local/package.js';
import { type Notify, openNotify } from './notify.js';
import { startWatchdog, type Watchdog } from './watchdog.js';

export interface ServiceManager {
  readonly notify: Notify;
  /** $INVOCATION_ID */
  readonly invocation: string | undefined;
  /** Feeds the watchdog from now on, as long as this answers; the earlier one ends. */
  watch(answers: (signal: AbortSignal) => Promise<unknown>): Watchdog;
  /** Called when everything else has ended. */
  close(): Promise<void>;
}

/**
 * Removes systemd's variables for this process from the environment, so that no child uses them.
 * @param onTrouble called with the reason, once per incident, when systemd cannot be notified
 */
export function openServiceManager(
  env: NodeJS.ProcessEnv,
  onTrouble: (says: string) => void,
): ServiceManager {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: usec, WATCHDOG_PID: pid, INVOCATION_ID: invocation } = env;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name];
  const command = ['perl', join(PACKAGE, 'systemd/notify.pl')] as const;
  const notify = openNotify({ socket, onTrouble, command });
  let watchdog: Watchdog | null = null;
  return {
    notify,
    invocation,
    watch(answers) {
      watchdog?.stop();
      watchdog = startWatchdog({ usec, pid, onTrouble, answers, alive: () => notify.alive() });
      return watchdog;
    },
    close() {
      watchdog?.stop();
      return notify.close();
    },
  };
}
