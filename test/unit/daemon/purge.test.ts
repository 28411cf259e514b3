// A purge removes what was recorded of a time, a chat or a person, down to the bytes of the files, and nothing else.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { searchHandlers } from '../../../src/daemon/api/handlers/search.js';
import { Feed } from '../../../src/daemon/events/feed.js';
import { Inbox } from '../../../src/daemon/incoming/inbox.js';
import { Fetcher } from '../../../src/daemon/media/fetcher.js';
import { MediaStore } from '../../../src/daemon/media/media-store.js';
import { ProfilePictures } from '../../../src/daemon/media/profile-pictures.js';
import { referencedFiles } from '../../../src/daemon/media/referenced-files.js';
import { Purger } from '../../../src/daemon/purge.js';
import type { PurgeFilter } from '../../../src/daemon/purge-matcher.js';
import { Indexer } from '../../../src/daemon/search/indexer.js';
import type { Fault } from '../../../src/protocol/fault.js';
import type { Contact } from '../../../src/protocol/methods/contact.js';
import { parseMessageRef } from '../../../src/protocol/wid.js';
import type { ReadProfile, Revocation } from '../../../src/session/page-port.js';
import { Database } from '../../../src/store/database.js';
import { openStore } from '../../../src/store/open.js';
import { purgeMark } from '../../../src/store/quarantine.js';
import { CAN_MOUNT, SmallDisk } from '../../faults/small-disk.js';
import { eventually } from '../../harness/eventually.js';
import { kindOf, message, NOW, opened, scratch, WID } from '../store/scratch.js';

const log = Object.fromEntries(
  ['debug', 'info', 'warn', 'error'].map((level) => [level, () => undefined]),
) as never;

const ANA = '15550002222@c.us';
const LID = '91000015550002222@lid';
const BEN = '15550003333@c.us';
const TEAM = '120363000000000001@g.us';
const PERSON: PurgeFilter = { by: 'person', ids: [ANA, LID] };

async function purging(t: Test, directory = scratch(t)) {
  const store = opened(t, directory);
  store.writeNow((tx) => {
    store.account.link(tx, WID, NOW);
    store.identities.put(tx, { number: ANA, lid: LID });
  });
  const feed = new Feed({ account: 'test', store, log });
  const indexer = new Indexer({ directory, store, feed, log, startMs: 0 });
  t.teardown(() => indexer.close());
  const mediaStore = await MediaStore.open(join(directory, 'media'), () => referencedFiles(store));
  /** Pieces of the file that the page is sending. */
  let sends: (take: (piece: string) => Promise<void>) => Promise<void> = async (take) => take('whole');
  const media = {
    fetch: async (_: unknown, __: number, take: (meta: object, piece: Buffer) => Promise<void>) =>
      sends((piece) => take({ name: 'a.txt', mimetype: 'text/plain' }, Buffer.from(piece))),
  };
  const fetcher = new Fetcher(mediaStore, () => ({ media }) as never, store);
  const sending = (how: typeof sends) => {
    sends = how;
  };
  const pictures = new ProfilePictures(mediaStore);
  const purger = new Purger({ store, mediaStore, fetcher, pictures, indexer, directory, log });
  /** A profile as the page answers it. */
  const profile = (content: string) =>
    ({
      ...{ id: LID, phone: ANA.replace('@c.us', ''), lid: LID },
      picture: { base64: btoa(content) },
    }) as unknown as Contact & ReadProfile;
  /** @returns the cursor */
  const said = (
    id: string,
    body: string,
    more: { chat?: string; author?: string; hasMedia?: boolean; atMs?: number; readAtMs?: number } = {},
  ) => {
    const { chat = ANA, author = null, hasMedia = false, atMs = NOW, readAtMs } = more;
    const type = readAtMs === undefined ? 'message' : 'message.history';
    const key = `false_${chat}_${id}${author === null ? '' : `_${author}`}`;
    const data = {
      ...{ key, messageId: id, chatId: chat, from: chat, to: WID, author, fromMe: false, type: 'text', body },
      ...{ timestamp: new Date(atMs).toISOString(), hasMedia, media: null, details: null, mentions: [] },
      ...{ chat: { id: chat, phone: null, lid: null }, sender: null, people: [] },
    };
    return store.writeNow((tx) =>
      store.messages.appendOnce(
        tx,
        { key, messageId: id, ack: 1 },
        { type, timeMs: readAtMs ?? atMs, wid: WID, data },
      ),
    )?.cursor;
  };
  /** A file of these messages. @returns its id */
  const file = async (content: string, ids: readonly string[], chat = ANA) => {
    const upload = await mediaStore.begin('a.txt');
    await mediaStore.add(upload, 0, Buffer.from(content));
    const { id } = await mediaStore.finish(upload);
    for (const one of ids) await mediaStore.noteMessage(JSON.stringify([WID, false, chat, null, one]), id);
    return id;
  };
  /** The names of files with this text in them. */
  const filesWith = (text: string) =>
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(text))
      .map(({ name }) => name);
  return {
    ...{
      store,
      directory,
      indexer,
      mediaStore,
      fetcher,
      sending,
      pictures,
      profile,
      purger,
      said,
      file,
      filesWith,
    },
  };
}

