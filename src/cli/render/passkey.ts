// Prints a passkey request with the steps to answer it.
import { type Address, addressed } from '../../protocol/address.js';
import type { Result } from '../../protocol/method.js';
import type { sessionMethods } from '../../protocol/methods/session.js';
import { PASSKEY_ORIGIN } from '../../protocol/passkey.js';
import { bold, printable } from '../output.js';
import { clock } from './time.js';

type Request = Result<(typeof sessionMethods)['session.passkey']>;

/** The request and the steps to answer it. The snippet is set apart, so that it can be copied. */
export function renderPasskey(request: Request, snippet: string | null, address: Address): string {
  if (snippet === null || request.expiresAt === null) return 'WhatsApp asks for no passkey now.\n';
  const until = clock(request.expiresAt);
  const site = printable(String(request.options?.rpId ?? 'web.whatsapp.com'));
  return [
    `WhatsApp asks for the account's passkey (for ${site}), until ${until}.`,
    '',
    `1. Open ${bold(PASSKEY_ORIGIN)} in a browser that has the passkey, or with your phone nearby.`,
    '   You need not be signed in there.',
    '2. Open its console (F12, Console) and paste all of this:',
    '',
    snippet,
    '',
    '3. Press the button that appears, and confirm on the device that has the passkey.',
    '4. Copy the answer, one line of JSON, and pass it to:',
    '',
    `   ${bold(addressed('wactl passkey --answer -', address))}`,
    '',
    '   then paste it, press Enter, and Ctrl-D.',
    '',
  ].join('\n');
}
