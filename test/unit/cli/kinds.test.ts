/**
 * `wactl send` builds the right request for each kind of message, and transfers files in chunks both ways.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { Fault } from '../../../src/protocol/fault.js';
import { METHODS } from '../../../src/protocol/methods/index.js';
import { wactl } from '../../harness/wactl.js';
import { type FakeDaemon, fakeDaemon } from './daemon.js';

const TO = '15550002222';
const FILE = { id: `f-${'1'.repeat(40)}`, mimetype: 'text/csv', name: 'a.csv', size: 0 };
const dir = mkdtempSync(join(tmpdir(), 'wactl-kinds-'));
const ACCEPTED = METHODS['message.send'].example.result;
let bytes = Buffer.alloc(0);
const PARTS = ['m-2', 'm-3'].map((id) => ({ ...ACCEPTED, id }));
/** What the next files are, in their order. */
let mimetypes: string[] = [];
let lost = false;
/** A key that belongs to another message. */
let refused = '';
let daemon: FakeDaemon;
t.before(async () => {
  daemon = await fakeDaemon({
    'media.put': ({ data, done, offset, upload }) => {
      if (upload === undefined) bytes = Buffer.alloc(0);
      const piece = Buffer.from(String(data), 'base64');
      if (offset !== bytes.length) throw new Fault('invalid_params', { reason: `at ${bytes.length}` });
      bytes = Buffer.concat([bytes, piece]);
      const mimetype = done ? (mimetypes.shift() ?? FILE.mimetype) : FILE.mimetype;
      return {
        upload: 'u-1',
        size: bytes.length,
        file: done ? { ...FILE, mimetype, size: bytes.length } : null,
      };
    },
    'message.send': ({ key, album }) => {
      if (key === refused) throw new Fault('key_reused');
      return { ...ACCEPTED, ...(album !== undefined && { parts: PARTS }) };
    },
    'media.fetch': () => ({ ...FILE, size: bytes.length }),
    'media.read': ({ id, offset }) => {
      if (lost && Number(offset) > 0) throw new Fault('no_such_media');
      const piece = bytes.subarray(Number(offset), Number(offset) + 1_000);
      return {
        id,
        offset,
        data: piece.toString('base64'),
        end: Number(offset) + piece.length >= bytes.length,
      };
    },
  });
});
t.teardown(async () => {
  await daemon.close();
  rmSync(dir, { recursive: true, force: true });
});
t.beforeEach(() => {
  daemon.asked.length = 0;
  bytes = Buffer.alloc(0);
  lost = false;
  refused = '';
  mimetypes = [];
});

const run = (args: readonly string[], input?: Uint8Array) =>
  wactl(args, { socket: daemon.socket, cwd: dir, ...(input === undefined ? {} : { input }) });
const asked = (method: string) =>
  daemon.asked.filter((one) => one.method === method).map(({ params }) => params);

const LINES: readonly (readonly [readonly string[], object])[] = [
  [['--location', '52.52,13.405'], { location: { latitude: 52.52, longitude: 13.405 } }],
  [
    ['--location', '-33.9, 18.4 Cape Town'],
    { location: { latitude: -33.9, longitude: 18.4, name: 'Cape Town' } },
  ],
  [['--contact', 'Doe, Jo=+1 555'], { contacts: [{ name: 'Doe, Jo', number: '+1 555' }] }],
  [['--contact', '15550003333'], { contacts: [{ name: '15550003333', number: '15550003333' }] }],
  [
    ['--contact', 'A=1', '--contact', 'B=2'],
    {
      contacts: [
        { name: 'A', number: '1' },
        { name: 'B', number: '2' },
      ],
    },
  ],
  [
    ['--poll', 'When?', '--option', 'now, at once', '--option', 'later'],
    { poll: { question: 'When?', options: ['now, at once', 'later'], multiple: false } },
  ],
  [
    ['--poll', 'Which?', '--option', 'a', '--option', 'b', '--multiple'],
    { poll: { question: 'Which?', options: ['a', 'b'], multiple: true } },
  ],
  [['yes', '--reply-to', '3EB0'], { text: 'yes', replyTo: '3EB0' }],
  [['hi @1 @2', '--mention', '1,2', '--mention', '3'], { text: 'hi @1 @2', mentions: ['1', '2', '3'] }],
  [['see https://example.org', '--preview'], { text: 'see https://example.org', linkPreview: true }],
];
for (const [args, params] of LINES) {
  t.test(`send ${args.join(' ')}`, async (t) => {
    const end = await run(['send', TO, ...args]);
    t.equal(end.code, 0, end.stderr);
    t.same(asked('message.send'), [{ to: TO, ...params }]);
  });
}

const REFUSED: readonly (readonly [readonly string[], RegExp])[] = [
  [['--location', 'here'], /LAT,LON/],
  [['--location', '0,181'], /LAT,LON/],
  [['--poll', 'When?'], /two options/],
  [['text', '--poll', 'When?', '--option', 'a', '--option', 'b'], /cannot be combined with a text/],
  [['text', '--option', 'a'], /goes with --poll/],
  [['text', '--as', 'voice'], /goes with --file/],
  [['--file', 'a', '--as', 'film'], /none of image/],
  [['--file', 'nothing'], /no such file/],
  [['--location', '1,1', '--preview'], /goes with a text/],
  [['--file', '-', '--file', '-'], /stdin can be read once/],
  [['--file', 'package.json', '--file', 'nothing'], /no such file/],
  [['--file', 'nothing', 'text', '--caption', 'more'], /the text is the caption/],
  [[], /no text/],
];
for (const [args, stderr] of REFUSED) {
  t.test(`send ${args.join(' ')} is refused`, async (t) => {
    t.match(await run(['send', TO, ...args]), { code: 2, stderr });
    t.same(asked('message.send'), []);
  });
}

