// Exposes functions to the page without return values, for the library and for our own functions. Puppeteer's
// exposeFunction answers each call with code that is evaluated in the page: seven answers per message, which nothing
// reads. It also refuses a name that was exposed before, so a new document would never get the function, and the library's
// listeners would be attached only in part (H2).
import type { CDPSession, Page } from 'puppeteer';
import type { PageWindow } from '../page/page-window.js';

declare const window: PageWindow & Record<string, unknown>;

/**
 * Events that we ignore. For each change of a chat's unread count the library reads the whole chat, for a group with a query
 * to the server, and throws when keys have no `_serialized` (D1). We read the count from the page. For a chat that was deleted,
 * here or on the phone, it asks for the chat by its id, which creates an empty one (1.34.7, Client.getChatById).
 */
const UNUSED: readonly string[] = ['onChatUnreadCountEvent', 'onRemoveChatEvent'];

type Callee = (...args: never[]) => unknown;

/** A global function of the page with one string parameter; each call is a CDP event here. */
const CHANNEL = '__wadEvent';

/**
 * Runs in the page. Returns its first argument, which the library's requestPairingCode() expects, and no other caller needs.
 * A value without JSON throws in the caller, as with puppeteer.
 */
function exposeFunction(name: string, channel: string): void {
  window[name] = (...args: unknown[]): unknown => {
    (window[channel] as (text: string) => void)(JSON.stringify([name, args]));
    return args[0];
  };
}

/**
 * Replaces `page.exposeFunction`: functions are exposed in the current and in every later document. Exposing a name again
 * replaces its function. Ends with the page.
 * @param session a CDP session of this page that is used for nothing else
 * @param failed called when an exposed function throws or rejects
 * @throws (rejects) when the page goes away meanwhile
 */
export async function exposeOneWay(
  page: Page,
  session: CDPSession,
  failed: (name: string, error: unknown) => void,
): Promise<void> {
  const callees = new Map<string, Callee>();
  session.on('Runtime.bindingCalled', async ({ name: channel, payload }) => {
    if (channel !== CHANNEL) return;
    const [name, args] = parse(payload);
    try {
      await callees.get(name)?.(...(args as never[]));
    } catch (error) {
      failed(name, error);
    }
  });
  forgetPrinted(session);
  // Only with this does a binding survive a change of the page's process.
  await session.send('Runtime.enable');
  await session.send('Runtime.addBinding', { name: CHANNEL });
  page.exposeFunction = async (name, callee) => {
    const isNew = !callees.has(name);
    callees.set(name, UNUSED.includes(name) ? () => undefined : (callee as Callee));
    // For later documents first, then for the current one, so that no document is missed in between.
    if (isNew) await page.evaluateOnNewDocument(exposeFunction, name, CHANNEL);
    await page.evaluate(exposeFunction, name, CHANNEL);
  };
}

/** Releases the values that the page prints or throws: Chromium keeps them for each session as long as the document. */
function forgetPrinted(session: CDPSession): void {
  let isForgetting = false;
  const forget = (values: readonly { objectId?: string }[]): void => {
    if (isForgetting || values.every(({ objectId }) => objectId === undefined)) return;
    isForgetting = true;
    // After everything else that is printed in this turn. A page that is gone keeps nothing.
    setImmediate(() => {
      isForgetting = false;
      session.send('Runtime.releaseObjectGroup', { objectGroup: 'console' }).catch(() => undefined);
    });
  };
  session.on('Runtime.consoleAPICalled', ({ args }) => forget(args));
  session.on('Runtime.exceptionThrown', ({ exceptionDetails: { exception } }) =>
    forget(exception ? [exception] : []),
  );
}

/** Parses a call. Any script of the page may make one, with any content. */
function parse(payload: string): readonly [name: string, args: readonly unknown[]] {
  try {
    const [name, args] = JSON.parse(payload) as [unknown, unknown];
    return [String(name), Array.isArray(args) ? args : []];
  } catch {
    return ['', []];
  }
}
