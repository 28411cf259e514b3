// Notifies systemd that the gateway is ready, what it does, and that it lives. Does nothing without systemd.
import { join } from 'node:path';
import { PACKAGE } from '../local/package.js';
import type { Log } from '../protocol/log.js';
import { openNotify } from '../systemd/notify.js';
import { startWatchdog, type Watchdog } from '../systemd/watchdog.js';
import type { Gateway } from './gateway.js';

export interface Service {
  /** Called when it listens. */
  serves(gateway: Gateway): void;
  /** Does the work of a reload, and reports its beginning and end. */
  reload(work: () => void): void;
  stopping(): void;
  /** Called when everything else has ended. */
  close(): Promise<void>;
}

/** Removes systemd's variables for this process from the environment. */
export function openService(env: NodeJS.ProcessEnv, log: Log): Service {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: usec, WATCHDOG_PID: pid } = env;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name];
  const onTrouble = (says: string) => log.error('systemd.trouble', { says });
  const notify = openNotify({ socket, onTrouble, command: ['perl', join(PACKAGE, 'systemd/notify.pl')] });
  let watchdog: Watchdog | null = null;
  return {
    serves(gateway) {
      notify.ready();
      const report = () => notify.status(gateway.statusLine);
      gateway.accounts.watch(report);
      report();
      const answers = async () => undefined;
      watchdog = startWatchdog({ usec, pid, onTrouble, answers, alive: () => notify.alive() });
    },
    reload(work) {
      notify.reloading();
      work();
      notify.ready();
    },
    stopping: () => notify.stopping(),
    close() {
      watchdog?.stop();
      return notify.close();
    },
  };
}
