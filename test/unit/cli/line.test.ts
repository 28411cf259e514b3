// Arguments lead to the right exit status, stdout, stderr and requests. Runs the built bundle as a child
// process.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { Fault } from '../../../src/protocol/fault.js';
import { METHODS } from '../../../src/protocol/methods/index.js';
import { wactl } from '../../harness/wactl.js';
import { type FakeDaemon, fakeDaemon } from './daemon.js';

const status = METHODS['session.status'].example.result;

let daemon: FakeDaemon;
t.before(async () => {
  daemon = await fakeDaemon({
    'session.wait': ({ states }) => {
      const [first] = states as string[];
      if (first === 'failed') throw new Fault('wait_expired', { reason: 'still ready after 1 s' });
      if (first === 'starting') {
        throw new Fault('state_unreachable', { reason: 'the account is stopped', hint: 'wactl init' });
      }
      return { status: first, reason: 'none', timestamp: '2026-01-01T00:00:00.000Z' };
    },
    'session.pair': ({ number }) => {
      if (number === '1') throw new Fault('pairing_limited', { retryAfterMs: 61_500 });
      return { code: 'ABCD1234', number: '15550001111', expiresAt: '2026-01-01T00:03:00.000Z' };
    },
    'session.clear': () => ({ ...METHODS['session.clear'].example.result, unlinked: false }),
  });
});
t.teardown(() => daemon.close());

interface Row {
  readonly args: readonly string[];
  readonly code: number;
  readonly stdout?: RegExp;
  readonly stderr?: RegExp;
  readonly asked?: object;
}
const NOTHING = /^$/;

