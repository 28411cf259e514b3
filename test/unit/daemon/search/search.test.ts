// Messages of the journal are found by their words, as they read now.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { Feed } from '../../../../src/daemon/events/feed.js';
import { Indexer } from '../../../../src/daemon/search/indexer.js';
import { MessageSearch, type Question } from '../../../../src/daemon/search/message-search.js';
import { DatabaseSync } from '../../../../src/store/driver.js';
import { SearchIndex, searchPath } from '../../../../src/store/search-index.js';
import type { Store } from '../../../../src/store/store.js';
import { eventually } from '../../../harness/eventually.js';
import { crashed, kindOf, NOW, opened, scratch, WID } from '../../store/scratch.js';

const log = Object.fromEntries(
  ['debug', 'info', 'warn', 'error'].map((level) => [level, () => undefined]),
) as never;

interface Said {
  readonly chat?: string;
  readonly lid?: string;
  readonly type?: string;
  readonly file?: string;
  readonly details?: object;
  readonly fromMe?: boolean;
  readonly atMs?: number;
  readonly event?: 'message' | 'message.history';
}

const NOTHING: Omit<Question, 'text'> = {
  chat: null,
  sender: null,
  kinds: null,
  fromMe: null,
  sinceMs: null,
  untilMs: null,
  order: 'newest',
  limit: 20,
  after: null,
};

const ANA = '15550002222@c.us';

function linked(t: Test, directory: string): Store {
  const store = opened(t, directory);
  store.writeNow((tx) => store.account.link(tx, WID, NOW));
  return store;
}

/** A search over a store, which may have events already. */
function over(t: Test, store: Store, directory: string) {
  const feed = new Feed({ account: 'test', store, log });
  const indexer = new Indexer({ directory, store, feed, log, startMs: 0 });
  t.teardown(() => indexer.close());
  const search = new MessageSearch(indexer, store);
  const find = async (text: string, more: Partial<Question> = {}) => {
    written(store);
    // Otherwise it waits a second for them, which a slow machine needs for itself.
    await indexer.catchUp(30_000);
    return search.find({ ...NOTHING, text, ...more });
  };
  /** The ids of the messages that are found. */
  const ids = async (text: string, more: Partial<Question> = {}) =>
    (await find(text, more)).messages.map(({ message }) => message.messageId);
  return { indexer, search, find, ids };
}

/** Commits what was said. */
const written = (store: Store) => store.writeNow(() => undefined);

function searching(t: Test, directory = scratch(t)) {
  const store = linked(t, directory);
  return { store, directory, ...journal(store), ...over(t, store, directory) };
}

function journal(store: Store) {
  const nameOf = (id: string, { chat = ANA, fromMe = false }: Said) => ({
    key: `${fromMe}_${chat}_${id}`,
    messageId: id,
    chatId: chat,
    fromMe,
  });
  const said = (id: string, body: string | null, more: Said = {}) => {
    const { chat = ANA, lid = null, type = 'text', file, details = null, fromMe = false, atMs = NOW } = more;
    const { event = 'message' } = more;
    const who = { id: chat, phone: chat.endsWith('@c.us') ? chat.slice(0, -5) : null, lid };
    const data = {
      ...nameOf(id, more),
      from: fromMe ? WID : chat,
      to: fromMe ? chat : WID,
      author: null,
      type,
      body,
      timestamp: new Date(atMs).toISOString(),
      ack: 1,
      hasMedia: file !== undefined,
      media: file === undefined ? null : { mimetype: 'application/pdf', size: 1, name: file },
      replyTo: null,
      mentions: [],
      details,
      backfilled: false,
      chat: who,
      sender: fromMe ? { id: WID, phone: null, lid: null } : who,
      people: [],
    };
    const seen = { key: data.key, messageId: id, ack: 1 };
    void store.write((tx) =>
      store.messages.appendOnce(tx, seen, { type: event, timeMs: atMs, wid: WID, data }),
    );
  };
  const changed = (type: 'message.edit' | 'message.revoke', id: string, body?: string) => {
    const data = { ...nameOf(id, {}), author: null, timestamp: new Date(NOW).toISOString(), body };
    void store.write((tx) => store.journal.append(tx, { type, timeMs: NOW, wid: WID, data }));
  };
  return {
    said,
    edited: (id: string, body: string) => changed('message.edit', id, body),
    revoked: (id: string) => changed('message.revoke', id),
  };
}

