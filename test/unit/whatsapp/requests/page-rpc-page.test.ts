/** The half of a request that runs in the page: what is checked before the function is called, and how its error is described. */
import t from 'tap';
import { ACTION_CAPABILITIES } from '../../../../src/whatsapp/capabilities/actions.js';
import { PageRpc } from '../../../../src/whatsapp/requests/page-rpc.js';
import { fakeClock } from '../../../harness/fake-clock.js';
import { pageHere, setWindow } from '../../../harness/fake-page.js';
import { keepLog } from '../../../harness/server.js';

type Verb = (...args: unknown[]) => unknown;

/** A document with `chats.get`, `chats.pin` and these marks. `order` records what is called. */
function documentWith(get: Verb, marks: object = {}) {
  const order: string[] = [];
  const called =
    (name: string, verb: Verb): Verb =>
    (...args) => {
      order.push(`${name} ${JSON.stringify(args)}`);
      return verb(...args);
    };
  const window = {
    WWebJS: {} as object | undefined,
    __wad: {
      asked: ['A', 'B', 'C', 'D', 'E'],
      load: async (needs: readonly string[]) => order.push(`load ${needs.length}`),
      lackingFor: async (needs: readonly string[]): Promise<string[]> => {
        order.push(`check ${needs.length}`);
        return [];
      },
      rpc: {
        chats: { get: called('get', get), pin: called('pin', get) },
      } as object | undefined,
      ...marks,
    },
  };
  return { window, order };
}

function rpcOn(t: { teardown(undo: () => void): unknown }, window: object) {
  setWindow(t, window);
  const log = keepLog();
  const page = pageHere({ isClosed: () => false });
  return { rpc: new PageRpc({ page: () => page, build: () => '2.3000', log }), log };
}

const CHAT = '15550002222@c.us' as never;
const failed = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

t.test(
  'bundles are loaded, then the needs are checked, then the function is called with the arguments',
  async (t) => {
    const { window, order } = documentWith(async () => 'chat');
    const { rpc } = rpcOn(t, window);
    t.equal(await rpc.step('chat.list', 'chats', 'get', CHAT), 'chat');
    const needs = ACTION_CAPABILITIES['chat.list'].length;
    t.ok(needs > 0);
    t.same(order, [`load ${needs}`, `check ${needs}`, `get ["${CHAT}"]`]);
  },
);

t.test('without a capability nothing is needed', async (t) => {
  const { window, order } = documentWith(() => 'chat');
  const { rpc } = rpcOn(t, window);
  t.equal(await rpc.step(null, 'chats', 'get', CHAT), 'chat');
  t.same(order.slice(0, 2), ['load 0', 'check 0']);
});

t.test('a function that lacks a module is not called', async (t) => {
  const { window, order } = documentWith(() => 'chat', { lackingFor: async () => ['WAWebChat'] });
  const { rpc } = rpcOn(t, window);
  const fault = await failed(rpc.act('chat.change', 'chats', 'pin', CHAT, true));
  t.match(fault, { kind: 'unsupported_now', details: { more: { modules: ['WAWebChat'] } } });
  t.notOk(order.some((call) => call.startsWith('pin')));
});

for (const [name, empty] of [
  [
    'our functions',
    (window: ReturnType<typeof documentWith>['window']) => ({ ...window, __wad: { asked: [] } }),
  ],
  ['any marks', () => ({ WWebJS: {} })],
  ["the library's functions", (window: object) => ({ ...window, WWebJS: undefined })],
] as const)
  t.test(`a change waits for a document without ${name}, and is then called once`, async (t) => {
    const clock = fakeClock(t);
    const { window, order } = documentWith(() => 'chat');
    const { rpc } = rpcOn(t, empty(window));
    const result = rpc.act('chat.change', 'chats', 'pin', CHAT, true);
    await clock.pass(1_000);
    t.same(order, []);
    (globalThis as { window?: object }).window = window;
    await clock.pass(100);
    t.equal(await result, 'chat');
    t.equal(order.filter((call) => call.startsWith('pin')).length, 1);
  });

const THROWN: readonly (readonly [name: string, thrown: unknown, fault: object])[] = [
  [
    'an error',
    new TypeError('r'),
    { kind: 'page_error', message: /TypeError: r \(chats\.get at .*B, C, D, E/ },
  ],
  ['a status', Object.assign(new Error('r'), { status: 403 }), { kind: 'not_allowed' }],
  ['a status code', Object.assign(new Error('r'), { statusCode: '429' }), { kind: 'whatsapp_limit' }],
  ['a string', 'auth timeout', { kind: 'page_error', message: /auth timeout/ }],
  ['nothing', undefined, { kind: 'page_error', message: /WhatsApp Web: undefined \(chats\.get/ }],
  ['null', null, { kind: 'page_error', message: /WhatsApp Web: null \(chats\.get/ }],
  [
    'a refusal of ours',
    { refused: 'not_allowed', why: 'Only admins may.', more: { group: 'g' } },
    { kind: 'not_allowed', message: /Only admins may\./, details: { more: { group: 'g' } } },
  ],
];
for (const [name, thrown, expected] of THROWN)
  t.test(`the function throws ${name}: ${(expected as { kind: string }).kind}`, async (t) => {
    const { window } = documentWith(() => {
      throw thrown;
    });
    const { rpc } = rpcOn(t, window);
    t.match(await failed(rpc.step(null, 'chats', 'get', CHAT)), expected);
  });

t.test('a long error is cut, with its stack', async (t) => {
  const { window } = documentWith(() => {
    throw Object.assign(new Error('x'.repeat(5_000)), { stack: 'y'.repeat(5_000) });
  });
  const { rpc, log } = rpcOn(t, window);
  await failed(rpc.step(null, 'chats', 'get', CHAT));
  const { error, at } = (log.lines[0]?.fields ?? {}) as Record<string, string>;
  t.equal(error?.length, 300);
  t.equal(at?.length, 600);
});
