/** The log writes one JSON line per event, masks private content, and loses nothing at the end. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { MAX_LINE_BYTES } from '../../../src/log/line.js';
import { type LogOptions, openLog } from '../../../src/log/log.js';
import { redact } from '../../../src/log/redact.js';
import { Fault } from '../../../src/protocol/fault.js';

const WRITER = fileURLToPath(new URL('./log-writer.js', import.meta.url));

/** A log that writes to a file, and its lines so far. */
function open(t: { teardown(end: () => void): unknown }, options: Partial<LogOptions> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'wad-log-'));
  const fd = openSync(join(dir, 'log'), 'a');
  t.teardown(() => {
    closeSync(fd);
    rmSync(dir, { recursive: true, force: true });
  });
  const log = openLog({ account: 'shop', level: 'info', content: false, env: {}, fd, ...options });
  const lines = async () => {
    await log.flush();
    return readFileSync(join(dir, 'log'), 'utf8').split('\n').filter(Boolean);
  };
  const records = async () => (await lines()).map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log, lines, records };
}

t.test('an event is one line of JSON: level, time, account, fields, event', async (t) => {
  const { log, records } = open(t);
  log.info('session.transition', { from: 'starting', to: 'ready', attempt: 1 });
  log.debug('not at this level');
  t.match(await records(), [
    {
      level: 'info',
      time: /^\d{4}-\d\d-\d\dT[\d:.]+Z$/,
      account: 'shop',
      from: 'starting',
      to: 'ready',
      attempt: 1,
      event: 'session.transition',
    },
  ]);
  t.equal((await records()).length, 1);
});

t.test('the level can be changed at run time', async (t) => {
  const { log, records } = open(t);
  t.equal(log.level, 'info');
  log.setLevel('debug');
  log.debug('a');
  log.setLevel('error');
  log.warn('b');
  log.error('c');
  t.equal(log.level, 'error');
  t.same(
    (await records()).map(({ event }) => event),
    ['a', 'c'],
  );
});

t.test('under a journal each line begins with its priority', async (t) => {
  const { log, lines } = open(t, { level: 'trace', env: { JOURNAL_STREAM: '8:1234' } });
  for (const level of ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const) log[level](level);
  t.same(
    (await lines()).map((line) => line.slice(0, 4)),
    ['<2>{', '<3>{', '<4>{', '<6>{', '<7>{', '<7>{'],
  );
});

t.test('a record is one line of at most 4 KiB, without raw control characters', async (t) => {
  const { log, lines } = open(t, { env: { JOURNAL_STREAM: '8:1' } });
  const long = 'ä'.repeat(5_000);
  log.info('long.text', { says: long });
  log.info('many.texts', Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`field${n}`, long])));
  log.info('long.list', { list: Array.from({ length: 500 }, () => long) });
  log.info('controls', { says: 'a\nb\u0000c\u007fd\u0085e\u2028f\u001b[31m' });
  log.error('stack', { err: new Error(`boom\n${long}`) });
  log.info(`event.${long}`);
  const all = await lines();
  t.equal(all.length, 6);
  for (const line of all) {
    t.ok(Buffer.byteLength(line) < MAX_LINE_BYTES, `${Buffer.byteLength(line)} bytes`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the test checks that there are none
    t.notMatch(line, /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    t.match(JSON.parse(line.replace(/^<\d>/, '')), { level: String, account: 'shop', event: String });
  }
  t.match(JSON.parse(all[3]?.slice(3) ?? ''), { says: 'a\nb\u0000c\u007fd\u0085e\u2028f\u001b[31m' });
});

t.test('a field cannot replace a member that every record has', async (t) => {
  const { log, lines, records } = open(t);
  log.info('x', { level: 'fatal', event: 'y', time: 1, account: 'other' });
  t.match(await records(), [{ level: 'info', event: 'x', account: 'shop', level_: 'fatal', event_: 'y' }]);
  t.equal((await lines())[0]?.match(/"level"/g)?.length, 1);
});

const QR = `2@${'aB3/+='.repeat(20)},${'cD4+'.repeat(11)},${'eF5/'.repeat(11)},xyz==`;

