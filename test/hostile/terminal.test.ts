// Attacks on the reader's terminal: every text of an answer contains terminal controls, and none of them may
// be printed by any command, on stdout or stderr.
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { COMMANDS } from '../../src/cli/commands/rare.js';
import { Fault } from '../../src/protocol/fault.js';
import { startWactl, wactl } from '../harness/wactl.js';
import { type Answer, fakeDaemon, METHODS, type MethodName } from '../unit/cli/daemon.js';

// For a slow machine; it usually takes a twentieth of this.
t.setTimeout(600_000);

/**
 * Title, clipboard, colour, bell, clear, a forged line; C1 controls; text direction; Unicode line separators.
 */
const HOSTILE =
  '\u001b]0;pwned\u0007\u001b]52;c;cm0=\u0007\u001b[31m\u001b[2J\r\nforged\t\b\u007f\u009b5m\u0085' +
  '\u202eevil\u2066\u061c\u200f\u2028\u2029';
const OBEYED =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const INSTANT = /^\d{4}-\d\d-\d\dT/;

/** @param all true: also change times and values of enumerations */
function poisoned(value: unknown, all: boolean): unknown {
  if (typeof value === 'string') {
    const isWord = INSTANT.test(value) || /^[a-z][a-z_-]*$/.test(value);
    return isWord && !all ? value : `${value}${HOSTILE}`;
  }
  if (Array.isArray(value)) return value.map((inner) => poisoned(inner, all));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, poisoned(inner, all)]));
}

const report = join(tmpdir(), `wactl-terminal-${process.pid}.json`);
const exported = join(tmpdir(), `wactl-terminal-${process.pid}`);
t.teardown(() => {
  rmSync(report, { force: true });
  rmSync(exported, { recursive: true, force: true });
});

const N = '15550002222';
/** One or more argument lists for each command that calls the daemon. */
const LINES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  status: [[]],
  accounts: [[]],
  init: [[]],
  pair: [[N]],
  wait: [['ready', '--timeout', '5']],
  stop: [[]],
  disconnect: [[]],
  'clear-session': [[]],
  send: [
    [N, 'x'],
    [N, 'x', '--wait', 'accepted'],
  ],
  events: [['--since', '0']],
  call: [['session.status'], ['chat.list']],
  outbox: [['list'], ['show', 'm-1'], ['cancel', 'm-1'], ['resolve', 'm-1', '--as', 'sent']],
  webhook: [['list'], ['test', 'crm'], ['dead', 'crm'], ['redrive', 'crm']],
  qr: [['--raw']],
  passkey: [[], ['--snippet']],
  messages: [[N]],
  search: [['hello'], ['hello', '--in', 'page']],
  export: [['--all', '--media', '--to', exported]],
  purge: [['--person', N, '--yes']],
  history: [[N]],
  media: [['AC0C1D2E3F', '-O', report]],
  transcribe: [['AC0C1D2E3F']],
  react: [['AC0C1D2E3F', 'x']],
  vote: [['AC0C1D2E3F', '--option', 'x']],
  poll: [['AC0C1D2E3F']],
  attend: [['AC0C1D2E3F', 'maybe']],
  attendance: [['AC0C1D2E3F']],
  pin: [['AC0C1D2E3F']],
  keep: [['AC0C1D2E3F']],
  info: [['AC0C1D2E3F']],
  reject: [['00C28E4F6B2FFA7159760CC8BEAFDDA3']],
  edit: [['AC0C1D2E3F', 'x']],
  delete: [['AC0C1D2E3F']],
  forward: [['AC0C1D2E3F', N]],
  star: [['AC0C1D2E3F']],
  chats: [[]],
  chat: [
    ['show', N],
    ['typing', N],
    ['mute', N],
    ['timer', N, '7d'],
    ['clear', N, '--yes'],
    ['delete', N, '--yes'],
  ],
  contacts: [[]],
  identities: [[]],
  contact: [
    ['show', N],
    ['check', N],
    ['show', N, '--profile'],
    ['save', N, 'x'],
    ['remove', N],
  ],
  community: [
    ['list'],
    ['show', '1@g.us'],
    ['create', 'x'],
    ['link', '1@g.us', '2@g.us'],
    ['deactivate', '1@g.us', '--yes'],
  ],
  channel: [
    ['list'],
    ['show', '12345@newsletter'],
    ['posts', '12345@newsletter'],
    ['follow', '12345@newsletter'],
    ['unfollow', '12345@newsletter'],
    ['mute', '12345@newsletter'],
    ['search', 'x'],
    ['create', 'x'],
    ['name', '12345@newsletter', 'x'],
    ['delete', '12345@newsletter', '--yes'],
    ['admins', '12345@newsletter'],
    ['withdraw', '12345@newsletter', N],
    ['accept', '12345@newsletter'],
    ['dismiss', '12345@newsletter', N, '--yes'],
    ['resign', '12345@newsletter', '--yes'],
    ['picture', '12345@newsletter', '--remove'],
  ],
  statuses: [[], [N], [N, '--seen']],
  groups: [[]],
  group: [
    ['show', '1@g.us'],
    ['create', 'x', N],
    ['invite', '1@g.us'],
    ['preview', 'AbCdEfGhIjKl'],
    ['join', 'AbCdEfGhIjKl'],
    ['requests', '1@g.us'],
    ['approve', '1@g.us'],
    ['tag', '1@g.us', 'x'],
    ['leave', '1@g.us'],
  ],
  label: [['list'], ['create', 'x'], ['color', 'x', '3'], ['delete', 'x'], ['add', 'x', N]],
  profile: [['show'], ['privacy'], ['name', 'x'], ['remove-picture']],
  presence: [['subscribe', N]],
  bugreport: [[report]],
  logs: [['--socket', 'SOCKET']],
  gateway: [['--socket', 'SOCKET']],
  token: [
    ['list', '--socket', 'SOCKET'],
    ['revoke', 'crm', '--socket', 'SOCKET'],
    ['create', '--name', 'crm', '--scope', 'read', '--account', '*', '--socket', 'SOCKET'],
  ],
  version: [[]],
};
/** Commands that print only their own texts, or run a program of their own. */
/** `fleet` asks NATS: test/fleet/wactl.test.ts. */
const SILENT = ['account', 'adopt', 'canary', 'completion', 'doctor', 'fleet', 'mcp', 'session'];

