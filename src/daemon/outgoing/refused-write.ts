// Logs a write of the outbox that the disk refused while no caller waited for it.
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';

export const refusedBy =
  (log: Log) =>
  (error: unknown): void => {
    const { kind } = Fault.of(error);
    if (kind === 'shutting_down') return;
    // A full disk is reported once, as an alert.
    const say = kind === 'disk_full' ? log.warn : log.error;
    say('outbox.refused', { kind, err: error });
  };
