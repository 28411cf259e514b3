/**
 * `wactl send` passes recipient and text unchanged, waits as requested, and ends with the right exit status.
 */
import t from 'tap';
import { Fault } from '../../../src/protocol/fault.js';
import { METHODS } from '../../../src/protocol/methods/index.js';
import { startWactl, wactl } from '../../harness/wactl.js';
import { type Answer, type FakeDaemon, fakeDaemon } from './daemon.js';

const SENT = METHODS['message.wait'].example.result;
let daemon: FakeDaemon;
let onSend: Answer | undefined;
let onWait: Answer | undefined;
t.before(async () => {
  daemon = await fakeDaemon({
    'message.send': (params, call) => onSend?.(params, call),
    'message.wait': (params, call) => onWait?.(params, call),
    'message.get': () => ({ ...SENT, key: null, message: null, state: 'sending', sentAt: null }),
  });
});
t.teardown(() => daemon.close());
t.beforeEach(() => {
  onSend = undefined;
  onWait = undefined;
  daemon.asked.length = 0;
});

const send = (args: readonly string[], input?: string | Uint8Array) =>
  wactl(['send', ...args], { socket: daemon.socket, ...(input === undefined ? {} : { input }) });

for (const to of [
  '+55 11 90000-0002',
  '0005511900000002',
  '5511900000002',
  '1e3',
  '0x1f',
  '-5511',
  '120363@g.us',
  '00',
  '1.0',
]) {
  t.test(`the recipient ${to} is passed unchanged`, async (t) => {
    t.match(await send([to, 'hi']), { code: 0 });
    t.same(daemon.asked[0]?.params, { to, text: 'hi' });
  });
}

for (const text of [
  '123',
  '1e3',
  '0123',
  'true',
  'null',
  '[]',
  '"quoted"',
  "'quoted'",
  ' spaces ',
  'two\nlines',
  '-5',
  '\u{1f600}',
]) {
  t.test(`the text ${JSON.stringify(text)} is passed unchanged`, async (t) => {
    t.match(await send(['15550002222', text]), { code: 0 });
    t.same(daemon.asked[0]?.params, { to: '15550002222', text });
  });
}

t.test('after -- a text may look like an option', async (t) => {
  for (const args of [
    ['15550002222', '--', '--help'],
    ['--', '15550002222', '--help'],
  ]) {
    daemon.asked.length = 0;
    t.match(await send(args), { code: 0 });
    t.same(daemon.asked[0]?.params, { to: '15550002222', text: '--help' });
  }
  t.match(await send(['15550002222', '- milk']), { code: 2, stderr: /put -- before a text/ });
});

t.test('options may appear anywhere, and their values stay strings', async (t) => {
  const end = await wactl(['--wait', 'accepted', 'send', '15550002222', '--key', '007', 'hi'], {
    socket: daemon.socket,
  });
  t.match(end, { code: 0, stdout: 'queued  m-1\n' });
  t.same(daemon.asked[0]?.params, { to: '15550002222', text: 'hi', key: '007' });
  t.equal(daemon.asked.length, 1, '--wait accepted does not wait');
});

t.test('waits for sent, and prints the recipient', async (t) => {
  t.match(await send(['15550002222', 'hi']), {
    code: 0,
    stdout: 'sent  m-1  to +1 555 000 2222\n',
    stderr: '',
  });
  t.match(daemon.asked[1], { method: 'message.wait', params: { id: 'm-1', for: 'sent' } });
  const waited = Number(daemon.asked[1]?.params.timeoutMs);
  t.ok(waited > 55_000 && waited <= 60_000, `waits for the remaining part of 60 s (${waited})`);
});

t.test('--timeout and --wait are passed to the wait', async (t) => {
  await wactl(['send', '15550002222', 'hi', '--timeout', '5', '--wait', 'read'], { socket: daemon.socket });
  t.match(daemon.asked[1], { params: { for: 'read' } });
  t.ok(Number(daemon.asked[1]?.params.timeoutMs) <= 5000);
});

t.test('-o json prints the final message', async (t) => {
  const end = await send(['15550002222', 'hi', '-o', 'json']);
  t.same(JSON.parse(end.stdout), SENT);
  const accepted = await send(['15550002222', 'hi', '-o', 'json', '--wait', 'accepted']);
  t.same(JSON.parse(accepted.stdout), METHODS['message.send'].example.result);
});

t.test('- reads stdin and drops exactly one newline', async (t) => {
  for (const [input, text] of [
    ['hello\n', 'hello'],
    ['hello\n\n', 'hello\n'],
    ['hello', 'hello'],
    ['a\r\nb\r\n', 'a\r\nb'],
    ['\ufeffbom', '\ufeffbom'],
  ] as const) {
    daemon.asked.length = 0;
    t.match(await send(['15550002222', '-'], input), { code: 0 });
    t.same(daemon.asked[0]?.params, { to: '15550002222', text });
  }
});