t.test(
  'words are found in any order, without regard to case and accents, and in scripts without spaces',
  async (t) => {
    const { said, ids } = searching(t);
    said('1', 'The Blue door is open');
    said('2', 'crème brûlée');
    said('3', '明天下午在咖啡店见面');
    said('4', 'พรุ่งนี้เจอกันที่ร้าน');
    said('5', 'हिन्दी में संदेश');
    said('6', 'see you 👍🏽 there');
    said('7', 'photo', { type: 'image', file: 'Invoice-2026.pdf' });
    said('8', 'the door is blue');
    said('old', 'an older message of the phone', { event: 'message.history' });
    said('9', null);
    said('0', null, { type: 'poll', details: { question: 'Where to?', options: ['Lisbon', 'Porto'] } });
    for (const [question, found] of [
      ['door blue', '81'],
      ['"blue door"', '1'],
      ['blue "door is"', '81'],
      ['BRULEE', '2'],
      ['bru*', '2'],
      ['bru', ''],
      ['咖啡店', '3'],
      ['下午 见面', '3'],
      ['啡咖', ''],
      ['เจอกัน', '4'],
      ['हिन्दी', '5'],
      ['👍', '6'],
      ['invoice', '7'],
      ['where porto', '0'],
      ['2026.pdf', '7'],
      ['older phone', 'old'],
    ] as const)
      t.same((await ids(question)).join(''), found, question);
  },
);

t.test('a character is found with and without the mark that asks for its picture', async (t) => {
  const { said, ids } = searching(t);
  said('plain', 'I \u2764 you');
  said('picture', 'I \u2764\uFE0F you');
  said('fire', '\u2764\uFE0F\u200D\u{1F525}');
  said('key', 'press 1\uFE0F\u20E3');
  for (const [question, found] of [
    ['\u2764\uFE0F', ['fire', 'picture', 'plain']],
    ['\u2764', ['fire', 'picture', 'plain']],
    ['you \u2764\uFE0F', ['picture', 'plain']],
    ['"\u2764\uFE0F you"', ['picture', 'plain']],
    ['\u2764\uFE0F\u200D\u{1F525}', ['fire']],
    ['1\uFE0F\u20E3', ['key']],
  ] as const)
    t.same((await ids(question)).sort(), found, question);
  t.equal(await kindOf(() => ids('\uFE0F')), 'invalid_params', 'the mark alone is no word');
});

t.test('no text is a syntax error', async (t) => {
  const { said, ids } = searching(t);
  said('1', 'a OR b NEAR(c) {body}: x^2 AND "q"');
  for (const text of [
    'OR',
    'NOT b',
    'NEAR(c',
    '{body}:',
    'x^2',
    '"q',
    'b"',
    '((',
    '* b',
    'body:b -z',
    "b'; --",
    '\u0000b',
    'b**',
  ])
    t.match(await kindOf(() => ids(text)), /^(none|invalid_params)$/, text);
  t.same(await ids('near(c) OR'), ['1']);
  t.equal(await kindOf(() => ids('??')), 'invalid_params', 'no word in it');
  t.equal(await kindOf(() => ids('be*')), 'invalid_params', 'too short a beginning');
  t.equal(await kindOf(() => ids('b', { after: 'no cursor' })), 'invalid_params');
});

