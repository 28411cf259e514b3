// Decides what becomes of a message that WhatsApp's server refused, by the code of the refusal.
//
//   code  kind          then
//   463   restricted    waits for the end of the restriction; after three refusals it has failed
//   475   new_chat_cap  the same
//   any   send_failed   has failed
//
// The page names only 475 (NackReason.NewChatMessagesCapped of WAWebCreateNackFromStanza, errorCode of
// WAWebSendMsgRecordAction; 2026-04-27). 463 is NackCallerReachoutTimelocked by public reports. It comes both
// for a locked account and for one person who may not be written to. To continue makes either worse
// (WhiskeySockets/Baileys #2441, #2707; evolution-foundation/evolution-go #50).
import type { FaultKind } from '../protocol/fault-table.js';

/** A refusal that ends after some time. */
export type Nack = Extract<FaultKind, 'restricted' | 'new_chat_cap'>;

export interface Refusal {
  readonly kind: FaultKind;
  /** Null: the message has failed. */
  readonly holds: Nack | null;
  readonly reason: string;
}

const NACKS: Readonly<Record<number, Nack>> = { 463: 'restricted', 475: 'new_chat_cap' };

/** After this many refusals a message has failed: WhatsApp refuses this message, and not the account. */
const TRIES = 3;

const SAYS: Readonly<Record<Nack, string>> = {
  restricted: 'WhatsApp does not let this account begin new chats for now (463).',
  new_chat_cap: 'This account has used up the new chats that WhatsApp allows it for now (475).',
};

/**
 * @param code null if the page does not report it
 * @param attempts how often the message was given to the page
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

/** The kinds with which a refused message waits to be sent again. */
export const HELD: readonly Nack[] = ['restricted', 'new_chat_cap'];

/**
 * A message that was refused this often is not sent again because its recipient has written: the last try is
 * kept for the end of the restriction.
 */
export const LAST_TRY = TRIES - 1;
