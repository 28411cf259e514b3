// Notifies systemd that the agent is ready, what it does, and that it lives. Does nothing without systemd.
import type { Log } from '../protocol/log.js';
import { openServiceManager } from '../systemd/service-manager.js';
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
  const manager = openServiceManager(env, (says) => log.error('systemd.trouble', { says }));
  const { notify } = manager;
  let timer: NodeJS.Timeout | undefined;
  return {
    begins() {
      notify.ready();
      notify.status('waits for NATS, or for the end of an earlier agent of this name');
      manager.watch(async () => undefined);
    },
    joined(agent) {
      const report = () => notify.status(agent.statusLine);
      timer = setInterval(report, REPORT_MS);
      report();
    },
    stopping: () => notify.stopping(),
    close() {
      clearInterval(timer);
      return manager.close();
    },
  };
}
