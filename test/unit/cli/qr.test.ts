/** `wactl qr` prints, draws or saves the QR code, and ends when the phone is linked. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import QRCode from 'qrcode';
import t from 'tap';
import { Fault } from '../../../src/protocol/fault.js';
import { METHODS } from '../../../src/protocol/methods/index.js';
import { startWactl, wactl } from '../../harness/wactl.js';
import { type FakeDaemon, fakeDaemon } from './daemon.js';

const STATUS = METHODS['session.status'].example.result;
const CODE = METHODS['session.qr'].example.result;
let daemon: FakeDaemon;
let status: object = STATUS;
let code: typeof CODE | Fault = CODE;
t.before(async () => {
  daemon = await fakeDaemon({
    'session.status': () => status,
    'session.qr': () => {
      if (code instanceof Fault) throw code;
      return code;
    },
  });
});
t.teardown(() => daemon.close());
t.beforeEach(() => {
  status = { ...STATUS, status: 'linking', reason: 'qr_waiting', hint: 'wactl qr' };
  code = CODE;
});
const qr = (...args: string[]) => wactl(['qr', ...args], { socket: daemon.socket });

t.test('--raw is the payload on one line', async (t) => {
  t.match(await qr('--raw'), { code: 0, stdout: `${CODE.qr}\n`, stderr: '' });
  t.same(daemon.asked.at(-1), { method: 'session.qr', params: {} }, 'it asks for the current code only');
});

for (const kind of ['no_qr', 'already_linked'] as const) {
  for (const args of [['--raw'], ['--png', '/nowhere/x.png'], ['-o', 'json']]) {
    t.test(`qr ${args.join(' ')} at ${kind}: nothing on stdout, exit 5`, async (t) => {
      code = new Fault(kind);
      t.match(await qr(...args), { code: 5, stdout: '', stderr: /./ });
    });
  }
}

t.test('-o json is the RPC result', async (t) => {
  t.same(JSON.parse((await qr('-o', 'json')).stdout), CODE);
});

t.test('--png writes a picture that only its owner can read', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'wactl-qr-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  const file = join(home, 'qr.png');
  t.match(await qr('--png', file), { code: 0, stdout: '', stderr: '' });
  t.equal(readFileSync(file).subarray(1, 4).toString(), 'PNG');
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.same(readdirSync(home), ['qr.png'], 'no other file is left');
  t.match(await qr('--png', join(home, 'no', 'x.png')), { code: 2, stderr: /cannot write/ });
  t.match(await qr('--png', '-'), { code: 0, stdout: /^.PNG/ });
  t.match(await qr('--png', file, '--raw'), { code: 2, stderr: /exclude/ });
});

t.test('draws the code again when it changes, and ends when the phone is linked', async (t) => {
  const run = startWactl(['qr'], { socket: daemon.socket });
  await run.printed(/Code 1, until/);
  code = { ...CODE, qr: '2@another,one', number: 2 };
  await run.printed(/Code 2, until/);
  status = STATUS;
  const end = await run.end;
  t.match(end, { code: 0, stdout: /Linked \(ready\)\.\n$/, stderr: '' });
  t.match(end.stdout, /^[ \u2580\u2584\u2588]{20,}\n/, 'half blocks');
  t.notOk(end.stdout.includes('\u001b'), 'no colour and no cursor movement without a terminal');
  t.notMatch(end.stdout, /2@/, 'the payload is drawn, not printed');
});

/** Converts half blocks to rows of modules, true for dark ones, without the light margin. */
function modules(drawn: string): boolean[] {
  const rows = drawn
    .split('\n')
    .filter((line) => /^[ \u2580\u2584\u2588]+$/.test(line))
    .flatMap((line) => [
      [...line].map((block) => block === ' ' || block === '\u2584'),
      [...line].map((block) => block === ' ' || block === '\u2580'),
    ]);
  const dark = (row: readonly boolean[] | undefined): boolean => row?.includes(true) ?? false;
  const columns = rows[0]?.map((_, x) => rows.some((row) => row[x])) ?? [];
  const [left, right] = [columns.indexOf(true), columns.lastIndexOf(true)];
  return rows.filter(dark).flatMap((row) => row.slice(left, right + 1));
}

t.test('the drawn pattern is the code: light blocks on dark, for a dark terminal', async (t) => {
  const run = startWactl(['qr'], { socket: daemon.socket });
  await run.printed(/Code 1/);
  run.child.kill('SIGINT');
  const { stdout } = await run.end;
  const { data } = QRCode.create(CODE.qr, {}).modules;
  t.same(
    modules(stdout),
    [...data].map((bit) => bit === 1),
  );
});

t.test('waits until there is a code', async (t) => {
  code = new Fault('no_qr');
  status = { ...STATUS, status: 'starting', reason: 'none' };
  const run = startWactl(['qr'], { socket: daemon.socket });
  await run.printed(/starting; waiting for a QR code/, 'stderr');
  status = { ...STATUS, status: 'linking' };
  code = CODE;
  await run.printed(/Code 1/);
  run.child.kill('SIGINT');
  t.match(await run.end, { code: 130 });
});

t.test('an expired code is announced once, until the next one is shown', async (t) => {
  const run = startWactl(['qr'], { socket: daemon.socket });
  await run.printed(/Code 1/);
  code = new Fault('no_qr');
  status = { ...STATUS, status: 'reconnecting' };
  await run.printed(/Code no longer valid \(reconnecting; waiting for a QR code\)/);
  status = { ...STATUS, status: 'linking' };
  code = { ...CODE, qr: '2@another,one', number: 2 };
  await run.printed(/Code 2/);
  run.child.kill('SIGINT');
  const { stdout, stderr } = await run.end;
  t.equal(stdout.match(/Code no longer valid/g)?.length, 1);
  t.equal(stderr, '');
});

t.test('a phone that is already linked is a success', async (t) => {
  status = STATUS;
  t.match(await qr(), { code: 0, stdout: /linked already/ });
});

for (const [name, reason, exit] of [
  ['stopped', 'user_stopped', 5],
  ['failed', 'browser_missing', 5],
  ['linking', 'passkey_required', 4],
] as const) {
  t.test(`${name} (${reason}) has no code to wait for: exit ${exit}`, async (t) => {
    status = { ...STATUS, status: name, reason, hint: null };
    t.match(await qr(), { code: exit, stdout: '', stderr: /there will be no QR code/ });
  });
}

t.test('--timeout ends with 8', async (t) => {
  t.match(await qr('--timeout', '0.3'), { code: 8, stderr: /no phone was linked in time/ });
});

t.end();