t.test('an invalid message is refused before any request', async (t) => {
  const long = 'x'.repeat(65_537);
  for (const [args, input, stderr] of [
    [['15550002222'], undefined, /there is no text/],
    [['15550002222', ''], undefined, /the text is empty/],
    [['15550002222', '-'], '\n', /the text is empty/],
    [['15550002222', '-'], new Uint8Array([0x68, 0xff]), /not valid UTF-8/],
    [['15550002222', '-'], long, /65537 characters/],
    [['15550002222', '-'], 'x'.repeat(300_000), /more than 262144 bytes/],
    [['15550002222', 'a', 'b'], undefined, /no more than TO TEXT/],
    [[], undefined, /TO is missing/],
    [['15550002222', 'hi', '--wait', 'seen'], undefined, /"seen" is none of/],
    [['15550002222', 'hi', '--key', ''], undefined, /--key needs a value/],
  ] as const) {
    t.match(await send(args, input), { code: 2, stdout: '', stderr });
  }
  t.equal(daemon.asked.length, 0);
});

t.test('a text of 65,536 characters is accepted', async (t) => {
  t.match(await send(['15550002222', '-'], 'x'.repeat(65_536)), { code: 0 });
});

t.test('a wait that times out exits 8, shows the message and names the command that shows it', async (t) => {
  onWait = () => {
    throw new Fault('wait_expired');
  };
  t.match(await send(['15550002222', 'hi']), {
    code: 8,
    stdout: 'sending  m-1  to +1 555 000 2222\n',
    stderr: /accepted as m-1, but not sent after .*stays in the queue\n {2}try: wactl outbox show m-1\n/,
  });
  const machine = await send(['15550002222', 'hi', '-o', 'json']);
  t.match(JSON.parse(machine.stdout), { id: 'm-1', state: 'sending' });
  t.match(JSON.parse(machine.stderr), { data: { kind: 'wait_expired', id: 'm-1', outcome: 'none' } });
});

for (const [state, error, code] of [
  ['unknown', null, 6],
  ['failed', { kind: 'not_on_whatsapp', reason: 'no such number', hint: null }, 7],
  ['failed', { kind: 'of a newer daemon', reason: 'why', hint: null }, 1],
  ['failed', null, 1],
  ['expired', null, 1],
  ['cancelled', null, 1],
] as const) {
  t.test(`a message that ends ${state} (${error?.kind ?? 'no error'}) exits ${code}`, async (t) => {
    onWait = () => ({ ...SENT, state, sentAt: null, error });
    t.match(await send(['15550002222', 'hi']), {
      code,
      stdout: new RegExp(`^${state} {2}m-1`),
      stderr: /^wactl: /,
    });
  });
}

for (const [kind, code] of [
  ['invalid_recipient', 2],
  ['not_linked', 4],
  ['not_ready', 5],
  ['not_on_whatsapp', 7],
  ['key_reused', 1],
] as const) {
  t.test(`${kind} exits ${code} with nothing on stdout`, async (t) => {
    onSend = () => {
      throw new Fault(kind);
    };
    t.match(await send(['15550002222', 'hi']), { code, stdout: '', stderr: /^wactl: / });
  });
}

t.test('a send without an answer has an unknown outcome: exit 6', async (t) => {
  onSend = () => new Promise(() => {});
  t.match(await send(['15550002222', 'hi', '--timeout', '0.2']), { code: 6, stdout: '' });
});

t.test('Ctrl-C while waiting exits 130 and names the accepted message', async (t) => {
  const waiting = new Promise<void>((resolve) => {
    onWait = () => {
      resolve();
      return new Promise(() => {});
    };
  });
  const run = startWactl(['send', '15550002222', 'hi'], { socket: daemon.socket });
  await waiting;
  run.child.kill('SIGINT');
  t.match(await run.end, { code: 130, signal: null, stdout: '', stderr: /accepted as m-1/ });
});

t.test('a daemon that ends during the wait: exit 3, and the id is printed', async (t) => {
  const own = await fakeDaemon({
    'message.wait': () => {
      own.close();
      return new Promise(() => {});
    },
  });
  const end = await wactl(['send', '15550002222', 'hi', '-o', 'json'], { socket: own.socket });
  t.match(JSON.parse(end.stdout), { id: 'm-1' });
  t.match(JSON.parse(end.stderr), { data: { id: 'm-1' } });
  t.ok(
    end.code === 3 || end.code === 5,
    `exit ${end.code}: connection lost, or the daemon was shutting down`,
  );
});

t.end();

t.test('a parameter that does not fit is explained by the help of the command', async (t) => {
  const issues = [{ path: 'text', problem: 'too big' }];
  onSend = () => {
    throw new Fault('invalid_params', { reason: 'message.send: text: too big', more: { issues } });
  };
  const { stderr } = await send(['15550002222', 'hi']);
  t.match(stderr, /text: too big\n {2}try: wactl .*send --help\n$/);
  t.match(JSON.parse((await send(['15550002222', 'hi', '-o', 'json'])).stderr), {
    data: { hint: /rpc\.discover/ },
  });
});
