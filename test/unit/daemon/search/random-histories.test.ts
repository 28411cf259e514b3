// Random histories of a journal: whatever is stored, edited, deleted and purged, in whichever order with the steps of the
// index, with crashes in between: a search finds exactly what a list of the messages has.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Feed } from '../../../../src/daemon/events/feed.js';
import { MediaStore } from '../../../../src/daemon/media/media-store.js';
import { Purger } from '../../../../src/daemon/purge.js';
import { Indexer } from '../../../../src/daemon/search/indexer.js';
import { MessageSearch } from '../../../../src/daemon/search/message-search.js';
import { openStore } from '../../../../src/store/open.js';
import type { Store } from '../../../../src/store/store.js';
import { type Dice, diceOf } from '../../../harness/dice.js';
import { crashed, NOW, scratch, WID } from '../../store/scratch.js';

const log = Object.fromEntries(
  ['debug', 'info', 'warn', 'error'].map((level) => [level, () => undefined]),
) as never;

const SEED = Number(process.env.WAD_SEED ?? Math.floor(Math.random() * 1e6));
const ROUNDS = Number(process.env.WAD_ROUNDS ?? 6);
const ACTS = 60;
const WORDS = ['amber', 'birch', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'heron'];
const CHATS = ['15550002222@c.us', '15550003333@c.us', '120363000000000001@g.us'];
const DAY_MS = 86_400_000;

interface Said {
  readonly id: string;
  /** A word that no other message has, in every text of it. Its first letters differ, as the index shares those of neighbours. */
  readonly own: string;
  readonly chat: string;
  readonly atMs: number;
  /** Null: deleted for everyone. */
  words: readonly string[] | null;
}

/** One life of a daemon on a directory. */
interface Life {
  readonly directory: string;
  readonly store: Store;
  readonly indexer: Indexer;
  readonly search: MessageSearch;
  readonly purger: Purger;
}

async function begin(directory: string): Promise<Life> {
  const store = openStore({ directory, now: () => NOW });
  store.writeNow((tx) => store.account.link(tx, WID, NOW));
  const feed = new Feed({ account: 'test', store, log });
  // It makes no step of its own: the history says when.
  const indexer = new Indexer({ directory, store, feed, log, startMs: 1e9 });
  const mediaStore = await MediaStore.open(join(directory, 'media'), () => new Set());
  const purger = new Purger({
    store,
    mediaStore,
    fetcher: { forget: () => undefined },
    pictures: { forget: () => undefined },
    indexer,
    directory,
    log,
  });
  return { directory, store, indexer, search: new MessageSearch(indexer, store), purger };
}

async function end({ indexer, store }: Life): Promise<void> {
  await indexer.close();
  store.close();
}

class History {
  readonly #t: Test;
  readonly #dice: Dice;
  readonly acts: string[] = [];
  #life: Life;
  #said: Said[] = [];
  /** Messages that are gone. */
  readonly #gone: Said[] = [];
  #n = 0;

  constructor(t: Test, dice: Dice, life: Life) {
    this.#t = t;
    this.#dice = dice;
    this.#life = life;
  }

