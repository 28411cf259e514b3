// Reads messages of a chat for a foreign request, which may skip some and filter.
import type { Answered } from '../../protocol/types.js';
import type { Door } from './row.js';

type Message = Answered<'chat.messages'>['messages'][number];

/** As many as `chat.messages` gives at once. */
export const MOST = 500;

export interface Wanted {
  readonly limit: number;
  /** How many of the newest to skip. */
  readonly offset?: number | undefined;
  readonly keeps?: ((message: Message) => boolean) | undefined;
}

/** The newest wanted messages of a chat, oldest first, out of its last 500. @throws (rejects) Fault of chat.messages */
export async function lastMessages(
  door: Door,
  account: string,
  chat: string,
  { limit, offset = 0, keeps }: Wanted,
): Promise<readonly Message[]> {
  const most = keeps === undefined ? limit + offset : MOST;
  const { messages } = await door.ask(account, 'chat.messages', { chat, limit: bounded(most, MOST) });
  const kept = keeps === undefined ? messages : messages.filter(keeps);
  const end = Math.max(0, kept.length - offset);
  return kept.slice(Math.max(0, end - limit), end);
}

/** A whole number from 1 to `most`. */
export const bounded = (value: number, most: number): number =>
  Math.min(most, Math.max(1, Math.floor(value)));