t.test('what the retention has left in the index goes with a purge', async (t) => {
  const { store, indexer, purger, said, filesWith } = await purging(t);
  for (let n = 0; n < 600; n += 1) said(`old${n}`, `plantedexpired${n}`, { atMs: NOW - 40 * 86_400_000 });
  said('new', 'innocent', { chat: BEN });
  await indexer.catchUp(30_000);
  await store.sweep({ nowMs: NOW, retentionDays: 30, maxMb: 100 });
  await purger.run({ by: 'chat', ids: [TEAM] }, false);
  t.same(filesWith('plantedexpired'), []);
  t.equal(indexer.index.find('innocent', { above: 0, upTo: store.journal.last, limit: 9 }).length, 1);
});

t.test('an index that a purge has emptied is made anew without a search or an event', async (t) => {
  const { store, indexer, purger, said } = await purging(t);
  said('a', 'innocent words', { chat: BEN });
  const isFound = () =>
    indexer.index.find('innocent', { above: 0, upTo: store.journal.last, limit: 9 }).length === 1;
  await eventually(isFound, 'the first work of the indexer is done', 20_000);
  // As a purge leaves it that was interrupted.
  indexer.index.beginPurge();
  await purger.run({ by: 'chat', ids: [TEAM] }, false);
  await eventually(isFound, 'the entry is there again', 20_000);
});

t.test('a purge that another program disturbs is finished later, and the search goes on', async (t) => {
  const { store, directory, indexer, purger, said, filesWith } = await purging(t);
  said('a', 'plantedtext here');
  said('b', 'innocent words', { chat: BEN });
  await indexer.catchUp(30_000);
  const path = join(directory, 'wad.sqlite');
  const other = new Database(path);
  other.exec('BEGIN');
  other.prepare('SELECT * FROM events').all();
  const fault = await purger.run(PERSON, false).catch((error: Fault) => error);
  t.match(fault, { kind: 'busy', message: /another program/ });
  t.ok(existsSync(purgeMark(path)));
  other.exec('COMMIT');
  other.close();
  const texts = [{ id: 1, text: 'innocent words' }];
  t.equal(indexer.index.rank('innocent', texts, 'best').length, 1, 'its temporary table is there');
  await indexer.close();
  store.close();
  const again = openStore({ directory });
  t.teardown(() => again.close());
  t.equal(again.report.unfinishedPurge, null);
  t.notOk(existsSync(purgeMark(path)), 'the next start has finished it');
  t.same(filesWith('plantedtext'), []);
});

t.test(
  'a purge that the disk has no room for is refused before anything is removed',
  { skip: CAN_MOUNT ? false : 'mounting a small disk needs root' },
  async (t) => {
    const directory = scratch(t);
    using disk = new SmallDisk(directory, 120);
    const { store, purger, said, filesWith } = await purging(t, directory);
    for (let n = 0; n < 50; n += 1) said(`a${n}`, 'plantedtext '.repeat(5_000));
    // Enough for a browser, but not for two copies of 3 MB.
    disk.fill(54);
    const before = await purger.run(PERSON, true);
    const fault = await purger.run(PERSON, false).catch((error: Fault) => error);
    t.match(fault, {
      kind: 'disk_full',
      message: /needs \d\d MB free at .*, and 5\d MB are; nothing was removed/,
    });
    t.same(await purger.run(PERSON, true), before);
    t.notOk(existsSync(purgeMark(join(directory, 'wad.sqlite'))), 'the next start has nothing to finish');
    disk.free();
    t.match(await purger.run(PERSON, false), { events: 50, complete: true });
    t.same(filesWith('plantedtext'), []);
    store.close();
  },
);

