// What anything that is asked of the page may answer, besides what its own method says.
import type { FaultKind } from './fault-table.js';

/** Of a method that only looks. */
export const LOOK_FAULTS = [
  'not_linked',
  'not_ready',
  'banned',
  'unsupported_now',
  'page_error',
] as const satisfies readonly FaultKind[];

/** Of a method that does something: what was not answered in time may have happened. */
export const ACT_FAULTS = [
  ...LOOK_FAULTS,
  'not_allowed',
  'whatsapp_limit',
  'outcome_unknown',
] as const satisfies readonly FaultKind[];

/** Of a method that names a message. */
export const NAMED_FAULTS = ['no_such_message', 'ambiguous_message'] as const satisfies readonly FaultKind[];
