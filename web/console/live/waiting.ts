// Messages to a chat that have not gone out.
import type { Answered } from '../../../src/protocol/types.js';
import type { Api } from '../http/api.js';

export type WaitingMessage = Answered<'outbox.get'>;
/** By the id of the message. A content does not change, so it is read once. */
export type KnownContent = Map<string, WaitingMessage['payload']>;

const LIMIT = 20;

interface Options {
  readonly api: Api;
  readonly account: string;
  readonly chat: string;
  /** Filled by this. */
  readonly known: KnownContent;
  readonly signal: AbortSignal;
}

/** Oldest first, with their content. */
export async function waitingFor({ api, account, chat, known, signal }: Options): Promise<WaitingMessage[]> {
  const params = { chat, states: ['queued' as const, 'sending' as const, 'unknown' as const], limit: LIMIT };
  const { messages } = await api.call(account, 'outbox.list', params, signal);
  const full = messages.map(async (message): Promise<WaitingMessage> => {
    const payload = known.get(message.id);
    if (payload !== undefined) return { ...message, payload };
    const read = await api.call(account, 'outbox.get', { id: message.id }, signal);
    known.set(message.id, read.payload);
    return read;
  });
  return (await Promise.all(full)).reverse();
}
