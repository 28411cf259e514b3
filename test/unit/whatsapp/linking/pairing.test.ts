/** WhatsApp Web's answers to a request for a pairing code lead to the right result or fault. */
import t from 'tap';
import type { LibraryClient } from '../../../../src/whatsapp/library/library.js';
import { requestPairingCode } from '../../../../src/whatsapp/linking/pairing.js';

const ROWS: readonly (readonly [name: string, answer: () => unknown, expected: unknown])[] = [
  ['a code', () => 'ABCD1234', 'ABCD1234'],
  ['in small letters', () => 'abcd1234', 'ABCD1234'],
  ['with a dash', () => 'ABCD-1234', { kind: 'pairing_failed' }],
  ['too long', () => 'ABCD12345', { kind: 'pairing_failed' }],
  ['too short', () => 'ABCD123', { kind: 'pairing_failed' }],
  ['nothing', () => undefined, { kind: 'pairing_failed' }],
  ['an error', () => Promise.reject(new Error('r: r')), { kind: 'pairing_failed' }],
  ['too many requests', () => Promise.reject(new Error('rate-overlimit')), { kind: 'pairing_limited' }],
];

for (const [name, answer, expected] of ROWS)
  t.test(name, async (t) => {
    const asked: unknown[][] = [];
    const client = {
      pupPage: { evaluate: async () => true },
      requestPairingCode: async (...args: unknown[]) => {
        asked.push(args);
        return answer();
      },
    } as unknown as LibraryClient;
    t.match(await requestPairingCode(client, '15550001111').catch((error: unknown) => error), expected);
    t.same(
      asked,
      [['15550001111', true, 2 ** 31 - 1]],
      'asked once, and the library is told to ask no more (H24)',
    );
  });
