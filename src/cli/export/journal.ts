// Reads messages from the daemon's journal: older ones from the phone, and those that WhatsApp Web does not have any more.
import type { Message } from '../../protocol/schema.js';
import type { AskTyped } from './ask.js';

const PAGE = 1000;

/**
 * @param after the cursor to begin after
 * @param phone the number of this account: messages under another number belong to an account that was linked before
 * @param take takes the messages of a page, oldest event first
 * @returns the cursor of the last event
 */
export async function readJournal(
  ask: AskTyped,
  after: number,
  phone: string | null,
  take: (messages: readonly Message[]) => Promise<void>,
): Promise<number> {
  for (let cursor = after; ; ) {
    const types: ['message', 'message.history'] = ['message', 'message.history'];
    const { events, next } = await ask('events.list', { after: cursor, limit: PAGE, types });
    const messages = events.flatMap(({ type, data }) => (type === 'gap' ? [] : [data as Message]));
    await take(messages.filter((message) => isOfAccount(message, phone)));
    // A page without events is not the end: the daemon reads a bounded number of cursors for each.
    if (next <= cursor) return cursor;
    cursor = next;
  }
}

function isOfAccount({ fromMe, from, to }: Message, phone: string | null): boolean {
  const own = fromMe ? from : to;
  return phone === null || !own.endsWith('@c.us') || own === `${phone}@c.us`;
}
