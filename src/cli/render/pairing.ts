// Prints a pairing code with the steps to use it.
import type { Result } from '../../protocol/method.js';
import type { sessionMethods } from '../../protocol/methods/session.js';
import { bold, printable } from '../output.js';
import { phone } from './phone.js';
import { clock } from './time.js';

export const renderPairing = (answer: Result<(typeof sessionMethods)['session.pair']>): string =>
  `${bold(printable(answer.code.replace(/^(.{4})(.{4})$/, '$1-$2')))}\n` +
  `On the phone ${phone(answer.number)}: WhatsApp > Linked devices > Link a device >\n` +
  `Link with phone number instead. The code ends at ${clock(answer.expiresAt)}.\n`;
