// The page, as far as sending needs it. Each rejects with not_ready when there is none.
import type { Addressee } from '../../protocol/wid.js';
import type { OwnMessage, SendOutcome } from '../../session/port.js';
import type { StoredMessage } from '../../store/outbox-row.js';
import { AtOnce } from './at-once.js';

export interface SendingPage {
  send(row: StoredMessage): Promise<SendOutcome>;
  /** Sends what the page has in its store once more. */
  resend(row: StoredMessage): Promise<SendOutcome>;
  /** What the page has of it, or null when it does not have it. @throws when the page cannot say */
  findOwn(message: { chatId: Addressee; messageId: string }): Promise<OwnMessage | null>;
  /** Whether the page lets the account write there while it is restricted. */
  mayWrite(chatId: Addressee): Promise<boolean>;
  /** Whether there is a chat already. */
  knowsChat(chatId: Addressee): Promise<boolean>;
}

/** Questions to a page at a time. */
export const ASK_AT_A_TIME = 8;

/** Does something for each, a limited number at a time. Rejects with the first that does. */
export async function askForEach<T>(all: readonly T[], ask: (one: T) => Promise<void>): Promise<void> {
  const questions = new AtOnce(ASK_AT_A_TIME);
  await Promise.all(all.map((one) => questions.run(() => ask(one))));
}

/** What a page said of its trouble, for the log and for people. */
export const said = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 300);
