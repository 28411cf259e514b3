// `wactl export`: what its files contain, that strangers' texts stay texts, and that a run continues where another ended.
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { Context } from '../../../src/cli/command.js';
import { exportChats } from '../../../src/cli/commands/export.js';
import { chatPage } from '../../../src/cli/export/html.js';
import type { Line } from '../../../src/cli/export/line.js';
import { endingOf } from '../../../src/cli/export/media-files.js';
import { StagedLines } from '../../../src/cli/export/staged-lines.js';
import { Fault } from '../../../src/protocol/fault.js';
import type { FaultKind } from '../../../src/protocol/fault-table.js';
import { chatExample } from '../../../src/protocol/methods/chat.js';
import { METHODS } from '../../../src/protocol/methods/index.js';
import type { Message } from '../../../src/protocol/schema.js';

const home = mkdtempSync(join(tmpdir(), 'wactl-export-'));
t.teardown(() => rmSync(home, { recursive: true, force: true }));

const ANA = '15550002222@c.us';
const ANA_LID = '91000015550002222@lid';
const ME = '919876543210@c.us';
const [EXAMPLE] = METHODS['chat.messages'].example.result.messages as [Message];
const at = (second: number): string => new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString();
const message = (n: number, more: Partial<Message> = {}): Message => ({
  ...{ ...EXAMPLE, key: `false_${ANA}_M${n}`, messageId: `M${n}`, to: ME, body: `m${n}`, timestamp: at(n) },
  ...more,
});
const upTo = (count: number): Message[] => Array.from({ length: count }, (_, n) => message(n));
const file = { hasMedia: true, type: 'image', media: { mimetype: 'image/png', size: 3, name: '../x.html' } };

interface World {
  messages: Message[];
  journal?: Message[];
  /** How many events of other types the journal has before these. */
  others?: number;
  chat?: Partial<typeof chatExample>;
  /** Files by key: their bytes, or why there are none. */
  files?: Record<string, Buffer | FaultKind>;
  /** The call that fails with a lost connection. */
  failsAt?: number;
  phone?: string;
  /** Answers `chat.list`, instead of with the one chat. */
  list?: (offset: number) => { chats: readonly unknown[]; total: number };
  /** How many of the oldest messages WhatsApp Web does not load. */
  hidden?: number;
}

/** Runs the command against a daemon that has this. */
async function run(world: World, to: string, options: object = {}, chat?: string) {
  const asked: string[] = [];
  const said: string[] = [];
  let result: unknown;
  const chats = [{ ...chatExample, ...world.chat }];
  const answers: Record<string, (params: Record<string, unknown>) => unknown> = {
    'session.status': () => ({ session: { phone: world.phone ?? '919876543210' } }),
    'chat.list': ({ offset }) => world.list?.(Number(offset)) ?? { chats, total: 1 },
    'chat.get': () => chats[0],
    'chat.messages': ({ limit, before }) => {
      const end = world.messages.findIndex(({ key }) => key === before);
      if (before !== undefined && end === -1) throw new Fault('no_such_message');
      const { hidden = 0 } = world;
      const older = world.messages.slice(hidden, before === undefined ? undefined : end);
      return { messages: older.slice(-Number(limit)), more: hidden > 0 || older.length > Number(limit) };
    },
    'events.list': ({ after }) => {
      const { others = 0 } = world;
      // A page without events, because the daemon reads a bounded number of cursors for each.
      if (Number(after) < others) return { events: [], next: Math.min(Number(after) + 5, others) };
      const all = (world.journal ?? []).map((data, n) => ({ cursor: others + n + 1, type: 'message', data }));
      const events = all.filter(({ cursor }) => cursor > Number(after)).slice(0, 2);
      return { events, next: events.at(-1)?.cursor ?? after };
    },
    'media.fetch': ({ id }) => {
      const found = world.files?.[String(id)] ?? 'media_gone';
      if (typeof found === 'string') throw new Fault(found);
      return { id, mimetype: 'image/png', size: found.length, name: null };
    },
    'media.read': ({ id, offset }) => {
      const bytes = world.files?.[String(id)] as Buffer;
      const piece = bytes.subarray(Number(offset), Number(offset) + 2);
      return { data: piece.toString('base64'), end: Number(offset) + 2 >= bytes.length };
    },
  };
  const context = {
    askAny: async (method: string, params: Record<string, unknown>) => {
      asked.push(method);
      if (asked.length === world.failsAt) throw new Fault('connection_lost');
      return answers[method]?.(params);
    },
    ...{ args: chat === undefined ? [] : [chat], account: 'default' },
    options: { ...(chat === undefined ? { all: true } : {}), to, ...options },
    show: (shown: unknown) => {
      result = shown;
    },
    note: (text: string) => said.push(text),
    warn: (text: string) => said.push(text),
  } as unknown as Context;
  const code = await exportChats.run(context);
  return { code, asked, said, result, pages: asked.filter((name) => name === 'chat.messages').length };
}

