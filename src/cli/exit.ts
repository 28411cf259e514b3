// Maps a Fault to the exit status of wactl, by the fault table, and describes each status for --help.
import type { Fault } from '../protocol/fault.js';
import { type FaultKind, faultRow } from '../protocol/fault-table.js';

export const EXITS: readonly (readonly [status: number, when: string])[] = [
  [0, 'done'],
  [1, 'the daemon answered with an error that fits none below'],
  [2, 'usage: unknown option, bad argument, unreadable input'],
  [3, 'daemon not reachable, or no permission on its socket'],
  [4, 'a person must act: not linked, QR waiting, banned'],
  [5, 'try later: not ready, busy, limited by WhatsApp'],
  [6, 'outcome unknown: do not send again blindly'],
  [7, 'no such chat, contact, message, number'],
  [8, 'a wait or deadline ran out with nothing done'],
  [130, 'interrupted'],
];

/** Faults about the command itself, which keep their status whatever the outcome of the request. */
const ENDED: readonly FaultKind[] = ['interrupted', 'wait_expired'];

/** 6 for a write with an unknown outcome, whatever the fault; otherwise the status in the table. */
export const exitOf = (fault: Fault): number =>
  fault.details.outcome === 'unknown' && !ENDED.includes(fault.kind) ? 6 : faultRow(fault.kind).exit;