t.test('a person is removed from everything, and the bytes from the files', async (t) => {
  const { store, directory, indexer, mediaStore, purger, said, file, filesWith } = await purging(t);
  const long = 'plantedlong '.repeat(2_000);
  for (let n = 0; n < 400; n += 1) {
    said(`b${n}`, `innocent ${n}`, { chat: BEN });
    if (n % 4 === 0) said(`a${n}`, `plantedshort${n} ${n % 20 === 0 ? long : ''}`);
  }
  said('g1', 'plantedgroup', { chat: TEAM, author: LID });
  said('g2', 'ask @15550002222 plantedmention', { chat: TEAM, author: BEN });
  said('g3', 'the number 915550002222 is another', { chat: TEAM, author: BEN });
  said('a-file', 'plantedcaption', { hasMedia: true });
  said('a-old', 'plantedold', { hasMedia: true, readAtMs: NOW });
  const own = await file('plantedfile', ['a-file']);
  const old = await file('plantedoldfile', ['a-old']);
  store.writeNow((tx) => {
    store.outbox.accept(tx, message(1, { chatId: ANA, recipient: ANA, payload: { text: 'plantedoutbox' } }));
    store.outbox.change(tx, 'm-1', 'queued', { state: 'failed', nowMs: NOW });
    store.outbox.accept(tx, message(2, { chatId: BEN, recipient: BEN, payload: { text: 'innocent' } }));
    store.deadLetters.add(tx, 'crm', {
      ...{ cursor: 7, atMs: NOW, attempts: 1, reason: 'x' },
      event: JSON.stringify({
        time: new Date(NOW).toISOString(),
        data: { chatId: ANA, body: 'plantedletter' },
      }),
    });
  });
  await indexer.catchUp(30_000);
  t.ok(filesWith('planted').length > 0, 'it was there');
  const counts = { events: 104, outbox: 1, deadLetters: 1, files: 2 };
  t.match(await purger.run(PERSON, true), counts, 'a dry run counts');
  t.ok(filesWith('plantedfile').length > 0, 'and removes nothing');
  const { last } = store.journal;
  t.match(await purger.run(PERSON, false), { ...counts, seen: 103, people: 1 });
  t.same(filesWith('planted'), []);
  t.same([ANA, LID].flatMap(filesWith), []);
  for (const id of [own, old]) t.equal(await kindOf(() => mediaStore.get(id)), 'no_such_media');
  t.equal(store.identities.pairOf(ANA), null);
  t.equal(store.journal.last, last, 'cursors go on');
  const { events } = store.journal.page({ after: 0, limit: 1_000 });
  t.equal(events.length, 401, 'the others are there');
  t.equal(indexer.index.find('innocent', { above: 0, upTo: last, limit: 1_000 }).length, 400);
  t.match(store.outbox.get('m-2'), { state: 'queued' });
  t.match(
    store.purge.history(5),
    [{ by: 'person', counts: { events: 104 } }],
    'a tombstone without the person',
  );
  writeFileSync(join(directory, 'wad.sqlite.corrupt-20260101T000000000Z'), '');
  t.same(await purger.leftovers(), ['wad.sqlite.corrupt-20260101T000000000Z']);
});

t.test('a message whose edit is removed has its own text again, in the search, too', async (t) => {
  const { store, indexer, purger, said, filesWith } = await purging(t);
  const of = said('1', 'original', { chat: TEAM, author: BEN }) ?? 0;
  const key = `false_${TEAM}_1_${BEN}`;
  const data = {
    key,
    messageId: '1',
    chatId: TEAM,
    author: BEN,
    fromMe: false,
    body: 'plantededit @15550002222',
  };
  store.writeNow((tx) => store.journal.append(tx, { type: 'message.edit', timeMs: NOW + 1, wid: WID, data }));
  await indexer.catchUp(30_000);
  const found = (word: string) => indexer.index.find(word, { above: 0, upTo: store.journal.last, limit: 9 });
  t.same([found('original'), found('plantededit')], [[], [of]]);
  t.match(await purger.run(PERSON, false), { events: 1 });
  t.same([found('original'), found('plantededit'), found('15550002222')], [[of], [], []]);
  t.equal(indexer.index.textOf(of), of);
  t.same(filesWith('plantededit'), []);
});

