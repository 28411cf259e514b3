// A pairing code, asked for once. How often is pairing-budget's to say.
import { Fault } from '../protocol/fault.js';
import { within } from './deadline.js';
import { isRateLimit } from './errors.js';
import type { LibraryClient } from './library.js';

const ASK_MS = 30_000;
/** The library asks for a new code at this interval until somebody pairs, and WhatsApp counts them all (H24). */
const NEVER_MS = 2 ** 31 - 1;

/** @throws Fault pairing_limited, pairing_failed */
export async function requestPairingCode(client: LibraryClient, number: string): Promise<string> {
  let code: unknown;
  try {
    code = await within(
      ASK_MS,
      client.requestPairingCode(number, true, NEVER_MS),
      'asking for a pairing code',
    );
  } catch (error) {
    throw new Fault(isRateLimit(error) ? 'pairing_limited' : 'pairing_failed', { cause: error });
  }
  if (typeof code === 'string' && /^[A-Z0-9]{8}$/i.test(code)) return code.toUpperCase();
  throw new Fault('pairing_failed', { reason: 'WhatsApp Web gave something that is no pairing code.' });
}
