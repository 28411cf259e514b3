// Dispatch turns a method name and parameters into a result or a Fault, without a socket.
import t from 'tap';
import { z } from 'zod';
import { createDispatch } from '../../../src/dispatch/dispatch.js';
import type { Call, Peer } from '../../../src/protocol/dispatch.js';
import { Fault } from '../../../src/protocol/fault.js';
import { type Handlers, method } from '../../../src/protocol/method.js';
import { record } from '../../../src/protocol/schema.js';
import { keepLog, untilAborted } from '../../harness/server.js';

const row = <const N extends string>(name: N, effect: 'reads' | 'writes') =>
  method({
    name,
    does: 'Serves a test.',
    effect,
    scope: 'read',
    since: '0.1.0',
    params: () =>
      record({
        text: z.string().max(10),
        more: record({ list: z.array(z.int()) }).optional(),
        count: z.int().min(1).default(3),
      }),
    result: () => record({ text: z.string() }),
    faults: ['no_such_chat'],
    example: { params: { text: 'a' }, result: { text: 'a' } },
  });
const TABLE = { 'test.read': row('test.read', 'reads'), 'test.write': row('test.write', 'writes') };
type Handler = Handlers<typeof TABLE>['test.read'];

const peer: Peer = {
  id: 1,
  backlogBytes: 0,
  closed: new AbortController().signal,
  notify: () => true,
  drained: async () => {},
};

/** Both methods behave the same; only their declared effect differs. */
function setUp(handler: Handler, account: string | null = 'shop') {
  const log = keepLog();
  const dispatch = createDispatch({
    methods: TABLE,
    handlers: { 'test.read': handler, 'test.write': handler },
    account,
    address: ['-a', 'shop'],
    log,
  });
  const ask = (name: string, params: unknown, signal = new AbortController().signal) =>
    dispatch(name, params, { peer, signal });
  const fails = async (name: string, params: unknown, signal?: AbortSignal): Promise<Fault> => {
    const error = await ask(name, params, signal).then(
      () => new Error('it was answered'),
      (thrown: unknown) => thrown,
    );
    if (error instanceof Fault) return error;
    throw error;
  };
  const bugs = () => log.lines.filter(({ level }) => level === 'error').map(({ event }) => event);
  return { ask, fails, bugs, log };
}

t.test('a handler gets checked parameters with their defaults, and never the deadline', async (t) => {
  const seen: unknown[] = [];
  const { ask } = setUp((params, call) => {
    seen.push(params, call.peer === peer);
    return { text: params.text };
  });
  t.same(await ask('test.read', { text: 'a', deadlineMs: 1000 }), { text: 'a' });
  t.same(seen, [{ text: 'a', count: 3 }, true]);
});

