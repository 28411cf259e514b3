// The faults that any request to the page may raise, in addition to those of its method.
import type { FaultKind } from './fault-table.js';

/** Of a method that reads. */
export const LOOK_FAULTS = [
  'not_linked',
  'not_ready',
  'banned',
  'unsupported_now',
  'page_error',
] as const satisfies readonly FaultKind[];

/** Of a method that changes something: what was not answered in time may have happened. */
export const ACT_FAULTS = [
  ...LOOK_FAULTS,
  'not_allowed',
  'whatsapp_limit',
  'outcome_unknown',
] as const satisfies readonly FaultKind[];

/** Of a method that names a message. */
export const NAMED_FAULTS = ['no_such_message', 'ambiguous_message'] as const satisfies readonly FaultKind[];
