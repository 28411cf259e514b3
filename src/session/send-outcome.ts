// Interprets the end of one call to the page: what it means for the message of that call.
//
//   outcome of the call                              result
//   the page has it, ack ≥ 1                         sent
//   the page has it, ack 0                           accepted
//   the page has it, ack −1                          refused, with the server's code
//   the page does not have it, for a lasting reason  failed
//   the page does not have it, for no lasting reason again, by `send`
//   the page has given it up, for a lasting reason   failed
//   the page has given it up, for no lasting reason  again, by `resend`
//   the page could not be asked                      unknown
//   there was no page                                no-page
//   the chat goes by another id                      elsewhere
//   no call: it was cancelled or put back meanwhile  gone
import { Fault } from '../protocol/fault.js';
import type { Addressee } from '../protocol/wid.js';
import type { SendOutcome } from './port.js';

export type DeliveryResult =
  | { readonly as: 'sent'; readonly ack: number }
  | { readonly as: 'accepted' }
  | { readonly as: 'refused'; readonly nack: number | null }
  | { readonly as: 'failed'; readonly error: Fault }
  | { readonly as: 'again'; readonly way: 'send' | 'resend'; readonly error: Fault }
  | { readonly as: 'unknown' }
  | { readonly as: 'no-page' }
  | { readonly as: 'elsewhere'; readonly chatId: Addressee }
  | { readonly as: 'gone' };

/** A Fault of our table would also come the next time; other errors of the page need not. */
export function resultOf(result: SendOutcome): DeliveryResult {
  switch (result.outcome) {
    case 'accepted':
      if (result.ack < 0) return { as: 'refused', nack: result.nack ?? null };
      return result.ack > 0 ? { as: 'sent', ack: result.ack } : { as: 'accepted' };
    case 'unknown':
      return { as: 'unknown' };
    case 'absent':
      return result.again === true
        ? { as: 'again', way: 'send', error: faultOf(result.error) }
        : { as: 'failed', error: faultOf(result.error) };
    case 'stranded':
      return result.error instanceof Fault
        ? { as: 'failed', error: result.error }
        : { as: 'again', way: 'resend', error: faultOf(result.error) };
  }
}

/** The longest text that is shown to people. */
const REASON_LENGTH = 300;

function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new Fault('send_failed', { reason: reason.slice(0, REASON_LENGTH) });
}
