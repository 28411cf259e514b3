// Exit statuses of the daemon: sysexits.h, as far as systemd and people need to tell them apart.
import { ConfigError } from '../config/error.js';
import type { Fault } from '../protocol/fault.js';
import type { FaultKind } from '../protocol/fault-table.js';

export const EXIT = {
  ...{ ok: 0, usage: 64, internal: 70, noRoom: 73, lockHeld: 75, permission: 77, config: 78 },
} as const;

/** What is not here is an error of the program itself. systemd starts neither 64 nor 78 again. */
const BY_KIND: Partial<Record<FaultKind, number>> = {
  usage: EXIT.usage,
  // A new start succeeds as soon as there is room.
  disk_full: EXIT.noRoom,
  lock_held: EXIT.lockHeld,
  permission_denied: EXIT.permission,
  // No new start changes these.
  address_in_use: EXIT.config,
  bad_config: EXIT.config,
  invalid_params: EXIT.config,
  store_newer: EXIT.config,
};

/** The status of a start or a run that ended with this error. */
export function exitOf(error: ConfigError | Fault): number {
  return error instanceof ConfigError ? error.exit : (BY_KIND[error.kind] ?? EXIT.internal);
}
