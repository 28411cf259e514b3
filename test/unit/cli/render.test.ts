/** Texts of wactl for people: durations, numbers, status, hints, completion and lists. */
import t from 'tap';
import { COMMANDS } from '../../../src/cli/commands/rare.js';
import { complete } from '../../../src/cli/complete.js';
import { exitOf } from '../../../src/cli/exit.js';
import { printable } from '../../../src/cli/output.js';
import { renderAccounts } from '../../../src/cli/render/accounts.js';
import { duration } from '../../../src/cli/render/duration.js';
import { phone } from '../../../src/cli/render/phone.js';
import { renderPurged } from '../../../src/cli/render/purge.js';
import { renderStatus } from '../../../src/cli/render/status.js';
import { rest } from '../../../src/cli/render/table.js';
import { addressed } from '../../../src/protocol/address.js';
import { Fault } from '../../../src/protocol/fault.js';
import { METHODS } from '../../../src/protocol/methods/index.js';
import { nearest } from '../../../src/protocol/nearest.js';

const STATUS = METHODS['session.status'].example.result;

t.test('durations are written in suitable units', (t) => {
  for (const [ms, text] of [
    [-5, '0 s'],
    [0, '0 s'],
    [8_400, '8 s'],
    [60_000, '1 min'],
    [7_980_000, '2 h 13 min'],
    [90_061_000, '1 d 1 h'],
  ] as const) {
    t.equal(duration(ms), text);
  }
  t.end();
});

t.test('phone numbers are grouped for reading', (t) => {
  for (const [digits, text] of [
    ['919876543210', '+91 98765 43210'],
    ['15550002222', '+1 555 000 2222'],
    ['5511900000002', '+55 11 90000 0002'],
    ['4915112345678', '+49 151 123 456 78'],
    ['351912345678', '+351 912 345 678'],
    ['not a number', 'not a number'],
  ] as const) {
    t.match(phone(digits), text.replace(/ (\d{1,2})$/, ' $1'));
    t.equal(
      phone(digits).replace(/\D/g, '').replace(/ /g, ''),
      digits.replace(/\D/g, ''),
      'no digit is lost',
    );
  }
  t.end();
});

t.test('status names a proxy and why it does not work', (t) => {
  const proxy = { address: 'http://proxy.example:3128', ok: true, cause: null, checkedAt: STATUS.timestamp };
  const line = (more: Partial<typeof proxy> | { ok: false; cause: 'unreachable' }) =>
    renderStatus({ ...STATUS, proxy: { ...proxy, ...more } }, []).match(/^ {2}proxy.*$/m)?.[0];
  t.equal(line({}), '  proxy    http://proxy.example:3128');
  t.equal(
    line({ ok: false, cause: 'unreachable' }),
    '  proxy    http://proxy.example:3128 cannot be reached',
  );
  t.notMatch(renderStatus(STATUS, []), /proxy/);
  t.end();
});

t.test('status shows the next command with the address of the account', (t) => {
  const text = renderStatus(
    {
      ...STATUS,
      account: 'shop',
      status: 'linking',
      reason: 'qr_waiting',
      hint: 'wactl qr',
      since: '2025-12-31T23:59:48.000Z',
      session: { hasSession: false, phone: null, platform: null, connected: false, pushname: null },
      capabilities: { 'send.media': 'degraded: no sticker', 'send.text': 'ok' },
      monitor: { lastCheckAt: null, lastOkAt: null, failures: 0 },
    },
    ['-a', 'shop'],
  );
  t.equal(
    text,
    [
      'shop  linking since 12 s: a QR code waits to be scanned',
      '  next     wactl -a shop qr',
      '  linked   no',
      '  browser  Chrome 156 \u00b7 WhatsApp Web 2.3000.1043220887 \u00b7 whatsapp-web.js 1.34.7',
      '  limits   send.media degraded: no sticker',
      '  queue    0 waiting, 0 unknown, 0 failed',
      '  monitor  no check yet',
      '',
    ].join('\n'),
  );
  t.end();
});

t.test('status shows the reconnect attempts and a failing monitor', (t) => {
  const text = renderStatus(
    {
      ...STATUS,
      status: 'reconnecting',
      reason: 'network_down',
      reconnectAttempts: 2,
      nextAttemptAt: '2026-01-01T00:00:15.000Z',
      monitor: { lastCheckAt: '2025-12-31T23:59:52.000Z', lastOkAt: '2025-12-31T23:59:00.000Z', failures: 3 },
    },
    [],
  );
  t.match(text, /reconnecting since 0 s: no network/);
  t.match(text, / {2}attempt {2}2 of 5 to reconnect, next in 15 s\n/);
  t.match(text, /last check 8 s ago: failed 3 in a row, last passed 1 min ago/);
  t.end();
});

