/** WhatsApp Web's answers to a request for a pairing code lead to the right result or fault. */
import t from 'tap';
import type { LibraryClient } from '../../../../src/whatsapp/library/library.js';
import { requestPairingCode } from '../../../../src/whatsapp/linking/pairing.js';
import { fakeClock } from '../../../harness/fake-clock.js';

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

/** A client whose library is in the page from that time on. @param evaluate what the page answers meanwhile */
function slow(evaluate: () => Promise<unknown>, answer: () => Promise<unknown> = async () => 'ABCD1234') {
  let requests = 0;
  const client = {
    pupPage: { evaluate },
    requestPairingCode() {
      requests += 1;
      return answer();
    },
  } as unknown as LibraryClient;
  const result = requestPairingCode(client, '15550001111').catch((error: unknown) => error);
  return { result, requests: () => requests };
}

t.test('a code is requested as soon as the library is in the page, and not before', async (t) => {
  const clock = fakeClock(t);
  let isInjected = false;
  const { result, requests } = slow(async () => isInjected);
  await clock.pass(5_000);
  t.equal(requests(), 0);
  isInjected = true;
  await clock.pass(100);
  t.equal(await result, 'ABCD1234');
  t.equal(clock.pending, 0);
});

t.test('without a library in the page the request fails after 30 seconds', async (t) => {
  const clock = fakeClock(t);
  const { result, requests } = slow(async () => false);
  await clock.pass(30_100);
  t.match(await result, { kind: 'pairing_failed' });
  t.equal(requests(), 0);
  t.equal(clock.pending, 0);
});

t.test('a library that never answers is given up after 30 seconds', async (t) => {
  const clock = fakeClock(t);
  const { result, requests } = slow(
    async () => true,
    () => new Promise(() => undefined),
  );
  await clock.pass(30_000);
  t.match(await result, { kind: 'pairing_failed' });
  t.equal(requests(), 1);
});

t.test(
  'a page that answers after the request was given up is asked for no code that nobody would see',
  async (t) => {
    const clock = fakeClock(t);
    let answer: (isInjected: boolean) => void = () => undefined;
    const { result, requests } = slow(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    await clock.pass(30_000);
    t.match(await result, { kind: 'pairing_failed' });
    answer(true);
    await clock.pass(100);
    t.equal(requests(), 0);
  },
);