t.test('every command is in the table', (t) => {
  t.same(
    [...Object.keys(LINES), ...SILENT].sort(),
    COMMANDS.map(({ name }) => name).sort(),
    'in LINES or SILENT',
  );
  t.end();
});

for (const [how, answers] of [
  [
    'in every text except values of enumerations',
    (name: MethodName) => () => poisoned(METHODS[name].example.result, false),
  ],
  ['in every text', (name: MethodName) => () => poisoned(METHODS[name].example.result, true)],
  [
    'in an error',
    (): Answer => () => {
      throw new Fault('page_error', { reason: HOSTILE, hint: HOSTILE, more: { name: HOSTILE } });
    },
  ],
] as const)
  t.test(`no command prints terminal controls: ${how}`, async (t) => {
    const table = Object.fromEntries(Object.keys(METHODS).map((name) => [name, answers(name as MethodName)]));
    // `events` reads pages until one is empty.
    let pages = 0;
    const events = table['events.list'];
    if (events && how !== 'in an error')
      table['events.list'] = (...given) => {
        pages += 1;
        const next = pages % 2 === 0 ? { events: [], next: 9 } : { ...(events(...given) as object), next: 9 };
        return next;
      };
    table['outbox.list'] = (...given) => {
      const all = answers('outbox.list')(...given) as object;
      return { ...all, next: null };
    };
    const daemon = await fakeDaemon(table);
    t.teardown(() => daemon.close());
    const lines = Object.entries(LINES).flatMap(([name, all]) =>
      all.map((args) => [name, ...args.map((arg) => (arg === 'SOCKET' ? daemon.socket : arg))]),
    );
    for (let at = 0; at < lines.length; at += 4)
      await Promise.all(
        lines.slice(at, at + 4).map(async (args) => {
          const end = await wactl(args, { socket: daemon.socket, timeoutMs: 120_000 });
          t.notMatch(end.stdout, OBEYED, `${args.join(' ')}: stdout`);
          t.notMatch(end.stderr, OBEYED, `${args.join(' ')}: stderr`);
          t.notMatch(end.stdout + end.stderr, /^forged/m, `${args.join(' ')}: no forged line`);
          t.type(end.code, 'number');
        }),
      );
  });

t.test('neither a followed event nor JSON contains terminal controls', async (t) => {
  const reported = { chatId: 'a@g.us', from: 'b@c.us', type: 'text', body: 'c', participants: ['d@c.us'] };
  const event = { cursor: 7, type: 'message', time: 'now', account: 'x', data: poisoned(reported, true) };
  const daemon = await fakeDaemon({
    'events.subscribe': (_, { peer }) => {
      peer.notify('event', event as never);
      return { after: 0, subscription: 's-1' };
    },
    'session.status': () => poisoned(METHODS['session.status'].example.result, true),
  });
  t.teardown(() => daemon.close());
  const { child, end, printed } = startWactl(['events', '--follow'], { socket: daemon.socket });
  await printed(/./);
  child.kill('SIGINT');
  const { stdout, stderr } = await end;
  t.notMatch(stdout, OBEYED);
  t.notMatch(stderr, OBEYED);
  const json = await wactl(['-o', 'json', 'status'], { socket: daemon.socket });
  t.notMatch(json.stdout, OBEYED);
  t.same(
    JSON.parse(json.stdout),
    poisoned(METHODS['session.status'].example.result, true),
    'the values are unchanged',
  );
});