const rows: Row[] = [
  {
    args: ['status'],
    code: 0,
    stdout: /^default {2}ready since 0 s\n {2}linked {3}\+91 98765 43210 {2}Your Name \(android\)\n/,
  },
  { args: ['status', '-o', 'json'], code: 0, stdout: /^\{\n {2}"status": "ready",/ },
  { args: ['-ojsonl', 'status'], code: 0, stdout: /^\{"status":"ready",.*\}\n$/ },
  { args: ['--output=json', '--timeout', '5', 'status'], code: 0, asked: { deadlineMs: undefined } },
  // A named account takes precedence over $WAD_SOCKET, on which a daemon would answer.
  { args: ['-a', 'shop', 'status'], code: 3, stderr: /no \/.*\/shop\/control.sock\n/ },
  { args: ['-ashop', 'status'], code: 3, stderr: /no \/.*\/shop\/control.sock\n/ },
  { args: ['-a', 'x', '-a', 'shop', 'status'], code: 3, stderr: /no \/.*\/shop\/control.sock\n/ },
  { args: ['-a', '../etc', 'status'], code: 2, stderr: /letters, digits/ },
  { args: ['-a', '', 'status'], code: 2, stderr: /needs a value/ },
  { args: ['status', '-a'], code: 2, stderr: /-a needs a value/ },
  { args: ['-o', 'xml', 'status'], code: 2, stderr: /"xml" is none of text, json, jsonl/ },
  { args: ['-o', 'jsno', 'status'], code: 2, stderr: /try: wactl -o json status\n/ },
  { args: ['status', '--timeout', '0'], code: 2, stderr: /--timeout: "0"/ },
  { args: ['status', '--timeout', '-1'], code: 2, stderr: /--timeout: "-1"/ },
  { args: ['status', '--timeout', 'NaN'], code: 2, stderr: /--timeout: "NaN"/ },
  { args: ['status', '--timeout', '1e3'], code: 2, stderr: /--timeout: "1e3"/ },
  { args: ['status', '--timeout', 'Infinity'], code: 2, stderr: /--timeout/ },
  { args: ['status', '--timeout='], code: 2, stderr: /--timeout needs a value/ },
  { args: ['status', 'now'], code: 2, stderr: /status takes no argument/ },
  { args: ['status', '--restart'], code: 2, stderr: /status has no option --restart/ },
  { args: ['init', '--restrat'], code: 2, stderr: /no option --restrat\n {2}try: wactl init --restart\n/ },
  { args: ['init', '--no-restart'], code: 2, stderr: /no option --no-restart/ },
  { args: ['statsu'], code: 2, stderr: /no command "statsu"\n {2}try: wactl status\n/ },
  { args: ['passkeys'], code: 2, stderr: /no command "passkeys"/ },
  { args: ['-a', 'x', 'start'], code: 2, stderr: /no command "start"\n {2}try: wactl -a x init\n/ },
  { args: ['restart'], code: 2, stderr: /try: wactl init --restart\n/ },
  { args: ['xyzzy'], code: 2, stderr: /no command "xyzzy"\n {2}try: wactl --help\n/ },
  { args: ['__proto__'], code: 2, stderr: /no command/ },
  { args: ['status', '--__proto__', 'x'], code: 2, stderr: /no option/ },
  { args: ['status', '--constructor', 'x'], code: 2, stderr: /no option --constructor/ },
  { args: [], code: 2, stdout: NOTHING, stderr: /^wactl \[options\] COMMAND/ },
  { args: ['-o', 'json'], code: 2, stdout: NOTHING, stderr: /^\{"code":1900,.*a command is needed/ },
  {
    args: ['-o', 'json', 'statsu'],
    code: 2,
    stdout: NOTHING,
    stderr: /^\{"code":1900,.*"kind":"usage".*\}\n$/,
  },
  { args: ['--help'], code: 0, stdout: /Exit status:/, stderr: NOTHING },
  {
    args: ['send', '--help'],
    code: 0,
    stdout: /^wactl send TO \[TEXT\] \[options\]\n.*Examples:/s,
    stderr: NOTHING,
  },
  { args: ['help', 'wait'], code: 0, stdout: /^wactl wait STATE/ },
  { args: ['help', 'wiat'], code: 2, stderr: /no command "wiat"\n {2}try: wactl help wait/ },
  { args: ['-h', 'status'], code: 0, stdout: /^wactl status\n/ },
  { args: ['--version'], code: 0, stdout: /^wactl \d+\.\d+\.\d+\n$/ },
  {
    args: ['version'],
    code: 0,
    stdout: /^wactl {2}\S+ \(Node [\d.]+\)\nwad {4}0\.1\.0 \(pid 4242, Node 20\.20\.2\)\n$/,
  },
  { args: ['init'], code: 0, stdout: /^Starting\. \(starting\)\n$/, asked: {} },
  { args: ['init', '--restart'], code: 0, asked: { restart: true } },
  { args: ['--restart', 'init'], code: 0, asked: { restart: true } },
  {
    args: ['pair', '+55 11 90000-0002'],
    code: 0,
    stdout: /^ABCD-1234\n/,
    asked: { number: '+55 11 90000-0002' },
  },
  { args: ['pair', '0005511900000002'], code: 0, asked: { number: '0005511900000002' } },
  { args: ['pair', '+55', '11'], code: 2, stderr: /quote a value that contains spaces/ },
  { args: ['pair'], code: 2, stderr: /NUMBER is missing\n {2}try: wactl pair --help/ },
  {
    args: ['pair', '1'],
    code: 5,
    stdout: NOTHING,
    stderr: /^wactl: Too many pairing codes were requested\. \(again in 62 s\)\n {2}try: wactl qr\n$/,
  },
  { args: ['stop'], code: 0, stdout: /^Stopped; the phone stays linked\.\n$/, stderr: NOTHING },
  { args: ['disconnect'], code: 0, stdout: /^Unlinked/, stderr: NOTHING },
  {
    args: ['clear-session'],
    code: 0,
    stdout: /^The saved session/,
    stderr: /^wactl: warning: .*WhatsApp > Linked devices\n$/,
  },
  {
    args: ['clear-session', '-o', 'json'],
    code: 0,
    stdout: /^\{\n.*"unlinked": false.*\}\n$/s,
    stderr: /warning/,
  },
  {
    args: ['wait', 'ready'],
    code: 0,
    stdout: /^ready\n$/,
    asked: { states: ['ready', 'linking'], timeoutMs: Number },
  },
  {
    args: ['wait', 'ready,stopped', '--timeout', '1.5'],
    code: 0,
    asked: { states: ['ready', 'stopped'], timeoutMs: 1500 },
  },
  { args: ['wait', 'raedy'], code: 2, stderr: /"raedy" is none of .*\n {2}try: wactl wait ready\n/ },
  { args: ['wait', 'ready,'], code: 2 },
  { args: ['wait'], code: 2, stderr: /STATE is missing/ },
  { args: ['wait', 'failed'], code: 8, stdout: NOTHING, stderr: /still ready/ },
  { args: ['wait', 'starting'], code: 4, stdout: NOTHING, stderr: /try: wactl init\n/ },
  {
    args: ['wait', 'starting', '-o', 'json'],
    code: 4,
    stdout: NOTHING,
    stderr: /^\{"code":1111,.*"kind":"state_unreachable".*\}\n$/,
  },
  { args: ['call', 'daemon.ping'], code: 0, stdout: /"pong": true/, asked: {} },
  { args: ['call', 'message.get', '{"id":"m-1"}'], code: 0, asked: { id: 'm-1' } },
  { args: ['call', 'message.get', '-o', 'jsonl', '{"id":"m-1"}'], code: 0, stdout: /^\{"id":"m-1".*\}\n$/ },
  { args: ['call', 'message.get', '[1]'], code: 2, stderr: /must be a JSON object/ },
  { args: ['call', 'message.get', '{'], code: 2, stderr: /not JSON/ },
  { args: ['call', 'message.get', '{"nope":1}'], code: 2, stderr: /nope/ },
  { args: ['call', 'no.such'], code: 1, stderr: /try: wactl call rpc.discover/ },
  { args: ['completion', 'bash'], code: 0, stdout: /complete -o bashdefault/ },
  { args: ['completion', 'zsh'], code: 0, stdout: /^#compdef wactl/ },
  { args: ['completion', 'csh'], code: 2, stderr: /none of bash, zsh, fish/ },
  { args: ['logs', '-n', 'x'], code: 2, stderr: /not a number/ },
  { args: ['logs', '-n50', '--socket', 'x'], code: 3 },
];

for (const { args, code, stdout, stderr, asked } of rows) {
  t.test(`wactl ${args.map((arg) => JSON.stringify(arg)).join(' ')} exits ${code}`, async (t) => {
    daemon.asked.length = 0;
    const end = await wactl(args, { socket: daemon.socket });
    t.match(end, { code, ...(stdout ? { stdout } : {}), ...(stderr ? { stderr } : {}) });
    if (code === 2) t.equal(end.stdout, '', 'nothing on stdout');
    if (asked) t.match(daemon.asked[0]?.params, asked);
  });
}

t.test('-o json is the RPC result and nothing else', async (t) => {
  const { stdout, stderr } = await wactl(['status', '-o', 'json'], { socket: daemon.socket });
  t.same(JSON.parse(stdout), status);
  t.equal(stderr, '');
});

/** One of these commands, depending on whether the unit is installed on this machine. */
const STARTED_BY =
  /^wactl: no daemon is running: .*\n {2}try: ((sudo )?systemctl (--user )?start wad@shop|wad --account shop)\n$/;

t.test('without a daemon: exit 3, the reason and the command that starts one', async (t) => {
  const env = { XDG_RUNTIME_DIR: join(tmpdir(), 'no-such-runtime'), WAD_SOCKET: undefined };
  const end = await wactl(['-a', 'shop', 'status'], { env });
  t.match(end, {
    code: 3,
    stdout: '',
    stderr: STARTED_BY,
  });
  const byName = await wactl(['status'], { env: { ...env, WAD_ACCOUNT: 'shop' } });
  t.match(byName, { code: 3, stderr: STARTED_BY }, 'WAD_ACCOUNT names the account for wactl too');
  const machine = await wactl(['-a', 'shop', '-o', 'json', 'status'], { env });
  t.match(JSON.parse(machine.stderr), { code: 1901, data: { kind: 'unreachable', hint: /shop$/ } });
  t.match(await wactl(['version'], { env }), { code: 0, stdout: /^wactl .*\nwad {4}no daemon is running/ });
});

t.test('a path too long for a socket address is reported', async (t) => {
  t.match(await wactl(['--socket', `/tmp/${'x'.repeat(120)}`, 'status']), { code: 2, stderr: /107/ });
});

t.test('-o jsonl escapes a control character of an argument', async (t) => {
  const { stderr } = await wactl(['-o', 'jsonl', 'call', 'no.such\u009b31m'], { socket: daemon.socket });
  t.notMatch(stderr, /\u009b/);
});

t.end();
