// Waits for the outcome of one message, or of all messages that are with the page. A
// wait ends with its signal.
import { Fault } from '../../protocol/fault.js';
import { isPostId } from '../../protocol/wid.js';
import { hasReached, isEnded, isTaken } from '../../session/outbox.js';
import type { StoredMessage } from '../../store/outbox-row.js';
import type { Outbox } from './outbox.js';

export type Goal = 'sent' | 'delivered' | 'read';

/**
 * Resolves when the message has reached the requested state, or cannot progress by itself. An unknown outcome
 * usually settles as soon as a page can be asked. One that is still unknown when the signal aborts is
 * returned as the answer, without wait_expired.
 * @param wid the account that is linked now
 * @throws (rejects) Fault no_such_message, wait_expired
 */
export async function reached(
  outbox: Outbox,
  id: string,
  goal: Goal,
  { wid, signal }: { wid: () => string | null; signal: AbortSignal },
): Promise<StoredMessage> {
  let row = outbox.get(id);
  const isOver = (): boolean =>
    hasReached(row.state, goal) || isEnded(row.state) || isForsaken(row) || isPosted(row);
  // No page of the currently linked account can be asked about it.
  const isForsaken = ({ state, wid: of }: StoredMessage): boolean => state === 'unknown' && of !== wid();
  // WhatsApp does not report that a post was delivered or read.
  const isPosted = ({ state, chatId }: StoredMessage): boolean => isTaken(state) && isPostId(chatId);
  if (isOver()) return row;
  await changed(outbox, signal, (one) => {
    if (one.id !== row.id) return false;
    row = one;
    return isOver();
  });
  if (!isOver() && row.state !== 'unknown') throw expired(row, goal);
  return row;
}

/** Resolves when the page holds no message that WhatsApp has not accepted, or when the signal aborts. */
export async function drained(outbox: Outbox, signal: AbortSignal): Promise<void> {
  if (outbox.isInFlight) await changed(outbox, signal, () => !outbox.isInFlight);
}

/** Resolves when the change has happened, or when the signal aborts. */
function changed(outbox: Outbox, signal: AbortSignal, isIt: (row: StoredMessage) => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      stop();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const stop = outbox.watch((row) => {
      if (isIt(row)) done();
    });
    signal.addEventListener('abort', done, { once: true });
  });
}

const expired = ({ id, messageId, state }: StoredMessage, goal: Goal): Fault =>
  new Fault('wait_expired', {
    reason: `The message is ${state}; it is not known to be ${goal} yet.`,
    hint: `wactl outbox show ${id}`,
    outcome: 'unknown',
    more: { id, messageId, state },
  });