t.test(
  'invalid parameters are refused by name, all at once, and their values are not repeated',
  async (t) => {
    const { fails, bugs } = setUp(() => {
      throw new Error('it was called');
    });
    const long = 'x'.repeat(100_000);
    const table = [
      [undefined, [{ path: 'text', problem: 'missing, expected string' }]],
      [{}, [{ path: 'text', problem: 'missing, expected string' }]],
      [{ text: 1 }, [{ path: 'text', problem: 'expected string, received number' }]],
      [{ text: null }, [{ path: 'text', problem: 'expected string, received null' }]],
      [{ text: long }, [{ path: 'text', problem: /too big/ }]],
      [{ text: 'a', loud: long }, [{ path: 'loud', problem: 'unknown key' }]],
      [{ text: 'a', [long]: 1 }, [{ path: `${'x'.repeat(64)}…`, problem: 'unknown key' }]],
      [
        { text: 1, a: 1, b: 2, deadlineMs: -1 },
        [{ path: 'text' }, { path: 'a' }, { path: 'b' }, { path: 'deadlineMs', problem: /too small/ }],
      ],
      [{ text: 'a', more: { list: [1, 'x', 2.5] } }, [{ path: 'more.list[1]' }, { path: 'more.list[2]' }]],
      [{ text: 'a', more: { list: [], x: 1 } }, [{ path: 'more.x', problem: 'unknown key' }]],
      [{ text: 'a', more: {} }, [{ path: 'more.list', problem: 'missing, expected array' }]],
      [JSON.parse('{"text":"a","__proto__":{"text":"b"}}'), [{ path: '__proto__', problem: 'unknown key' }]],
      [
        JSON.parse('{"__proto__":{"text":"b"}}'),
        [{ path: 'text', problem: /missing/ }, { path: '__proto__' }],
      ],
      [{ text: 'a', constructor: 1 }, [{ path: 'constructor', problem: 'unknown key' }]],
      [{ text: 'a', deadlineMs: '5' }, [{ path: 'deadlineMs', problem: 'expected number, received string' }]],
      [{ text: 'a', deadlineMs: 1e12 }, [{ path: 'deadlineMs', problem: /too big/ }]],
    ] as const;
    for (const [params, issues] of table) {
      const fault = await fails('test.read', params);
      t.match(fault, { kind: 'invalid_params' });
      const found = (fault.details.more?.issues ?? []) as unknown[];
      t.match(found, issues, JSON.stringify(params)?.slice(0, 60));
      t.equal(found.length, issues.length);
      t.match(fault.message, /^test\.read: /);
      t.ok(JSON.stringify(fault.toWire()).length < 1_000);
    }
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`k${n}`, n]));
    const fault = await fails('test.read', { text: 'a', ...many });
    t.match(fault.message, /k0: unknown key.*and 4990 more$/);
    t.same(bugs(), []);
  },
);

t.test('inherited property names are not methods', async (t) => {
  const { fails } = setUp(() => ({ text: '' }));
  for (const name of [
    'nope',
    '',
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'x'.repeat(10_000),
  ]) {
    const fault = await fails(name, {});
    t.match(fault, { kind: 'method_not_found' }, name.slice(0, 20));
    t.ok(fault.message.length < 100);
  }
});

t.test(
  'a fault of a handler is passed on, and one that its method does not list is also logged',
  async (t) => {
    const listed = setUp(() => {
      throw new Fault('no_such_chat', { reason: 'no chat with Bob' });
    });
    t.match(await listed.fails('test.read', { text: 'a' }), {
      kind: 'no_such_chat',
      message: 'no chat with Bob',
    });
    t.same(listed.bugs(), []);
    const common = setUp(async () => {
      throw new Fault('busy');
    });
    t.match(await common.fails('test.read', { text: 'a' }), { kind: 'busy' });
    t.same(common.bugs(), []);
    const unlisted = setUp(() => {
      throw new Fault('no_qr');
    });
    t.match(await unlisted.fails('test.read', { text: 'a' }), { kind: 'no_qr' });
    t.same(unlisted.bugs(), ['dispatch.unlisted_fault']);
  },
);

t.test('any other thrown value becomes "internal": it is logged, and not sent to the peer', async (t) => {
  for (const thrown of [new TypeError('secret'), 'secret', undefined, { kind: 'busy' }]) {
    const { fails, bugs, log } = setUp(() => {
      throw thrown;
    });
    const read = await fails('test.read', { text: 'a' });
    t.match(read, { kind: 'internal', details: { outcome: 'none' } });
    t.notMatch(JSON.stringify(read.toWire()), /secret/);
    t.match(await fails('test.write', { text: 'a' }), { kind: 'internal', details: { outcome: 'unknown' } });
    t.same(bugs(), ['dispatch.internal', 'dispatch.internal']);
    t.equal(log.lines[0]?.fields.err, thrown, 'the original error, with its stack');
  }
});

t.test('a result that does not fit its schema becomes "internal"', async (t) => {
  for (const answer of [undefined, null, 'a', {}, { text: 1 }, { text: 'a', extra: 1 }]) {
    const { fails, bugs } = setUp((() => answer) as unknown as Handler);
    t.match(await fails('test.write', { text: 'a' }), { kind: 'internal', details: { outcome: 'unknown' } });
    t.same(bugs(), ['dispatch.bad_result']);
  }
});

