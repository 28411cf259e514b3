// Whether a message of the fleet's stream that was not accepted is tried again. Those behind it wait meanwhile, so a fault
// of the message itself must not be tried for ever, and a fault of the account must not refuse its messages one by one.
import { type FaultKind, faultRow } from '../protocol/fault-table.js';

export type Verdict = 'again' | 'refuse';

/** Faults of the account although their row says `never`: a person may lift them. */
const OF_ACCOUNT: ReadonlySet<FaultKind> = new Set(['banned']);
/** Faults that may be the message's own although their row says that they pass. */
const MAY_BE_ITS_OWN: ReadonlySet<FaultKind> = new Set(['unsupported_now']);
/** Some four minutes, with pauses of 1 to 30 s. */
const TRIES = 12;

/** @param tries how often it was tried, with this time */
export function verdictOn(kind: FaultKind, tries: number): Verdict {
  const { retry } = faultRow(kind);
  if (OF_ACCOUNT.has(kind)) return 'again';
  if (retry === 'never') return 'refuse';
  const isLimited = retry === 'ask_first' || MAY_BE_ITS_OWN.has(kind);
  return isLimited && tries >= TRIES ? 'refuse' : 'again';
}