t.test('an edit replaces the text, and a deleted message is not found', async (t) => {
  const { said, edited, revoked, ids, find } = searching(t);
  said('1', 'meet at noon');
  said('2', 'noon is fine', { type: 'document', file: 'noon.pdf' });
  t.same(await ids('noon'), ['2', '1']);
  edited('1', 'meet at midnight');
  edited('1', 'meet at dawn');
  t.same(await ids('noon'), ['2']);
  t.same(await ids('midnight'), []);
  t.match((await find('dawn')).messages, [
    { edited: true, message: { body: 'meet at dawn' }, snippet: 'meet at dawn' },
  ]);
  revoked('1');
  revoked('2');
  t.same(await ids('noon'), []);
  t.same(await ids('dawn'), []);
});

t.test('filters: either identity of a person, kind, direction, time', async (t) => {
  const { said, ids } = searching(t);
  const day = 86_400_000;
  said('1', 'hello', { lid: '91000015550002222@lid' });
  said('2', 'hello', { fromMe: true });
  said('3', 'hello', { chat: '120363000000000001@g.us', type: 'image', atMs: NOW + 40 * day });
  said('4', 'hello', { chat: '15550003333@c.us', atMs: NOW + 80 * day });
  for (const [more, found] of [
    [{ chat: [ANA] }, '21'],
    [{ chat: ['91000015550002222@lid'] }, '1'],
    [{ sender: [ANA] }, '1'],
    [{ sender: ['91000015550002222@lid', ANA] }, '1'],
    [{ kinds: ['image', 'video'] }, '3'],
    [{ fromMe: true }, '2'],
    [{ fromMe: false, chat: [ANA] }, '1'],
    [{ sinceMs: NOW + 1 }, '43'],
    [{ sinceMs: NOW + 40 * day, untilMs: NOW + 80 * day }, '3'],
    [{ untilMs: NOW + 40 * day }, '21'],
    [{ sinceMs: NOW + 200 * day }, ''],
  ] as const)
    t.same((await ids('hello', more)).join(''), found, JSON.stringify(more));
});

t.test('hits are places in the snippet', async (t) => {
  const { said, find } = searching(t);
  said('1', `${'filler words '.repeat(40)}the 😀 Blue dóor${' and more'.repeat(40)}`);
  said('2', '我在咖啡店');
  const [one] = (await find('blue door')).messages;
  t.same(
    one?.marks.map(({ start, length }) => one.snippet.slice(start, start + length)),
    ['Blue', 'dóor'],
  );
  t.ok((one?.snippet.length ?? 0) <= 200);
  const [two] = (await find('咖啡')).messages;
  t.match(two, { snippet: '我在咖啡店', marks: [{ start: 2, length: 2 }] });
});

t.test('pages continue where they ended, in either order, whatever arrives meanwhile', async (t) => {
  const { said, find } = searching(t);
  for (let n = 1; n <= 620; n += 1)
    said(`${n}`, n % 31 === 0 ? 'needle needle' : `needle in ${n} much longer stacks of hay`);
  for (const order of ['newest', 'best'] as const) {
    const all: string[] = [];
    for (let after: string | null = null, first = true; first || after !== null; first = false) {
      const page = await find('needle', { order, after, limit: 100 });
      all.push(...page.messages.map(({ message }) => message.messageId));
      after = page.next;
      said(`later-${order}-${all.length}`, 'needle');
    }
    const old = all.filter((id) => /^\d+$/.test(id));
    t.equal(new Set(all).size, all.length, 'none comes twice');
    t.equal(old.length, 620, 'none is missing');
  }
  const best = await find('needle', { order: 'best', limit: 3 });
  t.match(best.messages[0], { message: { body: /^needle/ } });
});

t.test('an existing journal is indexed in steps, and a search says how far', async (t) => {
  const directory = scratch(t);
  const store = linked(t, directory);
  const { said } = journal(store);
  for (let n = 1; n <= 350; n += 1) said(`${n}`, `word ${n}`);
  written(store);
  const { indexer, ids } = over(t, store, directory);
  t.equal(indexer.behind(), 350, 'nothing is indexed in the turn of the start');
  await eventually(() => indexer.behind() === 0, 'all is indexed');
  t.same(await ids('word 350'), ['350']);
  await indexer.close();
  const again = over(t, store, directory);
  t.equal(again.indexer.behind(), 0, 'it is still there after a restart');
  t.same(await again.ids('word 1'), ['1']);
});

