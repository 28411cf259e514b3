// Requests a pairing code once. pairing-budget.ts limits how often.
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../../protocol/fault.js';
import { within } from '../failures/deadline.js';
import { isRateLimit } from '../failures/errors.js';
import type { LibraryClient } from '../library/library.js';
import type { PageWindow } from '../page/page-window.js';

declare const window: PageWindow;

const ASK_MS = 30_000;
const POLL_MS = 50;
/** The library requests a new code at this interval until a phone pairs, and WhatsApp counts them all (H24). */
const NEVER_MS = 2 ** 31 - 1;

/** Waits for the library: the page reports that it is not linked before the library is injected. @throws after ASK_MS */
async function injected({ pupPage }: LibraryClient): Promise<void> {
  for (const until = performance.now() + ASK_MS; performance.now() < until; await delay(POLL_MS)) {
    const isInjected = await pupPage?.evaluate(() => window.__wad?.injected === true);
    // After an answer that comes too late nobody would see the code, and WhatsApp would count it.
    if (isInjected && performance.now() < until) return;
  }
  throw new Error('the library is not in the page');
}

/** @throws Fault pairing_limited, pairing_failed */
export async function requestPairingCode(client: LibraryClient, number: string): Promise<string> {
  let code: unknown;
  try {
    code = await within(
      ASK_MS,
      injected(client).then(() => client.requestPairingCode(number, true, NEVER_MS)),
      'asking for a pairing code',
    );
  } catch (error) {
    throw new Fault(isRateLimit(error) ? 'pairing_limited' : 'pairing_failed', { cause: error });
  }
  if (typeof code === 'string' && /^[A-Z0-9]{8}$/i.test(code)) return code.toUpperCase();
  throw new Fault('pairing_failed', { reason: 'WhatsApp Web returned an invalid pairing code.' });
}
