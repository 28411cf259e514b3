// Exit statuses of the daemon: sysexits.h, as far as systemd and people need to tell them apart.
import { ConfigError } from '../config/error.js';
import type { Fault } from '../protocol/fault.js';
import { faultRow } from '../protocol/fault-table.js';

export const EXIT = { ok: 0, internal: 70, lockHeld: 75 } as const;

/** For `wad --help` and wad(8). Short: a line of the help has 80 columns. */
export const EXITS: readonly (readonly [statuses: readonly number[], when: string])[] = [
  [[0], 'a clean stop, or what was asked for is done'],
  [[1], '--doctor or --canary has found something, or a move failed'],
  [[64], 'usage'],
  [[69], '--canary --deep could not be run'],
  [[70], 'an internal error'],
  [[73], 'no room on the disk to start'],
  [[75], 'the session is held by another daemon, or its lock was lost'],
  [[77], 'permissions'],
  [[78], 'configuration, root without --no-sandbox, state of a newer wad'],
  [[129, 130, 143], 'SIGHUP, SIGINT or SIGTERM ended what prints and exits'],
];

/** The status of a start or a run that ended with this error. */
export const exitOf = (error: ConfigError | Fault): number =>
  error instanceof ConfigError ? error.exit : faultRow(error.kind).wadExit;