t.test('a purged message that the page reports again stays away, and a new one does not', async (t) => {
  const { store, purger, said, filesWith } = await purging(t);
  const inbox = new Inbox(store, () => NOW);
  const at = (id: string) => ({ key: `false_${ANA}_${id}`, messageId: id, chatId: ANA, fromMe: false });
  const deleted = (id: string) =>
    store.writeNow((tx) => inbox.revoke(tx, { ...at(id), author: null } as Revocation));
  const acked = (ack: number) =>
    store.writeNow((tx) => inbox.ack(tx, { type: 'ack', ...at('plantedid1'), ack }));
  said('plantedid1', 'one');
  said('plantedid2', 'two', { chat: TEAM, author: ANA });
  t.ok(deleted('plantedid1'));
  // Not readable yet: nobody has seen it, so it must not be lost.
  const event = { type: 'message' as const, timeMs: NOW, wid: WID, data: { ...at('later'), body: null } };
  store.writeNow((tx) => store.messages.appendPlaceholder(tx, { ...at('later'), ack: 1 }, event));
  t.match(await purger.run(PERSON, false), { events: 4, seen: 5 });
  t.same(filesWith('plantedid'), []);
  t.ok(inbox.knows(at('plantedid1').key), 'a back-fill does not ask the page for it');
  t.ok(inbox.knowsRevoked(at('plantedid1').key));
  t.notOk(inbox.hasEvent(at('plantedid1').key));
  t.equal(said('plantedid1', 'one'), undefined);
  t.equal(said('plantedid1', 'one', { readAtMs: NOW }), undefined, 'not by `wactl history` either');
  t.equal(said('plantedid2', 'two', { chat: TEAM, author: ANA }), undefined);
  t.equal(deleted('plantedid1'), null);
  t.equal(acked(3), null);
  t.ok(said('later', 'now readable'));
  t.ok(said('new', 'three'));
  t.equal(store.journal.page({ after: 0 }).events.length, 2);
});

t.test('a deleted message goes with the report of its deletion', async (t) => {
  const { store, purger, said } = await purging(t);
  said('1', 'deleted by an admin', { chat: TEAM, author: BEN });
  said('2', 'innocent', { chat: TEAM, author: BEN });
  const data = { key: `false_${TEAM}_1_${BEN}`, messageId: '1', chatId: TEAM, author: ANA, fromMe: false };
  for (const more of [1, 2])
    store.writeNow((tx) =>
      store.journal.append(tx, { type: 'message.revoke', timeMs: NOW + more, wid: WID, data }),
    );
  t.match(await purger.run(PERSON, true), { events: 3 });
  t.match(await purger.run(PERSON, false), { events: 3 });
  t.same(
    store.journal.page({ after: 0 }).events.map((event) => event.data.body),
    ['innocent'],
  );
});

t.test('the picture of a profile goes with the next one, and with the person', async (t) => {
  const { mediaStore, purger, filesWith, pictures, profile } = await purging(t);
  const shown = (content: string) => pictures.read(async () => profile(content));
  await shown('planted first');
  const { picture } = await shown('planted second');
  t.equal(filesWith('planted').length, 1);
  t.match(await mediaStore.get(picture?.id ?? ''), { id: picture?.id });
  t.match(await purger.run({ by: 'person', ids: [ANA] }, true), { files: 1 });
  t.match(await purger.run({ by: 'person', ids: [ANA] }, false), { files: 1 });
  t.same(filesWith('planted'), []);
});

t.test('the picture of a profile that is fetched during the purge is not kept', async (t) => {
  const { purger, filesWith, pictures, profile } = await purging(t);
  const during = await pictures.read(async () => {
    t.match(await purger.run(PERSON, false), { files: 0 });
    return profile('planted');
  });
  t.equal(during.picture, null);
  t.same(filesWith('planted'), []);
  await pictures.read(async () => profile('planted again'));
  t.equal(filesWith('planted').length, 1, 'and a later one is kept');
});

t.test('a file is never there without the note by which a purge finds it', async (t) => {
  const { fetcher, sending, purger, said, filesWith, directory } = await purging(t);
  said('1', '', { hasMedia: true });
  sending(async (take) => take('planted'));
  const { id } = await fetcher.fetch(parseMessageRef(`false_${ANA}_1`));
  for (const name of readdirSync(join(directory, 'media'))) rmSync(join(directory, 'media', name));
  // The last step fails, so that everything is as a crash leaves it right after that step.
  mkdirSync(join(directory, 'media', id, 'x'), { recursive: true });
  await t.rejects(fetcher.fetch(parseMessageRef(`false_${ANA}_1`)));
  rmSync(join(directory, 'media', id), { recursive: true });
  writeFileSync(join(directory, 'media', id), 'planted');
  t.match(await purger.run(PERSON, false), { files: 1 });
  t.same(filesWith('planted'), []);
});

