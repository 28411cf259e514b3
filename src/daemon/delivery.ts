// One message on its way to the page: the chat that it goes to, the call, and what the page says of it.
import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import type { Addressee } from '../protocol/wid.js';
import { isTaken } from '../session/outbox.js';
import type { SendOutcome } from '../session/port.js';
import type { StoredMessage } from '../store/outbox-row.js';
import type { Outbox } from './outbox.js';
import type { Recipients } from './recipients.js';
import { refusedBy } from './refusal.js';
import { type SendingPage, said } from './sending-page.js';
import { limited } from './time-limit.js';

export interface DeliveryOptions {
  readonly outbox: Outbox;
  readonly page: Pick<SendingPage, 'send' | 'resend'>;
  readonly recipients: Recipients;
  readonly log: Log;
}

/** How a message gets to the page: handed over, or sent once more out of the page's own store. */
export type Way = 'send' | 'resend';

/** A number that WhatsApp says nothing of in this time is tried. */
const RESOLVE_MS = 5_000;
/** How often a page that lost a message in silence gets it, before that is a failure. */
const TRIES = 3;
/** A chat rests so long when there was no page to hand its message to. */
const RETURNED_MS = 1_000;

/** `taken`: by WhatsApp's server, which the disk need not say yet; `unknown`: the page could not be asked what became of it. */
export type End = 'taken' | 'unknown' | 'over';

/**
 * Hands a row over that is marked so, and notes what the page says.
 * @throws (rejects) Fault disk_full, busy, shutting_down
 */
export async function deliver(marked: StoredMessage, options: DeliveryOptions, first: Way): Promise<End> {
  const { outbox, page, log } = options;
  if (first === 'send' && !(await isAddressed(marked, options))) return 'over';
  let row = marked;
  let way = first;
  for (let tries = 1; ; tries += 1) {
    let result: SendOutcome;
    try {
      const given = row;
      // What the page has already is as old as it is, however often it is sent once more: it may be stuck.
      result = way === 'send' ? await outbox.give(row.id, () => page.send(given)) : await page.resend(given);
    } catch (error) {
      // Thrown before anything was handed to the page, this time.
      log.info('message.returned', { id: row.id, reason: said(error) });
      await outbox.take(row.id, { type: row.attempts > 1 ? 'lost' : 'returned' });
      // A page that is gone and has not been missed yet is not offered it over and over.
      await pause(RETURNED_MS);
      return 'over';
    }
    switch (result.outcome) {
      case 'accepted': {
        const { ack, nack = null } = result;
        const { state } = outbox.get(row.id);
        // The row says so already, unless it was given up for lost meanwhile: nothing to sync the disk for.
        if (ack === 0 && state === 'sending') return 'over';
        const noted = outbox.take(row.id, { type: 'accepted', ack, nack });
        if (ack > 0 || isTaken(state)) {
          // Who comes next does not wait for the disk. Should that refuse, the page is asked once more.
          noted.catch(refusedBy(log));
          return 'taken';
        }
        await noted;
        return 'over';
      }
      case 'unknown':
        log.warn('message.unknown', { id: row.id, reason: said(result.error) });
        await outbox.take(row.id, { type: 'lost' });
        return 'unknown';
      case 'stranded':
      case 'absent': {
        const { error } = result;
        // A fault of our table holds the next time as well.
        const again = result.outcome === 'stranded' ? !(error instanceof Fault) : result.again;
        if (!again || tries >= TRIES) {
          const fault = error instanceof Fault ? error : new Fault('send_failed', { reason: said(error) });
          await outbox.take(row.id, { type: 'absent' }, { error: fault });
          return 'over';
        }
        way = result.outcome === 'stranded' ? 'resend' : 'send';
        log.warn('message.again', { id: row.id, reason: said(error) });
        row = (await outbox.take(row.id, { type: 'submit' }, { attempted: true })) ?? row;
        if (row.state !== 'sending') return 'over';
      }
    }
  }
}

/** Whether it goes to the chat that it stands in. Else it has failed, or waits for its turn in another one. */
async function isAddressed(
  row: StoredMessage,
  { outbox, recipients, log }: DeliveryOptions,
): Promise<boolean> {
  let chatId: Addressee | null = row.chatId;
  try {
    chatId = await limited(RESOLVE_MS, [], (signal) => recipients.find(row.recipient, signal));
  } catch {
    // Nobody says: the page finds out when it sends.
  }
  if (chatId === null) {
    const reason = `${row.recipient.replace(/@c\.us$/, '')} is not on WhatsApp.`;
    await outbox.take(row.id, { type: 'absent' }, { error: new Fault('not_on_whatsapp', { reason }) });
    return false;
  }
  // Accepted while nobody could say which chat it is: it takes its turn in that one. A page that may have it already has
  // it in the chat that it went to.
  if (chatId !== row.chatId && row.attempts === 1) {
    log.info('message.other-chat', { id: row.id });
    await outbox.take(row.id, { type: 'returned' }, { chatId });
    return false;
  }
  return true;
}
