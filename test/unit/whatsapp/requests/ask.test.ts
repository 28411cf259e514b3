/** A request in the page ends in time, and each failure has the right fault. */
import type { Page } from 'puppeteer';
import t from 'tap';
import { Fault } from '../../../../src/protocol/fault.js';
import { DocumentGone } from '../../../../src/whatsapp/failures/errors.js';
import { asker } from '../../../../src/whatsapp/requests/ask.js';
import { fakeClock } from '../../../harness/fake-clock.js';

const PAGE = {} as Page;
const ask = asker(() => PAGE);
const failed = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

const ROWS: readonly (readonly [name: string, error: unknown, expected: object])[] = [
  [
    'the document is replaced',
    new Error('Execution context was destroyed.'),
    { kind: 'not_ready', message: /reloaded/ },
  ],
  ['our code notices a new document', new DocumentGone('x'), { kind: 'not_ready', message: /reloaded/ }],
  ['the browser ends', new Error('Protocol error: Target closed'), { kind: 'not_ready', message: /ended/ }],
  ['the page crashes', new Error('Page crashed!'), { kind: 'not_ready', message: /ended/ }],
  [
    "puppeteer's own time limit passes",
    new Error('Runtime.callFunctionOn timed out.'),
    { kind: 'page_error', message: /in time/ },
  ],
  ['the page throws', new Error('r: r\n  at x'), { kind: 'page_error', message: /\(r: r\)/ }],
  ['the page throws a string', 'auth timeout', { kind: 'page_error', message: /\(auth timeout\)/ }],
];
for (const [name, error, expected] of ROWS)
  t.test(`${name}: ${(expected as { kind: string }).kind}`, async (t) => {
    const fault = await failed(ask(1_000, () => Promise.reject(error)));
    t.ok(fault instanceof Fault);
    t.match(fault, expected);
    t.equal((fault as Fault).cause, error, 'with the cause');
  });

t.test('a fault of the question is passed on as it is', async (t) => {
  const fault = new Fault('no_such_chat');
  t.equal(await failed(ask(1_000, () => Promise.reject(fault))), fault);
});

t.test('without a page the question is not asked', async (t) => {
  const none = new Fault('not_ready', { reason: 'no page' });
  let asked = 0;
  const without = asker(() => {
    throw none;
  });
  const fault = await failed(
    without(1_000, async () => {
      asked += 1;
    }),
  );
  t.equal(fault, none);
  t.equal(asked, 0);
});

t.test(
  'a page that does not answer is page_error at the limit; an answer in time clears the timer',
  async (t) => {
    const clock = fakeClock(t);
    t.equal(await ask(1_000, async (page) => page === PAGE), true);
    t.equal(clock.pending, 0);
    const silent = failed(ask(1_000, () => new Promise(() => undefined)));
    await clock.pass(1_000);
    t.match(await silent, { kind: 'page_error', message: /did not answer in time/ });
    t.equal(clock.pending, 0);
  },
);