t.test('one message among many leaves no word in the files', async (t) => {
  const { indexer, purger, said, filesWith } = await purging(t);
  // One part of the index, and too few deleted entries for FTS5 to rewrite it by itself:
  // https://sqlite.org/fts5.html#the_deletemerge_configuration_option
  for (let n = 0; n < 40; n += 1) said(`b${n}`, `innocent ${n}`, { chat: BEN });
  said('a', 'plantedalone');
  await indexer.catchUp(30_000);
  t.not(filesWith('plantedalone').length, 0, 'it was there');
  t.match(await purger.run(PERSON, false), { events: 1 });
  t.same(filesWith('plantedalone'), []);
});

t.test('a person is named by the whole number, and a deleted message of theirs counts once', async (t) => {
  const { store, purger, said } = await purging(t);
  said('1', 'ask @155500022223', { chat: TEAM, author: BEN });
  said('2', 'deleted by its author', { chat: TEAM, author: ANA });
  const data = { key: `false_${TEAM}_2_${ANA}`, messageId: '2', chatId: TEAM, author: ANA, fromMe: false };
  store.writeNow((tx) =>
    store.journal.append(tx, { type: 'message.revoke', timeMs: NOW + 1, wid: WID, data }),
  );
  t.match(await purger.run(PERSON, true), { events: 2 });
  t.match(await purger.run(PERSON, false), { events: 2 });
  t.same(
    store.journal.page({ after: 0 }).events.map((event) => event.data.body),
    ['ask @155500022223'],
  );
});

t.test('a chat, and an age', async (t) => {
  const { store, purger, said } = await purging(t);
  said('1', 'one');
  said('2', 'two', { chat: TEAM, author: ANA });
  said('3', 'three', { chat: BEN, atMs: NOW + 10 });
  said('4', 'four', { chat: BEN, readAtMs: NOW + 20 });
  const left = () => store.journal.page({ after: 0 }).events.map(({ data }) => data.body);
  t.match(await purger.run({ by: 'chat', ids: [ANA, LID] }, false), { events: 1, people: 0 });
  t.same(left(), ['two', 'three', 'four']);
  t.match(await purger.run({ by: 'age', beforeMs: NOW + 10 }, false), { events: 2, seen: 0 });
  t.same(left(), ['three']);
});

t.test('a message that is not sent yet is refused by name, and nothing is removed', async (t) => {
  const { store, purger, said } = await purging(t);
  said('1', 'one');
  store.writeNow((tx) => store.outbox.accept(tx, message(1, { chatId: LID as never, recipient: ANA })));
  await t.rejects(purger.run(PERSON, false), {
    kind: 'still_queued',
    details: { more: { ids: ['m-1'] } },
  } as unknown as Fault);
  t.equal(store.journal.page({ after: 0 }).events.length, 1);
});

t.test('a file that is being fetched during the purge is not stored', async (t) => {
  const { fetcher, sending, purger, said, filesWith, mediaStore } = await purging(t);
  said('1', '', { hasMedia: true });
  said('2', '', { hasMedia: true, chat: BEN });
  sending(async (take) => {
    await take('planted');
    await purger.run(PERSON, false);
    await take(' file');
  });
  t.equal(await kindOf(() => fetcher.fetch(parseMessageRef(`false_${ANA}_1`))), 'no_such_message');
  t.same(filesWith('planted'), []);
  const { id } = await fetcher.fetch(parseMessageRef(`false_${BEN}_2`));
  t.match(await mediaStore.get(id), { id }, 'that of another person is');
});

