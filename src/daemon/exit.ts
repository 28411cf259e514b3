// Exit statuses of the daemon: sysexits.h, as far as systemd and people need to tell them apart.
import { ConfigError } from '../config/error.js';
import type { Fault } from '../protocol/fault.js';
import { faultRow } from '../protocol/fault-table.js';

export const EXIT = { ok: 0, internal: 70, lockHeld: 75 } as const;

/** The status of a start or a run that ended with this error. */
export const exitOf = (error: ConfigError | Fault): number =>
  error instanceof ConfigError ? error.exit : faultRow(error.kind).wadExit;