t.test('what the retention deletes leaves the index, too', async (t) => {
  const { store, said, ids, indexer } = searching(t);
  for (let n = 1; n <= 30; n += 1) said(`${n}`, 'old word', { atMs: NOW + n });
  t.equal((await ids('old', { limit: 100 })).length, 30);
  await store.sweep({ nowMs: NOW + 86_400_000 + 21, retentionDays: 1, maxMb: 100 });
  t.equal((await ids('old', { limit: 100 })).length, 10);
  indexer.wake();
  await eventually(
    () => indexer.index.find('old', { above: 0, upTo: Number.MAX_SAFE_INTEGER, limit: 100 }).length === 10,
    'the entries are gone',
  );
});

t.test('a damaged index is made anew from the journal', async (t) => {
  const { store, directory, said, ids, indexer } = searching(t);
  said('1', 'hello');
  t.same(await ids('hello'), ['1']);
  await indexer.close();
  const path = searchPath(directory);
  writeFileSync(path, readFileSync(path).fill(7, 0, 4_096));
  const again = over(t, store, directory);
  t.same(await again.ids('hello'), ['1']);
});

t.test('an index whose purge did not end is made anew', async (t) => {
  const { directory, said, ids, indexer } = searching(t);
  said('1', 'hello');
  t.same(await ids('hello'), ['1']);
  indexer.index.beginPurge();
  const interrupted = new SearchIndex(crashed(t, directory));
  t.equal(interrupted.indexed, 0, 'after a crash');
  interrupted.close();
  t.ok(indexer.index.indexed > 0);
  indexer.index.beginPurge();
  t.equal(indexer.index.indexed, 0, 'and when it is purged again');
  indexer.index.endPurge();
  t.same(await ids('hello'), ['1']);
  const whole = new SearchIndex(crashed(t, directory));
  t.ok(whole.indexed > 0, 'not after its end');
  whole.close();
});

t.test('an index that is ahead of the journal is made anew', async (t) => {
  const { directory, said, ids, indexer } = searching(t);
  said('1', 'hello');
  t.same(await ids('hello'), ['1']);
  await indexer.close();
  const other = scratch(t);
  copyFileSync(searchPath(directory), searchPath(other));
  const store = linked(t, other);
  const later = over(t, store, other);
  for (let n = 0; n < 9; n += 1) journal(store).said(`later-${n}`, 'hello');
  t.equal((await later.ids('hello')).length, 9);
});

t.test('an index of the version before is used on', async (t) => {
  const { store, directory, said, ids, indexer } = searching(t);
  said('1', 'hello');
  t.same(await ids('hello'), ['1']);
  await indexer.close();
  const db = new DatabaseSync(searchPath(directory));
  db.exec('ALTER TABLE progress DROP COLUMN purging; PRAGMA user_version = 2');
  db.close();
  const again = over(t, store, directory);
  t.equal(again.indexer.behind(), 0, 'nothing is indexed anew');
  t.same(await again.ids('hello'), ['1']);
});

t.test('an event that cannot be read is passed over', async (t) => {
  const { store, said, ids } = searching(t);
  store.writeNow((tx) =>
    store.journal.append(tx, { type: 'message', timeMs: NOW, wid: WID, data: { body: 'hello' } }),
  );
  said('1', 'hello');
  t.same(await ids('hello'), ['1']);
});

t.test('messages of another account that was linked here are not found', async (t) => {
  const { store, said, ids } = searching(t);
  said('1', 'hello');
  t.same(await ids('hello'), ['1']);
  store.writeNow((tx) => store.account.link(tx, '15550009999@c.us', NOW));
  t.same(await ids('hello'), []);
});
