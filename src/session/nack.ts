// Decides what becomes of a message that WhatsApp's server refused, by the code of the refusal.
//
//   code  kind          then
//   463   restricted    waits for the end of the restriction; after three refusals it has failed
//   475   new_chat_cap  the same
//   any   send_failed   has failed
//
// The page names 475 only (NackReason.NewChatMessagesCapped of WAWebCreateNackFromStanza, errorCode of
// WAWebSendMsgRecordAction; 2026-04-27). 463 is NackCallerReachoutTimelocked by public reports, and comes both for an account
// that is locked and for one person who may not be written to: going on with either makes it worse (WhiskeySockets/Baileys
// #2441, #2707; evolution-foundation/evolution-go #50).
import type { FaultKind } from '../protocol/fault-table.js';

/** A refusal that is over some time. */
export type Nack = Extract<FaultKind, 'restricted' | 'new_chat_cap'>;

export interface Refusal {
  readonly kind: FaultKind;
  /** Null: it has failed. */
  readonly holds: Nack | null;
  readonly reason: string;
}

const NACKS: Readonly<Record<number, Nack>> = { 463: 'restricted', 475: 'new_chat_cap' };

/** So often the same message is refused before it has failed: WhatsApp means this one, and not the account. */
const TRIES = 3;

const SAYS: Readonly<Record<Nack, string>> = {
  restricted: 'WhatsApp does not let this account begin new chats for now (463).',
  new_chat_cap: 'This account has used up the new chats that WhatsApp allows it for now (475).',
};

/**
 * @param code null where the page does not say
 * @param attempts how often the message was handed over
 */
export function refusal(code: number | null, attempts: number): Refusal {
  const nack = code === null ? undefined : NACKS[code];
  if (nack === undefined) {
    const by = code === null ? '' : ` (${code})`;
    return { kind: 'send_failed', holds: null, reason: `WhatsApp refused the message${by}.` };
  }
  const again = attempts < TRIES;
  const reason = again ? SAYS[nack] : `${SAYS[nack]} It was tried ${attempts} times.`;
  return { kind: nack, holds: again ? nack : null, reason };
}

/** Kinds that a message waits with which was refused and is to go out again. */
export const HELD: readonly Nack[] = ['restricted', 'new_chat_cap'];