  async run(): Promise<void> {
    const acts: readonly (readonly [number, string, () => void | Promise<void>])[] = [
      [10, 'store', () => this.#store()],
      [5, 'edit', () => this.#edit()],
      [3, 'delete', () => this.#delete()],
      [5, 'index', () => this.#life.indexer.catchUp(this.#dice.pick([0, 30_000]))],
      [5, 'search', () => this.#compare()],
      [2, 'expire', () => this.#expire()],
      [2, 'purge', () => this.#purge()],
      [2, 'crash', () => this.#crash()],
      [1, 'crash in a purge', () => this.#crashInPurge()],
      [1, 'restart', () => this.#restart()],
    ];
    const choices = acts.flatMap((act) => Array.from({ length: act[0] }, () => act));
    for (let i = 0; i < ACTS; i += 1) {
      const [, name, act] = this.#dice.pick(choices);
      this.acts.push(name);
      await act();
    }
    await this.#compare();
  }

  close(): Promise<void> {
    return end(this.#life);
  }

  #words(): string[] {
    return Array.from({ length: 1 + Math.floor(this.#dice.roll() * 4) }, () => this.#dice.pick(WORDS));
  }

  #store(): void {
    const { store } = this.#life;
    const count = this.#dice.pick([1, 3, 40]);
    for (let i = 0; i < count; i += 1) {
      this.#n += 1;
      const own = `${((this.#n * 2_654_435_761) % 2 ** 32).toString(36)}own`;
      const [id, chat, words] = [`M${this.#n}`, this.#dice.pick(CHATS), [...this.#words(), own]];
      const atMs = NOW + this.#n * 1_000;
      const key = `false_${chat}_${id}`;
      const data = {
        ...{
          key,
          messageId: id,
          chatId: chat,
          from: chat,
          to: WID,
          author: null,
          fromMe: false,
          type: 'text',
        },
        ...{ body: words.join(' '), timestamp: new Date(atMs).toISOString(), hasMedia: false, media: null },
        ...{
          details: null,
          mentions: [],
          chat: { id: chat, phone: null, lid: null },
          sender: null,
          people: [],
        },
      };
      const seen = { key, messageId: id, ack: 1 };
      store.writeNow((tx) =>
        store.messages.appendOnce(tx, seen, { type: 'message', timeMs: atMs, wid: WID, data }),
      );
      this.#said.push({ id, own, chat, atMs, words });
    }
  }

  #change(type: 'message.edit' | 'message.revoke', words: (own: string) => readonly string[] | null): void {
    const { store } = this.#life;
    const open = this.#said.filter((one) => one.words !== null);
    if (open.length === 0) return;
    const one = this.#dice.pick(open);
    one.words = words(one.own);
    const atMs = NOW + this.#n * 1_000;
    const data = {
      ...{
        key: `false_${one.chat}_${one.id}`,
        messageId: one.id,
        chatId: one.chat,
        fromMe: false,
        author: null,
      },
      ...{
        timestamp: new Date(atMs).toISOString(),
        ...(one.words === null ? {} : { body: one.words.join(' ') }),
      },
    };
    store.writeNow((tx) => store.journal.append(tx, { type, timeMs: atMs, wid: WID, data }));
  }

  #edit(): void {
    this.#change('message.edit', (own) => [...this.#words(), own]);
  }

  #delete(): void {
    this.#change('message.revoke', () => null);
  }

  #keep(isKept: (one: Said) => boolean): void {
    this.#gone.push(...this.#said.filter((one) => !isKept(one)));
    this.#said = this.#said.filter(isKept);
  }

  /** The retention removes the oldest. */
  async #expire(): Promise<void> {
    const old = this.#said.at(Math.floor(this.#said.length * this.#dice.roll() * 0.3));
    if (old === undefined) return;
    await this.#life.store.sweep({ nowMs: old.atMs + DAY_MS, retentionDays: 1, maxMb: 100 });
    this.#keep(({ atMs }) => atMs >= old.atMs);
  }

  /** Sometimes the index takes a step in every turn of the purge. */
  async #purge(): Promise<void> {
    const chat = this.#dice.pick(CHATS);
    let isOver = this.#dice.roll() < 0.5;
    const purged = this.#life.purger.run({ by: 'chat', ids: [chat] }, false).finally(() => {
      isOver = true;
    });
    for (; !isOver; await new Promise(setImmediate)) await this.#life.indexer.catchUp(1);
    await purged;
    this.#keep((one) => one.chat !== chat);
    await this.#compare();
    this.#compareFiles(chat);
  }

  /** The files as they are at a random moment of a purge; then it is asked for again. */
  async #crashInPurge(): Promise<void> {
    const chat = this.#dice.pick(CHATS);
    const running = this.#life.purger.run({ by: 'chat', ids: [chat] }, false);
    let isOver = false;
    const over = running.finally(() => {
      isOver = true;
    });
    for (let turns = Math.floor(this.#dice.roll() * 60); turns > 0 && !isOver; turns -= 1)
      await new Promise(setImmediate);
    const copy = crashed(this.#t, this.#life.directory);
    await over;
    await end(this.#life);
    this.#life = await begin(copy);
    await this.#life.purger.run({ by: 'chat', ids: [chat] }, false);
    this.#keep((one) => one.chat !== chat);
    await this.#compare();
    this.#compareFiles(chat);
  }

  async #crash(): Promise<void> {
    const copy = crashed(this.#t, this.#life.directory);
    await end(this.#life);
    this.#life = await begin(copy);
  }

  async #restart(): Promise<void> {
    await end(this.#life);
    this.#life = await begin(this.#life.directory);
  }

  async #compare(): Promise<void> {
    const asked = [this.#dice.pick(WORDS), this.#dice.pick(WORDS)].slice(0, this.#dice.pick([1, 2]));
    const { messages, next, behind } = await this.#life.search.find({
      ...{ text: asked.join(' '), chat: null, sender: null, kinds: null, fromMe: null },
      ...{ sinceMs: null, untilMs: null, order: 'newest', limit: 10_000, after: null },
    });
    const expected = this.#said.filter(({ words }) => asked.every((word) => words?.includes(word)));
    const text = (id: string) => this.#said.find((one) => one.id === id)?.words?.join(' ');
    this.#t.same(
      messages.map(({ message }) => [message.messageId, message.body]),
      expected.map(({ id }) => [id, text(id)]).reverse(),
      `${asked.join(' ')} after ${this.acts.join(', ')}`,
    );
    this.#t.same([next, behind], [null, 0], 'everything was seen');
  }

  /**
   * After a purge no byte of the index is of a message that is gone, however it went, and no byte of the store of a message of the chat.
   * What the retention has removed may live on in the store in an edit of it.
   */
  #compareFiles(chat: string): void {
    const all = this.#life.indexer.index.find(WORDS.map((word) => `"${word}"`).join(' OR '), {
      ...{ above: 0, upTo: Number.MAX_SAFE_INTEGER, limit: 10_000 },
    });
    this.#t.equal(
      all.length,
      this.#said.filter(({ words }) => words !== null).length,
      'entries and messages',
    );
    for (const [file, gone] of [
      ['search.sqlite', this.#gone],
      ['wad.sqlite', this.#gone.filter((one) => one.chat === chat)],
    ] as const) {
      const bytes = [file, `${file}-wal`]
        .map((name) => readFileSync(join(this.#life.directory, name)).toString('latin1'))
        .join('');
      this.#t.same(
        gone.filter(({ own }) => bytes.includes(own)).map(({ own }) => own),
        [],
        `no byte of them is in ${file}`,
      );
    }
  }
}

for (let round = 0; round < ROUNDS; round += 1) {
  const seed = SEED + round;
  t.test(`seed ${seed}`, async (t) => {
    const history = new History(t, diceOf(seed), await begin(scratch(t)));
    t.teardown(() => history.close());
    await history.run();
  });
}
