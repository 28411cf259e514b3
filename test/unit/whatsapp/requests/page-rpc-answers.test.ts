/** Each answer of the page, and each way to get none, becomes the right result or fault; only reads are repeated. */
import t from 'tap';
import { Fault } from '../../../../src/protocol/fault.js';
import { PageRpc } from '../../../../src/whatsapp/requests/page-rpc.js';
import { fakeClock } from '../../../harness/fake-clock.js';
import { pageHere } from '../../../harness/fake-page.js';
import { keepLog } from '../../../harness/server.js';

const NAVIGATED = new Error('Execution context was destroyed, most likely because of a navigation.');

/** Answers of the page in turn, the last one for ever; a function is called. */
function scripted(...answers: readonly unknown[]) {
  let asked = 0;
  const evaluate = async (): Promise<unknown> => {
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    return typeof answer === 'function' ? answer() : answer;
  };
  const log = keepLog();
  const page = pageHere({ evaluate, isClosed: () => false });
  return {
    rpc: new PageRpc({ page: () => page, build: () => '2.3000', log }),
    log,
    asked: () => asked,
  };
}
const fail = (error: unknown) => () => Promise.reject(error);
const failed = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);
const done = (value: unknown) => ({ is: 'done', value });
const CHAT = '15550002222@c.us' as never;
const read = (rpc: PageRpc) => rpc.look('chat.list', 'chats', 'get', CHAT);
const change = (rpc: PageRpc) => rpc.act('chat.change', 'chats', 'pin', CHAT, true);
const step = (rpc: PageRpc) => rpc.step('chat.list', 'chats', 'get', CHAT);

t.test(
  'a document that goes away: a read is repeated in the next one, a change and a step are not',
  async (t) => {
    const clock = fakeClock(t);
    const looked = scripted(fail(NAVIGATED), done('chat'));
    const result = read(looked.rpc);
    await clock.pass(100);
    t.equal(await result, 'chat');
    const acted = scripted(fail(NAVIGATED), done('chat'));
    const fault = await failed(change(acted.rpc));
    t.match(fault, { kind: 'outcome_unknown', message: /reloaded/, cause: NAVIGATED });
    t.equal(acted.asked(), 1);
    const stepped = scripted(fail(NAVIGATED), done('chat'));
    t.match(await failed(step(stepped.rpc)), { kind: 'not_ready' });
    t.equal(stepped.asked(), 1);
  },
);

t.test(
  'a document without our functions was given nothing: read and change wait for it, a step does not',
  async (t) => {
    const clock = fakeClock(t);
    const absent = { is: 'absent' };
    for (const call of [read, change]) {
      const { rpc } = scripted(absent, absent, done('chat'));
      const result = call(rpc);
      await clock.pass(200);
      t.equal(await result, 'chat');
      const { rpc: never } = scripted(absent);
      const end = failed(call(never));
      await clock.pass(15_200, 100);
      t.match(await end, { kind: 'not_ready', message: /is loading/ });
      t.equal(clock.pending, 0);
    }
    const { rpc, asked } = scripted(absent, done('chat'));
    t.match(await failed(step(rpc)), { kind: 'not_ready' });
    t.equal(asked(), 1);
  },
);

t.test(
  'a page that does not answer: a read is page_error in 20 s, a change is outcome_unknown in 40 s',
  async (t) => {
    const clock = fakeClock(t);
    const silent = () => new Promise(() => undefined);
    const ends: unknown[] = [];
    for (const call of [read, change]) failed(call(scripted(silent).rpc)).then((end) => ends.push(end));
    await clock.pass(19_999, 1_000);
    t.same(ends, []);
    await clock.pass(1);
    t.match(ends, [{ kind: 'page_error', message: /in time/ }]);
    await clock.pass(19_999, 1_000);
    t.equal(ends.length, 1);
    await clock.pass(1);
    t.match(ends[1], { kind: 'outcome_unknown', details: { outcome: 'unknown' } });
    t.equal(clock.pending, 0);
  },
);

t.test(
  'a browser that ends: a read is not_ready, a change is outcome_unknown, neither is repeated',
  async (t) => {
    for (const [call, kind] of [
      [read, 'not_ready'],
      [change, 'outcome_unknown'],
    ] as const) {
      const { rpc, asked } = scripted(fail(new Error('Protocol error: Target closed')), done('chat'));
      t.match(await failed(call(rpc)), { kind });
      t.equal(asked(), 1);
    }
  },
);

t.test('without a page its own fault is passed on, by a change as well', async (t) => {
  const none = new Fault('not_ready', { reason: 'There is no page.' });
  const page = (): never => {
    throw none;
  };
  const rpc = new PageRpc({ page, build: () => null, log: keepLog() });
  for (const call of [read, change, step]) t.equal(await failed(call(rpc)), none);
});

const ANSWERS: readonly (readonly [name: string, answer: object, fault: object])[] = [
  [
    'modules are missing',
    { is: 'lacking', modules: ['WAWebA', 'WAWebB.c'] },
    { kind: 'unsupported_now', message: /2\.3000 has no WAWebA, WAWebB\.c/ },
  ],
  [
    'refused by a kind of ours',
    { is: 'refused', kind: 'no_such_chat', why: 'none' },
    { kind: 'no_such_chat', message: /none/ },
  ],
  ['refused by an unknown kind', { is: 'refused', kind: 'toString', why: 'none' }, { kind: 'page_error' }],
  [
    'the page does not know the outcome',
    { is: 'refused', kind: 'outcome_unknown', why: 'w' },
    { kind: 'outcome_unknown', details: { outcome: 'unknown' } },
  ],
  ...(
    [
      [401, 'not_allowed'],
      [403, 'not_allowed'],
      [405, 'not_allowed'],
      [404, 'no_such_chat'],
      [410, 'no_such_chat'],
      [429, 'whatsapp_limit'],
      [500, 'page_error'],
      [null, 'page_error'],
    ] as const
  ).map(
    ([status, kind]) =>
      [
        `an error with the status ${status}`,
        { is: 'threw', error: 'r: r', status, at: 'at WAWebChat.x', asked: ['WAWebMsg', 'WAWebChat'] },
        { kind, message: /r: r \(chats\.\w+ at WAWebChat, WAWebMsg, 2\.3000\)/ },
      ] as const,
  ),
];
for (const [name, answer, expected] of ANSWERS)
  t.test(`${name}: ${(expected as { kind: string }).kind}, for reads and changes, once`, async (t) => {
    for (const call of [read, change]) {
      const { rpc, asked } = scripted(answer, done('chat'));
      t.match(await failed(call(rpc)), expected);
      t.equal(asked(), 1);
    }
  });

t.test('an error of the page is logged with the call and its place', async (t) => {
  const { rpc, log } = scripted({ is: 'threw', error: 'r: r', status: null, at: 'at x', asked: [] });
  await failed(read(rpc));
  t.match(log.lines, [
    {
      level: 'warn',
      event: 'whatsapp.page-refused',
      fields: { what: 'chats.get', error: 'r: r', at: 'at x' },
    },
  ]);
});
