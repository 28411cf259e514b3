// Notifies systemd that the gateway is ready, what it does, and that it lives. Does nothing without systemd.
import type { Log } from '../protocol/log.js';
import { openServiceManager } from '../systemd/service-manager.js';
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
  const manager = openServiceManager(env, (says) => log.error('systemd.trouble', { says }));
  const { notify } = manager;
  return {
    serves(gateway) {
      notify.ready();
      const report = () => notify.status(gateway.statusLine);
      gateway.accounts.watch(report);
      report();
      manager.watch(async () => undefined);
    },
    reload(work) {
      notify.reloading();
      work();
      notify.ready();
    },
    stopping: () => notify.stopping(),
    close: () => manager.close(),
  };
}