t.test('fields are masked, counted or left out as listed', (t) => {
  for (const [field, value, closed, open] of [
    ['to', '15550001111@c.us', '1555…11@c.us', '15550001111@c.us'],
    ['chatId', '120363000000000001@g.us', '1203…01@g.us', '120363000000000001@g.us'],
    ['says', 'no LID for 987654321098765@lid here', 'no LID for 9876…65@lid here', undefined],
    ['says', '15550001111:12@s.whatsapp.net', '1555…11:12@s.whatsapp.net', undefined],
    ['messageKey', 'true_15550001111@c.us_3EB0123456', 'true_1555…11@c.us_3EB0123456', undefined],
    ['says', 'call +55 11 90000-0002 now', 'call 5511…02 now', undefined],
    ['says', 'number 15550001111 is not on WhatsApp', 'number 1555…11 is not on WhatsApp', undefined],
    ['phone', '+55 11 90000-0002', '5511…02', '+55 11 90000-0002'],
    ['phone', 15_550_001_111, '1555…11', 15_550_001_111],
    ['participants', ['15550001111@c.us'], ['1555…11@c.us'], ['15550001111@c.us']],
    ['body', 'hello there', '(11 characters)', 'hello there'],
    ['pushname', 'Ada', '(3 characters)', 'Ada'],
    ['qr', QR, undefined, undefined],
    ['token', 'abc', undefined, undefined],
    ['says', `page shows ${QR}`, 'page shows (qr)', 'page shows (qr)'],
    ['from', 'ready', 'ready', 'ready'],
    ['to', '/s/session-a.corrupt-20260101T000000000Z', '/s/session-a.corrupt-20260101T000000000Z', undefined],
    ['whatsappWeb', '2.3000.1042401057', '2.3000.1042401057', undefined],
    ['atMs', 1_767_225_600_000, 1_767_225_600_000, undefined],
    ['at', new Date(0), '1970-01-01T00:00:00.000Z', undefined],
    ['messageId', '3EB0C767D26A1B2C3D4E', '3EB0C767D26A1B2C3D4E', undefined],
    [
      'deep',
      { a: { body: 'x', qr: QR, to: '15550001111@c.us' } },
      { a: { body: '(1 characters)', to: '1555…11@c.us' } },
      undefined,
    ],
  ] as const) {
    t.same(
      redact({ [field]: value }, false)[field],
      closed,
      `${field}: ${JSON.stringify(value).slice(0, 60)}`,
    );
    if (open !== undefined || closed === undefined)
      t.same(redact({ [field]: value }, true)[field], open, 'with content on');
  }
  t.same(redact({ byChat: { '15550001111@c.us': 1 } }, false), { byChat: { '1555…11@c.us': 1 } });
  const loop: Record<string, unknown> = {};
  loop.loop = loop;
  t.ok(JSON.stringify(redact(loop, false)), 'a cyclic value is cut off');
  t.end();
});

/** Fields that only their name classifies: no other rule would mask these values. */
const NAMES = {
  secret: 'qr qrPayload payload ref dataUrl pairingCode passkey token secret password authorization cookie',
  text: 'text body caption pushname subject description vcard quoted',
  number:
    'phone number to from me wid lid jid chat chatId author participant participants recipient recipients contact remote key keys',
};

t.test('each listed field name is left out, counted or masked, in any case', (t) => {
  for (const [what, names] of Object.entries(NAMES))
    for (const name of names.split(' ').flatMap((name) => [name, name.toUpperCase()])) {
      const value = what === 'number' ? '5550001' : 'plain';
      const closed = { secret: undefined, text: '(5 characters)', number: '5550…01' }[what];
      t.equal(redact({ [name]: value }, false)[name], closed, name);
      t.equal(
        redact({ [name]: value }, true)[name],
        what === 'secret' ? undefined : value,
        `${name}, with content on`,
      );
    }
  t.same(redact({ note: '5550001', texts: 'plain' }, false), { note: '5550001', texts: 'plain' });
  t.end();
});

t.test('an error is logged with kind, code, message, a short stack and its cause', (t) => {
  const cause = Object.assign(new Error('no 15550001111@c.us'), { code: 'ENOENT' });
  const { err } = redact({ err: new Fault('launch_failed', { reason: 'no start', cause }) }, false);
  t.match(err, {
    type: 'Fault',
    kind: 'launch_failed',
    message: 'no start',
    stack: /^at .*log\.test/,
    cause: { type: 'Error', code: 'ENOENT', message: 'no 1555…11@c.us' },
  });
  t.end();
});

t.test('numbers and text are logged only when content is on, and only at debug', async (t) => {
  const fields = { to: '15550001111@c.us', body: 'hello', qr: QR };
  for (const [content, level, shown] of [
    [false, 'info', false],
    [false, 'debug', false],
    [true, 'info', false],
    [true, 'error', false],
    [true, 'debug', true],
    [true, 'trace', true],
  ] as const) {
    const { log, lines } = open(t, { content, level: 'trace' });
    log[level]('message', fields);
    const [line = ''] = await lines();
    t.equal(line.includes('15550001111') && line.includes('hello'), shown, `content ${content}, ${level}`);
    t.equal(/15550001111|hello/.test(line), shown);
    t.notMatch(line, '2@aB3');
  }
});

t.test('nothing is lost when the process exits at once', async (t) => {
  const child = fork(WRITER, ['exit'], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const [code] = (await once(child, 'close')) as [number];
  t.equal(code, 3);
  const lines = text.split('\n').filter(Boolean);
  t.equal(lines.length, 2_000);
  t.same(new Set(lines.map((line) => (JSON.parse(line) as { n: number }).n)).size, 2_000);
});

t.test('a reader that disconnects does not end the daemon', async (t) => {
  const child = fork(WRITER, ['closed-pipe'], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child, 'message');
  child.stdout?.destroy();
  const said = once(child, 'message');
  child.send('go');
  t.same((await said)[0], 'still here');
  t.same(await once(child, 'exit'), [0, null]);
});