t.test('a file is uploaded in chunks, with its name and without its path', async (t) => {
  const whole = Buffer.alloc(1_000_000, 'wad');
  writeFileSync(join(dir, 'a.csv'), whole);
  const end = await run(['send', TO, '--file', join(dir, 'a.csv'), 'look', '--as', 'document']);
  t.equal(end.code, 0, end.stderr);
  t.ok(bytes.equals(whole));
  const puts = asked('media.put');
  t.equal(puts.length, 3);
  t.same(
    puts.map(({ name, upload, done }) => ({ name, upload, done })),
    [
      { name: 'a.csv', upload: undefined, done: false },
      { name: undefined, upload: 'u-1', done: false },
      { name: undefined, upload: 'u-1', done: true },
    ],
  );
  t.same(asked('message.send'), [{ to: TO, media: FILE.id, caption: 'look', as: 'document' }]);
});

t.test('several files become one message each, with one caption and separate keys', async (t) => {
  for (const name of ['one, two', 'three']) writeFileSync(join(dir, name), name);
  const end = await run([
    'send',
    TO,
    '--file',
    'one, two',
    '--file',
    'three',
    'both',
    '--key',
    'k',
    '-o',
    'json',
  ]);
  t.equal(end.code, 0, end.stderr);
  t.equal((JSON.parse(end.stdout) as unknown[]).length, 2);
  t.same(asked('message.send'), [
    { to: TO, media: FILE.id, caption: 'both', key: 'k' },
    { to: TO, media: FILE.id, key: 'k#2' },
  ]);
});

t.test('several pictures and films are one album, unless they are to be separate', async (t) => {
  for (const name of ['one', 'two']) writeFileSync(join(dir, name), name);
  const files = ['--file', 'one', '--file', 'two', 'both', '--key', 'k'];
  mimetypes = ['image/png', 'video/mp4'];
  const end = await run(['send', TO, ...files, '--quality', 'hd', '--wait', 'accepted', '-o', 'json']);
  t.equal(end.code, 0, end.stderr);
  const [first, second] = [{ media: FILE.id, caption: 'both', quality: 'hd' }, { media: FILE.id }];
  t.same(asked('message.send'), [{ to: TO, album: [first, second], key: 'k' }]);
  t.match(JSON.parse(end.stdout), [{ id: ACCEPTED.id }, { id: 'm-2' }, { id: 'm-3' }]);
  for (const [args, types] of [
    [['--separate'], ['image/png', 'video/mp4']],
    [['--view-once'], ['image/png', 'video/mp4']],
    [
      ['--as', 'document'],
      ['image/png', 'video/mp4'],
    ],
    [[], ['image/png', 'text/csv']],
  ] as const) {
    daemon.asked.length = 0;
    mimetypes = [...types];
    t.equal((await run(['send', TO, ...files, ...args])).code, 0);
    t.match(asked('message.send'), [
      { media: FILE.id, key: 'k' },
      { media: FILE.id, key: 'k#2' },
    ]);
  }
  daemon.asked.length = 0;
  mimetypes = ['image/png', 'image/png'];
  t.equal((await run(['send', 'status@broadcast', ...files])).code, 0);
  t.equal(asked('message.send').length, 2, 'a status each');
});

t.test('a refused file is named, and the messages before it are shown', async (t) => {
  refused = 'k#2';
  for (const name of ['one', 'two', 'three']) writeFileSync(join(dir, name), name);
  const files = ['one', 'two', 'three'].flatMap((name) => ['--file', name]);
  const end = await run(['send', TO, ...files, '--key', 'k']);
  t.match(end, { code: 1, stdout: /^queued {2}\S+\n$/, stderr: /two: .*different content/ });
  t.equal(asked('message.send').length, 2, 'nothing after it is sent');
  const long = await run(['send', TO, ...files, '--key', 'k'.repeat(255)]);
  t.match(long, { code: 2, stderr: /key is too long/ });
});

t.test('a file may come from stdin, or be empty', async (t) => {
  t.equal((await run(['send', TO, '--file', '-'], Buffer.from('from stdin'))).code, 0);
  t.equal(bytes.toString(), 'from stdin');
  bytes = Buffer.alloc(0);
  writeFileSync(join(dir, 'empty'), '');
  t.equal((await run(['send', TO, '--file', 'empty'])).code, 0, 'the daemon decides about an empty file');
  t.equal(bytes.length, 0);
});

t.test('a media file is written completely or not at all', async (t) => {
  bytes = Buffer.alloc(2_500, 'x');
  t.match(await run(['media', '3EB0', '-O', 'out.csv']), {
    code: 0,
    stdout: /^out\.csv {2}2500 bytes\n$/,
  });
  t.ok(readFileSync(join(dir, 'out.csv')).equals(bytes));
  t.match(await run(['media', '3EB0', '-O', '-']), { code: 0, stdout: bytes.toString() });
  lost = true;
  t.match(await run(['media', '3EB0', '-O', 'lost.csv']), { code: 7 });
  t.same(
    readdirSync(dir).filter((name) => name.startsWith('lost')),
    [],
  );
  t.match(await run(['media', '3EB0', '-O', 'no/such/dir']), { code: 2, stderr: /cannot write/ });
  t.match(await run(['media', '3EB0']), { code: 2, stderr: /-O FILE/ });
});