t.test('an expired deadline ends the wait, and the fault names the possible outcome', async (t) => {
  const signals: AbortSignal[] = [];
  const { fails, bugs, log } = setUp((_params, { signal }) => {
    signals.push(signal);
    return untilAborted(signal);
  });
  const asked = { text: 'a', deadlineMs: 5 };
  t.match(await fails('test.read', asked), { kind: 'deadline_exceeded', details: { outcome: 'none' } });
  t.match(await fails('test.write', asked), { kind: 'deadline_exceeded', details: { outcome: 'unknown' } });
  t.ok(signals.every(({ aborted }) => aborted));
  t.same(bugs(), []);
  t.same(log.lines, [], 'a handler that throws the reason of its signal is not logged');
});

t.test('a handler that ignores its signal is not awaited', async (t) => {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const { fails, log } = setUp(async () => {
    await released;
    throw new Error('too late');
  });
  t.match(await fails('test.write', { text: 'a', deadlineMs: 5 }), { kind: 'deadline_exceeded' });
  release();
  await new Promise((resolve) => setImmediate(resolve));
  t.match(log.lines, [{ level: 'warn', event: 'dispatch.late', fields: { method: 'test.write' } }]);
});

t.test('a disconnect aborts the handler, and a fault names the reason of the close', async (t) => {
  const { fails, bugs } = setUp((_params, { signal }: Call) => untilAborted(signal));
  for (const why of ['shutting_down', 'connection_lost', 'slow_reader'] as const) {
    const hangUp = new AbortController();
    const failed = fails('test.write', { text: 'a' }, hangUp.signal);
    hangUp.abort(new Fault(why));
    t.match(await failed, { kind: why, details: { outcome: 'unknown' } });
    t.match(
      await fails('test.write', { text: 'a' }, hangUp.signal),
      { kind: why, details: { outcome: 'none' } },
      'aborted before the request',
    );
  }
  t.same(bugs(), []);
});

t.test('a finished request leaves no timer and no listener', async (t) => {
  const { ask } = setUp(() => ({ text: '' }));
  const connection = new AbortController();
  let held = 0;
  const { signal } = connection;
  const counting = new Proxy(signal, {
    get: (target, key) => {
      if (key === 'addEventListener') held += 1;
      if (key === 'removeEventListener') held -= 1;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  // A deadline of one day, whose timer would keep this test's process alive.
  for (let n = 0; n < 10; n += 1) await ask('test.read', { text: 'a', deadlineMs: 86_400_000 }, counting);
  t.equal(held, 0);
});

t.test('a request for another account does nothing, and one for this account is served', async (t) => {
  let ran = 0;
  const { ask, fails } = setUp(() => {
    ran += 1;
    return { text: '' };
  });
  t.match(await fails('test.write', { account: 'trial', text: 'a' }), {
    kind: 'wrong_account',
    message: /"shop", not "trial"/,
    details: { more: { account: 'shop' } },
  });
  t.match(
    await fails('test.write', { account: 'trial', no: 1 }),
    { kind: 'wrong_account' },
    'the account is checked before the other parameters',
  );
  t.match(await fails('test.write', { account: 7, text: 'a' }), {
    kind: 'invalid_params',
    message: /account/,
  });
  t.equal(ran, 0);
  await ask('test.write', { account: 'shop', text: 'a' });
  t.equal(ran, 1);
});

t.test('a program without an account refuses every request that names one', async (t) => {
  const { ask, fails } = setUp(() => ({ text: '' }), null);
  t.match(await fails('test.write', { account: 'shop', text: 'a' }), {
    kind: 'wrong_account',
    message: /not the daemon of the account "shop"/,
    details: { more: { account: null } },
  });
  t.same(await ask('test.write', { text: 'a' }), { text: '' });
});

t.test('a hint contains the address of this daemon', async (t) => {
  const { fails } = setUp(() => {
    throw new Fault('no_such_chat', { hint: 'wactl chats' });
  });
  t.equal((await fails('test.read', { text: 'a' })).hint, 'wactl -a shop chats');
  t.equal((await fails('test.nothing', {})).hint, 'wactl -a shop call rpc.discover');
});
