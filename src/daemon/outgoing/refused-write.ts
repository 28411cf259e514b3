// What the disk refuses of the outbox where nobody waits for it, as the log has it.
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';

export const refusedBy =
  (log: Log) =>
  (error: unknown): void => {
    const { kind } = Fault.of(error);
    if (kind === 'shutting_down') return;
    // That the disk is full is told once, as an alert.
    const say = kind === 'disk_full' ? log.warn : log.error;
    say('outbox.refused', { kind, err: error });
  };