t.test('a name with control characters cannot take over the terminal', (t) => {
  const text = renderStatus(
    { ...STATUS, session: { ...STATUS.session, pushname: '\u001b]0;x\u0007\u202eevil' } },
    [],
  );
  for (const control of ['\u001b', '\u0007', '\u202e']) t.notOk(text.includes(control));
  t.equal(printable('a\nb\u009bc'), 'a\\nb\\u009bc');
  t.end();
});

t.test('the address of the daemon is added to a hint once', (t) => {
  t.equal(addressed('wactl qr', ['-a', 'x']), 'wactl -a x qr');
  t.equal(addressed('wactl -a y qr', ['-a', 'x']), 'wactl -a y qr');
  t.equal(addressed('systemctl start x', ['-a', 'x']), 'systemctl start x');
  t.equal(addressed('wad --check-config', ['-a', 'x']), 'wad --account x --check-config');
  t.end();
});

t.test('an unknown outcome exits 6, whatever the fault', (t) => {
  t.equal(exitOf(new Fault('connection_lost')), 3);
  t.equal(exitOf(new Fault('connection_lost', { outcome: 'unknown' })), 6);
  t.equal(exitOf(new Fault('deadline_exceeded', { outcome: 'none' })), 8);
  t.equal(exitOf(new Fault('deadline_exceeded', { outcome: 'unknown' })), 6);
  t.equal(exitOf(new Fault('interrupted', { outcome: 'unknown' })), 130);
  t.end();
});

t.test('the nearest command is suggested', (t) => {
  const names = COMMANDS.map(({ name }) => name);
  for (const [typed, meant] of [
    ['statsu', 'status'],
    ['sned', 'send'],
    ['Events', 'events'],
    ['disc', 'disconnect'],
    ['clear', 'clear-session'],
    ['log', 'logs'],
    ['xyzzy', null],
  ] as const) {
    t.equal(nearest(typed, names), meant);
  }
  t.end();
});

t.test('completion offers commands, options and their values', (t) => {
  const at = (line: string) => complete(line.split(' '));
  t.same(at('wactl sta'), ['status', 'star', 'statuses']);
  t.same(at('wactl -o json sta'), ['status', 'star', 'statuses']);
  t.ok(at('wactl ').includes('send'));
  t.ok(at('wactl wait ').includes('ready'));
  t.same(at('wactl wait re'), ['ready', 'reconnecting']);
  t.same(at('wactl wait ready,sto'), ['ready,stopped']);
  t.notOk(at('wactl wait ready,').includes('ready,ready'));
  t.same(at('wactl -o '), ['text', 'json', 'jsonl']);
  t.same(at('wactl --output=js'), ['--output=json', '--output=jsonl']);
  t.same(at('wactl send x y --wait del'), ['delivered']);
  t.same(at('wactl events --type message.r'), ['message.reaction', 'message.revoke']);
  t.ok(at('wactl send --').includes('--key'));
  t.notOk(at('wactl status --').includes('--key'));
  t.same(at('wactl status '), []);
  t.end();
});

t.test('an option has the same type and alias in every command', (t) => {
  const types = new Map<string, string>();
  for (const { options } of COMMANDS) {
    for (const [name, { type, alias }] of Object.entries(options)) {
      const row = `${type} ${alias}`;
      t.equal(types.get(name) ?? row, row, name);
      types.set(name, row);
    }
  }
  t.end();
});

t.test('an incomplete list says how to continue, and a complete one does not', (t) => {
  t.equal(rest(100, 0, 101), '(100 of 101; continue with --offset 100)\n');
  t.equal(rest(100, 100, 201), '(100 of 201; continue with --offset 200)\n');
  t.equal(rest(100, 0, 100), '');
  t.equal(rest(1, 100, 101), '');
  t.equal(rest(0, 0, 0), '');
  t.equal(rest(0, 200, 100), '', 'an offset behind the end');
  t.end();
});

t.test('the list of accounts says which ones wait for their turn to start', (t) => {
  const line = (account: string, more: Partial<typeof STATUS>) => ({
    ...{ account, running: true, socket: '/run/wad/x/control.sock', info: null, error: null },
    status: { ...STATUS, ...more },
  });
  const [, first = '', second = ''] = renderAccounts([
    line('shop', { status: 'starting', waitsFor: 'start_slot' }),
    line('support', {}),
  ]).split('\n');
  t.match(first, /^shop +starting .*waits for its turn to start/);
  t.notMatch(second, /waits/);
  t.end();
});

t.test('a purge counts one thing as one', async (t) => {
  const none = { dryRun: false, seen: 0, people: 0, complete: true, leftovers: [], earlier: [] };
  t.equal(
    renderPurged({ ...none, events: 1, outbox: 1, deadLetters: 0, files: 2 }),
    'removed 1 event, 1 outgoing message, 0 dead letters, 2 files\n',
  );
});