const kindOf = (running: Promise<unknown>): Promise<string> =>
  running.then(
    () => 'none',
    (error) => Fault.of(error).kind,
  );
const fresh = (): string => join(home, String(readdirSync(home).length), 'out');
const linesIn = (to: string, chat = ANA): Line[] =>
  readFileSync(join(to, chat, 'messages.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const keysIn = (to: string): string[] => linesIn(to).map(({ messageId }) => messageId);
const idsOf = (messages: readonly Message[]): string[] => messages.map(({ messageId }) => messageId);

t.test('each message is a line, oldest first, and a second run adds only new ones', async (t) => {
  const to = fresh();
  const world = { messages: upTo(450) };
  t.match(await run(world, to), { code: 0, pages: 3, result: { chats: [{ added: 450 }] } });
  t.same(keysIn(to), idsOf(world.messages));
  t.same(linesIn(to)[0], { ...message(0), file: null }, 'the fields of Message');
  world.messages.push(message(450), message(451));
  t.match(await run(world, to), { code: 0, pages: 1, result: { chats: [{ added: 2, messages: 452 }] } });
  t.same(keysIn(to), idsOf(world.messages));
  t.match(JSON.parse(readFileSync(join(to, 'manifest.json'), 'utf8')), {
    ...{ format: 'wactl-export', version: 1, account: 'default' },
    chats: [{ id: ANA, directory: ANA, messages: 452, oldest: at(0), newest: at(451), since: null }],
  });
  t.same(readdirSync(join(to, ANA)).sort(), ['messages.html', 'messages.jsonl'], 'nothing else is left');
  const modes = ['.', ANA, `${ANA}/messages.jsonl`, `${ANA}/messages.html`, 'manifest.json', 'index.html'];
  for (const path of modes) {
    const { mode } = statSync(join(to, path));
    t.equal(mode & 0o777, path === '.' || path === ANA ? 0o700 : 0o600, path);
  }
});

t.test('a run continues wherever another one was ended, without a hole', async (t) => {
  const files = { [message(7).key]: Buffer.from('abc'), [message(9).key]: Buffer.from('defgh') };
  const first = upTo(650).map((one) => (files[one.key] ? { ...one, ...file } : one));
  const journal = [message(648), message(649), message(650), message(651)];
  const messages = [...first, message(650), message(651)];
  for (let failsAt = 2; ; failsAt++) {
    const to = fresh();
    const options = { media: true };
    const ended = await run({ messages: first, files, failsAt }, to, options).catch((error) => error);
    if (!(ended instanceof Fault)) {
      t.ok(failsAt > 10, 'each call was one of them');
      break;
    }
    t.equal(ended.kind, 'connection_lost');
    // As after SIGKILL: half a line, a temporary file, and the lock of a process that is gone.
    const staged = join(to, ANA, '.reading.jsonl');
    if (existsSync(staged)) appendFileSync(staged, '{"key":"false_');
    if (existsSync(join(to, ANA))) writeFileSync(join(to, ANA, `.${'a'.repeat(24)}.part`), 'half');
    if (existsSync(to)) writeFileSync(join(to, '.lock'), '999999999');
    const end = await run({ messages, files, journal }, to, options);
    t.match(end, { code: 0, result: { chats: [{ messages: 652, files: 2, missing: [] }] } });
    t.same(keysIn(to), idsOf(messages), `ended at call ${failsAt}`);
    t.same(readdirSync(join(to, ANA)).sort(), ['media', 'messages.html', 'messages.jsonl']);
    const [seventh] = linesIn(to).filter(({ messageId }) => messageId === 'M7');
    const path = seventh?.file && 'path' in seventh.file ? seventh.file.path : '';
    t.equal(readFileSync(join(to, ANA, path), 'utf8'), 'abc');
  }
});

t.test('a run that failed in the middle of a long reading does not read it again', async (t) => {
  const to = fresh();
  const world = { messages: upTo(1_000) };
  t.equal(await kindOf(run({ ...world, failsAt: 6 }, to)), 'connection_lost');
  t.match(await run(world, to), { pages: 4 }, 'three pages that are missing, and the newest one');
  t.same(keysIn(to), idsOf(world.messages));
});

t.test('the journal adds what WhatsApp Web does not have, under any identity of the chat', async (t) => {
  const to = fresh();
  const old = message(-5, { key: `false_${ANA}_OLD`, messageId: 'OLD' });
  const again = message(3, { key: `false_${ANA_LID}_M3`, chatId: ANA_LID, body: 'as it was' });
  const lid = { ...EXAMPLE.chat, id: ANA_LID };
  const byLid = message(1, { key: `false_${ANA_LID}_BY`, messageId: 'BY', chatId: ANA_LID, chat: lid });
  const other = { ...EXAMPLE.chat, id: '120363000000000000@g.us', phone: null, lid: null, name: 'Team' };
  const group = message(2, { key: 'false_120363000000000000@g.us_G_1@c.us', chatId: other.id, chat: other });
  const former = message(6, { messageId: 'F', to: '15559999999@c.us' });
  const status = message(6, { messageId: 'S', chatId: 'status@broadcast' });
  const journal = [old, again, byLid, group, former, status];
  await run({ messages: upTo(5), journal }, to, {}, ANA);
  t.same(keysIn(to), ['OLD', 'M0', 'M1', 'BY', 'M2', 'M3', 'M4']);
  t.equal(linesIn(to)[5]?.body, 'm3', 'WhatsApp Web has the newer form');
  t.same(readdirSync(to).sort(), [ANA, 'index.html', 'manifest.json'], 'one chat was asked for');
  t.match(await run({ messages: upTo(5), journal }, to), { result: { chats: [{ added: 0 }, { added: 1 }] } });
  t.match(linesIn(to, other.id), [{ chatId: other.id }], 'a chat that only the journal has');
  const renamed = { id: ANA_LID };
  await run({ messages: [...upTo(6)], chat: renamed }, to);
  t.ok(keysIn(to).includes('M5'), 'a chat that WhatsApp names by the LID later keeps its directory');
  t.notOk(existsSync(join(to, ANA_LID)));
});

t.test('events of other types do not end the reading of the journal', async (t) => {
  const to = fresh();
  const world = { messages: upTo(2), journal: [message(7)], others: 12 };
  t.match(await run(world, to), { code: 0 });
  t.same(keysIn(to), ['M0', 'M1', 'M7']);
});

t.test('a later run reads further back when more is asked for', async (t) => {
  const to = fresh();
  const world = { messages: upTo(500) };
  await run(world, to, { since: at(450) });
  t.same(keysIn(to), idsOf(world.messages.slice(450)));
  await run(world, to, { since: at(460) });
  t.equal(linesIn(to).length, 50);
  await run(world, to, { since: at(100) });
  t.same(keysIn(to), idsOf(world.messages.slice(100)));
  await run(world, to);
  t.same(keysIn(to), idsOf(world.messages));
});

t.test('messages of one second are exported together, also over two pages', async (t) => {
  const to = fresh();
  // Pages of 200: the second one begins within the second of --since.
  const messages = Array.from({ length: 203 }, (_, n) =>
    message(n, { timestamp: at(n < 2 ? 0 : n < 6 ? 5 : n) }),
  );
  t.match(await run({ messages }, to, { since: at(5) }), { code: 0, pages: 2 });
  t.same(keysIn(to), idsOf(messages.slice(2)));
});

t.test('the same --since reads only what is new', async (t) => {
  const [to, world] = [fresh(), { messages: upTo(450) }];
  t.match(await run(world, to, { since: at(50) }), { code: 0, pages: 3 });
  t.match(await run(world, to, { since: at(50) }), { code: 0, pages: 1 });
  t.same(keysIn(to), idsOf(world.messages.slice(50)));
});

t.test('without --since the journal is read from its beginning', async (t) => {
  const to = fresh();
  const world = { messages: upTo(450).slice(20), journal: upTo(20) };
  t.match(await run(world, to, { since: at(10) }), { code: 0 });
  t.same(keysIn(to), idsOf(upTo(450).slice(10)), 'the journal back to the same time');
  t.match(await run(world, to), { code: 0 });
  t.same(keysIn(to), idsOf(upTo(450)));
});

t.test('a missing file has its reason, and only one that may come back is asked for again', async (t) => {
  const to = fresh();
  const messages = upTo(3).map((one) => ({ ...one, ...file }));
  const [a, b, c] = idsOf(messages).map((id) => `false_${ANA}_${id}`) as [string, string, string];
  const files: Record<string, Buffer | FaultKind> = {};
  Object.assign(files, { [a]: Buffer.from('abc'), [b]: 'media_gone', [c]: 'page_error' });
  const first = await run({ messages, files }, to, { media: true });
  t.equal(first.code, 1);
  t.match(first.result, { chats: [{ files: 1, missing: [{ kind: 'media_gone' }, { kind: 'page_error' }] }] });
  const [got, gone] = linesIn(to);
  const name = `${createHash('sha256').update(a).digest('hex').slice(0, 32)}.png`;
  t.same(got?.file, { path: `media/${name}`, size: 3, mimetype: 'image/png' });
  t.match(gone?.file, { missing: 'media_gone', reason: /\w/ });
  t.equal(statSync(join(to, ANA, 'media', name)).mode & 0o777, 0o600);
  files[c] = Buffer.from('later');
  const second = await run({ messages, files }, to, { media: true });
  t.match(second, { code: 0, result: { chats: [{ files: 2, missing: [] }] } });
  t.equal(second.asked.filter((method) => method === 'media.fetch').length, 1);
  t.match(readFileSync(join(to, ANA, 'messages.html'), 'utf8'), /missing, WhatsApp does not have the file/);
});

t.test('a file that is missing is asked for again when only the journal has its chat, too', async (t) => {
  const to = fresh();
  const journal = upTo(1).map((one) => ({ ...one, ...file }));
  const world: World = { messages: [], journal, list: () => ({ chats: [], total: 0 }) };
  const key = `false_${ANA}_M0`;
  t.match(await run({ ...world, files: { [key]: 'page_error' } }, to, { media: true }), { code: 1 });
  const second = await run({ ...world, files: { [key]: Buffer.from('abc') } }, to, { media: true });
  t.match(second, {
    code: 0,
    result: { chats: [{ id: ANA, messages: 1, added: 0, files: 1, missing: [] }] },
  });
});

t.test('a chat that moves in the list while it is read is exported', async (t) => {
  const [a, b, c] = ['1', '2', '3'].map((n) => ({
    ...chatExample,
    id: `1555000222${n}@c.us`,
    phone: null,
    lid: null,
  }));
  // The third one moves to the front before the second page is read.
  const pages = [[a, b], [b], [], [c, a]];
  const { result } = await run(
    { messages: [], list: () => ({ chats: pages.shift() ?? [], total: 3 }) },
    fresh(),
  );
  t.match(
    (result as { chats: { id: string }[] }).chats.map(({ id }) => id),
    [a?.id, b?.id, c?.id],
  );
});

t.test('files of strangers get no ending that a browser runs', (t) => {
  for (const type of ['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/javascript', 'x/../../y'])
    t.equal(endingOf(type), 'bin', type);
  t.equal(endingOf('Audio/Ogg; codecs=opus'), 'ogg');
  t.end();
});

t.test(
  'the directory is a new one, or an earlier export of this account that nobody writes to',
  async (t) => {
    const to = fresh();
    const world = { messages: upTo(1) };
    await run(world, to);
    await t.rejects(run({ ...world, phone: '15559999999' }, to), { message: /an export of another account/ });
    writeFileSync(join(to, '.lock'), String(process.ppid));
    await t.rejects(run(world, to), { message: /another export writes to/ });
    rmSync(join(to, '.lock'));
    await t.rejects(run(world, home), { message: /no export and not empty/ });
    const link = `${to}-link`;
    symlinkSync(to, link);
    await t.rejects(run(world, link), { message: /not a directory/ });
    for (const options of [{ to: undefined }, { format: ['pdf'] }, { since: 'tomorrow' }, { all: false }])
      t.equal(await kindOf(run(world, to, options)), 'usage', JSON.stringify(options));
    t.equal(await kindOf(run(world, to, { all: true }, ANA)), 'usage');
  },
);

t.test('an id that is no chat id never becomes a path', async (t) => {
  const to = fresh();
  const hostile = { id: '../../outside@c.us', phone: null, lid: null };
  const { code, result } = await run({ messages: upTo(1), chat: hostile }, to);
  t.equal(code, 1);
  t.match(result, { chats: [{ error: { kind: 'invalid_recipient' } }] });
  t.same(readdirSync(to).sort(), ['index.html', 'manifest.json']);
});

t.test('a chat that WhatsApp Web does not read to its end is incomplete, and read again', async (t) => {
  const to = fresh();
  const world = { messages: upTo(300), hidden: 50 };
  const { code, result } = await run(world, to);
  t.equal(code, 1);
  t.match(result, { chats: [{ messages: 250, error: { kind: 'page_error' } }] });
  t.match(await run({ ...world, hidden: 0 }, to), { code: 0, result: { chats: [{ messages: 300 }] } });
  const messages = upTo(600);
  t.match(await run({ messages, hidden: 350 }, to), { code: 1 });
  t.match(await run({ messages }, to), { code: 0 });
  t.same(keysIn(to), idsOf(messages), 'also when an earlier run was complete');
});

t.test('a half line of a killed run is cut off', async (t) => {
  const path = join(home, 'staged');
  await (await StagedLines.open(path)).append([1, 2]);
  appendFileSync(path, '{"key":"false_');
  const second = await StagedLines.open(path);
  t.same(second.entries, [1, 2]);
  await second.append([3]);
  t.same((await StagedLines.open(path)).entries, [1, 2, 3]);
});

t.test('names, texts and file names of strangers are text in a page', (t) => {
  const evil = `<script>alert(1)</script>"'&<img src=x onerror=alert(1)>\u202e\u0000\u001b[2J</title></style>`;
  const who = { ...EXAMPLE.chat, name: evil, pushname: evil };
  const line = (n: number, more: Partial<Line> = {}): Line => ({
    ...message(n, { body: evil, sender: who, chat: who, messageId: evil, key: `false_${evil}` }),
    ...{ file: null, ...more },
  });
  const lines = [
    line(0),
    line(1, { replyTo: evil }),
    line(2, { type: evil, media: { mimetype: evil, size: 1, name: evil }, hasMedia: true }),
    line(3, { ...file, file: { path: `media/"><script>.png`, size: 3, mimetype: evil } }),
    line(4, { ...file, file: { missing: evil, reason: evil } }),
    line(5, { timestamp: evil, from: evil, author: evil, sender: null }),
    line(6, { type: 'poll', details: { question: evil, options: [evil] } as Line['details'] }),
  ];
  const page = [...chatPage({ name: evil, id: evil }, lines)].join('');
  const tags = [...page.matchAll(/<(\/?[a-z0-9!]+)([^>]*)>/gi)];
  const names = new Set(tags.map(([, name]) => String(name).replace('/', '').toLowerCase()));
  const allowed = '!doctype a article bdi body div h1 head header html img meta p span style time title';
  for (const name of names) t.ok(allowed.split(' ').includes(name), `<${name}>`);
  for (const [whole, , attributes] of tags) t.notMatch(attributes, /\son\w+=|javascript:/i, whole);
  t.equal(page.match(/<style>/g)?.length, 1);
  t.equal(page.match(/<\/title>/g)?.length, 1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
  t.notMatch(page, /[\u0000-\u0008\u000b-\u001f\u007f\u202e]/);
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1] ?? '';
  t.match(policy, /^default-src &#39;none&#39;/);
  t.notMatch(policy, /script|unsafe|\*/);
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
  t.ok(policy.includes(createHash('sha256').update(style).digest('base64')), 'the style is allowed');
  t.match(page, /<a class="quote" href="#m-[0-9a-f]{32}">/);
  t.end();
});