t.test('a file is found when the retention has removed its message', async (t) => {
  const { store, fetcher, sending, purger, said, mediaStore } = await purging(t);
  const daysAgo = (days: number) => Date.now() - days * 86_400_000;
  const fetched = async (id: string, chat: string, author?: string) => {
    said(id, '', { hasMedia: true, chat, atMs: daysAgo(9), ...(author !== undefined && { author }) });
    sending((take) => take(id));
    const key = `false_${chat}_${id}${author === undefined ? '' : `_${author}`}`;
    return (await fetcher.fetch(parseMessageRef(key))).id;
  };
  const files = [await fetched('1', LID), await fetched('2', TEAM, ANA), await fetched('3', TEAM, BEN)];
  const last = await fetched('4', BEN);
  const left = async () =>
    (await Promise.all([...files, last].map((id) => kindOf(() => mediaStore.get(id))))).join(' ');
  const cursors = store.journal.page({ after: 0 }).events.map(({ cursor }) => cursor);
  store.writeNow((tx) => store.purge.drop(tx, 'events', cursors));
  t.same(store.journal.page({ after: 0 }).events, []);
  t.match(await purger.run({ by: 'age', beforeMs: daysAgo(10) }, false), { files: 0 });
  t.match(await purger.run(PERSON, true), { files: 2 });
  t.match(await purger.run(PERSON, false), { files: 2 });
  t.equal(await left(), 'no_such_media no_such_media none none');
  t.match(await purger.run({ by: 'chat', ids: [TEAM] }, false), { files: 1 });
  t.match(await purger.run({ by: 'age', beforeMs: daysAgo(8) }, false), { files: 1 });
  t.equal(await left(), Array(4).fill('no_such_media').join(' '));
});

t.test('a file that another message has is kept, and so is one that is still to be sent', async (t) => {
  const { store, mediaStore, purger, said, file } = await purging(t);
  said('1', '', { hasMedia: true });
  said('2', '', { hasMedia: true });
  const shared = await file('shared', ['1']);
  await file('shared', ['9'], BEN);
  const queued = await file('queued', ['2']);
  store.writeNow((tx) =>
    store.outbox.accept(tx, message(1, { chatId: BEN, recipient: BEN, payload: { file: { id: queued } } })),
  );
  t.match(await purger.run(PERSON, false), { events: 2, files: 0 });
  t.match(await mediaStore.get(shared), { id: shared });
  t.match(await mediaStore.get(queued), { id: queued });
});

t.test('an outgoing message that is not sent yet outlives a purge that does not match it', async (t) => {
  const { store, purger } = await purging(t);
  store.writeNow((tx) =>
    store.outbox.accept(tx, message(1, { chatId: BEN, recipient: BEN, queuedAtMs: NOW + 50 })),
  );
  t.match(await purger.run({ by: 'age', beforeMs: NOW + 10 }, false), { outbox: 0 });
  t.ok(store.outbox.get('m-1'));
});

t.test('a purge of this account, or of a group as if it were a person, is refused', async (t) => {
  const { store, purger, said } = await purging(t);
  said('1', 'one');
  said('2', 'two', { chat: TEAM, author: ANA });
  const settled = { settled: async () => undefined };
  const handlers = searchHandlers(null as never, purger, settled as never, store, null as never);
  const purge = (person: string) => kindOf(() => handlers['message.purge']({ person }, null as never));
  const [own = ''] = WID.split('@');
  for (const person of [own, `+${own}`, WID, TEAM, 'status@broadcast'])
    t.equal(await purge(person), 'invalid_recipient', person);
  t.equal(store.journal.page({ after: 0 }).events.length, 2);
  t.equal(await purge(ANA), 'none');
  t.equal(store.journal.page({ after: 0 }).events.length, 0);
});

t.test('a message that is accepted during a purge is still sent', async (t) => {
  const { store, purger } = await purging(t);
  const purged = purger.run(PERSON, false);
  store.writeNow((tx) => store.outbox.accept(tx, message(1, { chatId: ANA, recipient: ANA })));
  t.match(await purged, { outbox: 0 });
  t.match(store.outbox.get('m-1'), { state: 'queued' });
});

t.test(
  'the age of a sent message is its last change, and that of a letter the time of its event',
  async (t) => {
    const { store, purger } = await purging(t);
    store.writeNow((tx) => {
      for (const [n, nowMs] of [
        [1, NOW + 9],
        [2, NOW + 10],
      ] as const) {
        store.outbox.accept(tx, message(n, { chatId: BEN, recipient: BEN }));
        store.outbox.change(tx, `m-${n}`, 'queued', { state: 'failed', nowMs });
      }
      for (const [cursor, timeMs] of [
        [7, NOW + 9],
        [8, NOW + 10],
      ] as const)
        store.deadLetters.add(tx, 'crm', {
          ...{ cursor, atMs: NOW + 1_000, attempts: 1, reason: 'x' },
          event: JSON.stringify({ time: new Date(timeMs).toISOString(), data: {} }),
        });
    });
    t.match(await purger.run({ by: 'age', beforeMs: NOW + 10 }, false), { outbox: 1, deadLetters: 1 });
    t.equal(store.outbox.get('m-1'), null);
    t.match(store.outbox.get('m-2'), { state: 'failed' });
  },
);
