// Exposes our functions to the page, for the library and for our own watcher; calls go one way only. Puppeteer's
// exposeFunction answers each call, by code that it sends to the page to be evaluated there: seven answers per message,
// which nothing reads. It also refuses a name that it was given once, so a document that appeared meanwhile would never
// get the function, and the library's listeners would be half attached (H2).
import type { CDPSession, Page } from 'puppeteer';
import type { PageWindow } from '../page/page-window.js';

declare const window: PageWindow & Record<string, unknown>;

/**
 * The library answers each change of a chat's count of unread messages with the whole chat, for a group by a question to
 * the server, and throws where keys have no `_serialized` (D1). Nobody listens: the count stands in the page.
 */
const UNUSED: readonly string[] = ['onChatUnreadCountEvent'];

type Callee = (...args: never[]) => unknown;

/** A function of the page's global object that takes one string, which is a CDP event here. */
const CHANNEL = '__wadHear';

/**
 * In the page. Gives back what it tells: the library's requestPairingCode() wants its code back, and no other caller wants
 * anything. What has no JSON throws at whoever calls, as puppeteer's own does.
 */
function tell(name: string, channel: string): void {
  window[name] = (...args: unknown[]): unknown => {
    (window[channel] as (text: string) => void)(JSON.stringify([name, args]));
    return args[0];
  };
}

/**
 * From now on what is exposed to this page is told one way, in every document that there is or will be. A name that is
 * exposed again has a new callee. Ends with the page.
 * @param session of this page, and nobody else's
 * @param failed hears of what a callee throws or rejects with
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
  // A binding follows the page into another process only where this is enabled.
  await session.send('Runtime.enable');
  await session.send('Runtime.addBinding', { name: CHANNEL });
  page.exposeFunction = async (name, callee) => {
    const isNew = !callees.has(name);
    callees.set(name, UNUSED.includes(name) ? () => undefined : (callee as Callee));
    // For the next document first: whichever there is when it is put in by hand, none is left out.
    if (isNew) await page.evaluateOnNewDocument(tell, name, CHANNEL);
    await page.evaluate(tell, name, CHANNEL);
  };
}

/** What the page prints or throws is told to each session, and kept for it until it lets go: for as long as the document. */
function forgetPrinted(session: CDPSession): void {
  let isForgetting = false;
  const forget = (values: readonly { objectId?: string }[]): void => {
    if (isForgetting || values.every(({ objectId }) => objectId === undefined)) return;
    isForgetting = true;
    // Behind what else is printed in this turn. A page that has gone keeps nothing.
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

/** Anything in the page may call it, with anything. */
function parse(payload: string): readonly [name: string, args: readonly unknown[]] {
  try {
    const [name, args] = JSON.parse(payload) as [unknown, unknown];
    return [String(name), Array.isArray(args) ? args : []];
  } catch {
    return ['', []];
  }
}
