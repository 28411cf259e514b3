// The interface of the page that sending needs. Each method rejects with not_ready when there is no page.
import type { Addressee } from '../../protocol/wid.js';
import type { OwnMessage, SendOutcome } from '../../session/port.js';
import type { StoredMessage } from '../../store/outbox-row.js';
import { AtOnce } from './at-once.js';

export interface SendingPage {
  send(row: StoredMessage): Promise<SendOutcome>;
  /** Sends again a message that the page has in its store. */
  resend(row: StoredMessage): Promise<SendOutcome>;
  /**
   * What the page knows about the message, or null when it does not have it.
   * @throws when the page cannot say
   */
  findOwn(message: { chatId: Addressee; messageId: string }): Promise<OwnMessage | null>;
  /** Whether the page allows the restricted account to write there. */
  mayWrite(chatId: Addressee): Promise<boolean>;
  /** Whether a chat exists already. */
  knowsChat(chatId: Addressee): Promise<boolean>;
}

/** The number of concurrent questions to a page. */
export const ASK_AT_A_TIME = 8;

/** Runs a function for each item, a limited number at a time. Rejects with the first that rejects. */
export async function askForEach<T>(all: readonly T[], ask: (one: T) => Promise<void>): Promise<void> {
  const questions = new AtOnce(ASK_AT_A_TIME);
  await Promise.all(all.map((one) => questions.run(() => ask(one))));
}

/** The page's error text, for the log and for people. */
export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 300);
