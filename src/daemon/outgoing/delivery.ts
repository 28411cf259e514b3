// One call that gives a message to the page: which chat it goes to, the call, and what the end of the call means.
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import type { Addressee } from '../../protocol/wid.js';
import type { Way } from '../../session/lane.js';
import { type Said, saidOf } from '../../session/send-outcome.js';
import type { StoredMessage } from '../../store/outbox-row.js';
import { limited } from '../machine/time-limit.js';
import type { Recipients } from './recipients.js';
import { type SendingPage, said } from './sending-page.js';

export interface DeliveryOptions {
  readonly page: Pick<SendingPage, 'send' | 'resend'>;
  readonly recipients: Recipients;
  readonly log: Log;
}

/** A number that WhatsApp does not answer for within this time is tried. */
const RESOLVE_MS = 5_000;

/** Gives a message to the page. Never rejects. */
export async function deliver(row: StoredMessage, way: Way, options: DeliveryOptions): Promise<Said> {
  const { page, log } = options;
  const { id } = row;
  if (way === 'resend') log.info('message.resent', { id });
  const elsewhere = way === 'send' ? await addressOf(row, options) : null;
  if (elsewhere !== null) return elsewhere;
  try {
    const result = await (way === 'send' ? page.send(row) : page.resend(row));
    if (result.outcome === 'unknown') log.warn('message.unknown', { id, reason: said(result.error) });
    return saidOf(result);
  } catch (error) {
    // Thrown before anything was given to the page, this time.
    log.info('message.returned', { id, reason: said(error) });
    return { as: 'no-page' };
  }
}

/** Why the message does not go to the chat that its row names; null when it does. */
async function addressOf(row: StoredMessage, { recipients, log }: DeliveryOptions): Promise<Said | null> {
  let chatId: Addressee | null = row.chatId;
  try {
    chatId = await limited(RESOLVE_MS, [], (signal) => recipients.find(row.recipient, signal));
  } catch {
    // Not known now: the page finds out when it sends.
  }
  if (chatId === null) {
    const reason = `${row.recipient.replace(/@c\.us$/, '')} is not on WhatsApp.`;
    return { as: 'failed', error: new Fault('not_on_whatsapp', { reason }) };
  }
  // Accepted while the chat was not known: it takes its turn in that one. A page that may have it already has it in the
  // chat that it went to.
  if (chatId === row.chatId || row.attempts > 1) return null;
  log.info('message.other-chat', { id: row.id });
  return { as: 'elsewhere', chatId };
}
