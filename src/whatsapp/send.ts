// One send. The library's answer is not believed either way: `undefined` may be a delivered message (H1) and a
// time-out does not stop the page (H6). The page is asked for the id that we chose.
import type { Page } from 'puppeteer';
import type { SendOutcome } from '../session/port.js';
import { within } from './deadline.js';
import { isNavigation, isTransport } from './errors.js';
import type { LibraryClient } from './library.js';
import { allowAgain, findOwn } from './page/own-id.js';

/** The property that carries our id through the library; see page/own-id.ts. */
export const ID_TAG = 'wadMessageId';

const SEND_MS = 30_000;
const ASK_MS = 10_000;

/** The ack of our own message, or null when the page does not have it. @throws when the page cannot be asked */
export const askForOwn = (
  page: Page,
  chatId: string,
  messageId: string,
  giveUp: boolean,
): Promise<number | null> =>
  within(ASK_MS, page.evaluate(findOwn, chatId, messageId, giveUp), 'asking for the message');

export async function sendText(
  client: LibraryClient,
  page: Page,
  message: {
    readonly chatId: string;
    readonly messageId: string;
    readonly text: string;
    readonly again: boolean;
  },
): Promise<SendOutcome> {
  const { chatId, messageId, text, again } = message;
  let failure: unknown;
  try {
    const options = {
      extra: { [ID_TAG]: messageId },
      // Side work that can fail or hang the send (H22); a text stays a text.
      sendSeen: false,
      linkPreview: false,
      parseVCards: false,
    };
    if (again) await within(ASK_MS, page.evaluate(allowAgain, messageId), 'sending again');
    await within(SEND_MS, client.sendMessage(chatId, text, options), 'sending');
  } catch (error) {
    failure = error;
  }
  try {
    const ack = await askForOwn(page, chatId, messageId, true);
    if (ack !== null) return { outcome: 'accepted', ack };
    // The document went away under the send, and the one that was asked is another: it may not have read its store yet.
    if (isNavigation(failure) || (isTransport(failure) && !isLate(failure)))
      return { outcome: 'unknown', error: failure };
    return {
      outcome: 'absent',
      error: failure ?? new Error('WhatsApp Web did not take the message'),
      again: failure === undefined || isLate(failure),
    };
  } catch (error) {
    return { outcome: 'unknown', error: failure ?? error };
  }
}

/** Our own time limit: the page is there, and was told to let it be. */
const isLate = (error: unknown): boolean =>
  error instanceof Error && error.message === `sending timed out after ${SEND_MS} ms`;
