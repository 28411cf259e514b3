// Gives one message to the page: chooses its chat, makes the call, and interprets how the call ended.
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import type { Addressee } from '../../protocol/wid.js';
import type { Way } from '../../session/lane.js';
import { type DeliveryResult, resultOf } from '../../session/send-outcome.js';
import type { StoredMessage } from '../../store/outbox-row.js';
import { limited } from '../machine/time-limit.js';
import type { Recipients } from './recipients.js';
import { reasonOf, type SendingPage } from './sending-page.js';

export interface DeliveryOptions {
  readonly page: Pick<SendingPage, 'send' | 'resend'>;
  readonly recipients: Recipients;
  readonly log: Log;
}

/** If WhatsApp does not answer within this time whether a number exists, the message is sent anyway. */
const RESOLVE_MS = 5_000;

/** Gives a message to the page. Never rejects. */
export async function deliver(
  row: StoredMessage,
  way: Way,
  options: DeliveryOptions,
): Promise<DeliveryResult> {
  const { page, log } = options;
  const { id } = row;
  if (way === 'resend') log.info('message.resent', { id });
  const elsewhere = way === 'send' ? await addressOf(row, options) : null;
  if (elsewhere !== null) return elsewhere;
  try {
    const result = await (way === 'send' ? page.send(row) : page.resend(row));
    if (result.outcome === 'unknown') log.warn('message.unknown', { id, reason: reasonOf(result.error) });
    return resultOf(result);
  } catch (error) {
    // Thrown before this call gave anything to the page.
    log.info('message.returned', { id, reason: reasonOf(error) });
    return { as: 'no-page' };
  }
}

/** Why the message cannot go to the chat that its row names; null when it can. */
async function addressOf(
  row: StoredMessage,
  { recipients, log }: DeliveryOptions,
): Promise<DeliveryResult | null> {
  let chatId: Addressee | null = row.chatId;
  try {
    chatId = await limited(RESOLVE_MS, [], (signal) => recipients.find(row.recipient, signal));
  } catch {
    // Unknown now: the page finds out when it sends.
  }
  if (chatId === null) {
    const reason = `${row.recipient.replace(/@c\.us$/, '')} is not on WhatsApp.`;
    return { as: 'failed', error: new Fault('not_on_whatsapp', { reason }) };
  }
  // Accepted while the chat was unknown: it is queued in that chat. A page that may already have the message
  // has it in the chat that it went to.
  if (chatId === row.chatId || row.attempts > 1) return null;
  log.info('message.other-chat', { id: row.id });
  return { as: 'elsewhere', chatId };
}
