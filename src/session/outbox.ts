// The life cycle of one outgoing message, as a pure function. A state never goes backwards. The daemon
// decides what is made durable and when the page is asked.
import type { SendState } from '../protocol/state.js';

export type SendEvent =
  /** Given to the page, for the first time or again under the same id. */
  | { readonly type: 'submit' }
  /** The page has it under our id. */
  | { readonly type: 'accepted'; readonly ack: number; readonly nack?: number | null }
  /**
   * WhatsApp's server has refused it for now: it waits until that may be over, and is sent under the same id.
   */
  | { readonly type: 'held' }
  /** The page was asked; it does not have it and will not have it. */
  | { readonly type: 'absent' }
  /** Nothing was given to the page, now or before: it waits as if it had not been its turn. */
  | { readonly type: 'returned' }
  /** The page was asked and does not have it: it is queued again, and sent under the same id. */
  | { readonly type: 'again' }
  /** The page could not be asked. */
  | { readonly type: 'lost' }
  | { readonly type: 'ack'; readonly ack: number; readonly nack?: number | null };

const ORDER: readonly SendState[] = ['queued', 'sending', 'unknown', 'sent', 'delivered', 'read'];

/** The meaning of an ack of WhatsApp; 0 is "only in the page so far". */
const stateOfAck = (ack: number): SendState =>
  ack >= 3 ? 'read' : ack === 2 ? 'delivered' : ack === 1 ? 'sent' : 'sending';

/**
 * The state of the message after the event. It never goes back, because acks come late,
 * doubled and out of order (H23).
 */
export function advance(state: SendState, event: SendEvent): SendState {
  const forward = (to: SendState): SendState => (ORDER.indexOf(to) > ORDER.indexOf(state) ? to : state);
  if (isEnded(state)) return state;
  switch (event.type) {
    case 'submit':
      return state === 'unknown' ? 'sending' : forward('sending');
    case 'absent':
      return isTaken(state) ? state : 'failed';
    case 'returned':
      return state === 'sending' ? 'queued' : state;
    case 'again':
    case 'held':
      return state === 'sending' || state === 'unknown' ? 'queued' : state;
    case 'lost':
      return isTaken(state) ? state : 'unknown';
    case 'accepted':
    case 'ack':
      // −1 is WhatsApp's refusal. After an ack of the server it does not concern this send. For a message
      // that waits again this is an outdated report.
      if (event.ack < 0) return isTaken(state) || state === 'queued' ? state : 'failed';
      return state === 'unknown' && event.ack === 0 ? 'sending' : forward(stateOfAck(event.ack));
  }
}

/** WhatsApp's server has it. */
export const isTaken = (state: SendState): boolean =>
  state === 'sent' || state === 'delivered' || state === 'read';
/** Nothing more will happen to it. */
export const isEnded = (state: SendState): boolean =>
  state === 'failed' || state === 'expired' || state === 'cancelled' || state === 'read';

/** True when a message in this state has reached the goal. */
export const hasReached = (state: SendState, goal: 'sent' | 'delivered' | 'read'): boolean =>
  ORDER.indexOf(state) >= ORDER.indexOf(goal) && isTaken(state);
