// Notifies systemd that the agent is ready, what it does, and that it lives. Does nothing without systemd.
import { join } from 'node:path';
import { PACKAGE } from '../local/package.js';
import type { Log } from '../protocol/log.js';
import { openNotify } from '../systemd/notify.js';
import { startWatchdog, type Watchdog } from '../systemd/watchdog.js';
import type { Agent } from './agent.js';

const REPORT_MS = 5_000;

export interface Service {
  /** Called before it has joined the fleet: what runs on the machine goes on without NATS, so nothing waits for it. */
  begins(): void;
  joined(agent: Agent): void;
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
  let timer: NodeJS.Timeout | undefined;
  return {
    begins() {
      notify.ready();
      notify.status('waits for NATS, or for the end of an earlier agent of this name');
      const answers = async () => undefined;
      watchdog = startWatchdog({ usec, pid, onTrouble, answers, alive: () => notify.alive() });
    },
    joined(agent) {
      const report = () => notify.status(agent.statusLine);
      timer = setInterval(report, REPORT_MS);
      report();
    },
    stopping: () => notify.stopping(),
    close() {
      watchdog?.stop();
      clearInterval(timer);
      return notify.close();
    },
  };
}
