// Removes what the daemon has recorded of a time, a chat or a person: in small steps, each a write of its own, and
// afterwards the bytes themselves from the store's files. Only counts remain.
import { readdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { parseMessageRef } from '../protocol/wid.js';
import { hasMessage, type StoredEvent } from '../store/event.js';
import type { Store } from '../store/store.js';
import { FULL_MB, freeMbAt } from './machine/free-space.js';
import type { Fetcher } from './media/fetcher.js';
import type { FileOrigin, MediaStore } from './media/media-store.js';
import { type ProfilePictures, profileNote } from './media/profile-pictures.js';
import { type Matcher, matcherOf, type PurgeFilter, type Recorded } from './purge-matcher.js';
import type { Indexer } from './search/indexer.js';

export interface Purged {
  readonly events: number;
  readonly outbox: number;
  readonly deadLetters: number;
  readonly seen: number;
  readonly people: number;
  readonly files: number;
  /** False: the store is written anew at the next start only, because it is large. */
  readonly complete: boolean;
}

const OPEN = new Set(['queued', 'sending', 'unknown']);
/** The pause between two steps: other work goes first. */
const BREATH_MS = 2;
const REPORT_MS = 5_000;
/** One purge at a time. Nothing to close. */
export class Purger {
  readonly #store: Store;
  readonly #mediaStore: MediaStore;
  readonly #fetcher: Pick<Fetcher, 'forget'>;
  readonly #pictures: Pick<ProfilePictures, 'forget'>;
  readonly #indexer: Indexer;
  readonly #directory: string;
  readonly #log: Log;
  #running = false;

  constructor(parts: {
    readonly store: Store;
    readonly mediaStore: MediaStore;
    readonly fetcher: Pick<Fetcher, 'forget'>;
    readonly pictures: Pick<ProfilePictures, 'forget'>;
    readonly indexer: Indexer;
    /** Where the store is, with the copies that were put aside. */
    readonly directory: string;
    readonly log: Log;
  }) {
    this.#store = parts.store;
    this.#mediaStore = parts.mediaStore;
    this.#fetcher = parts.fetcher;
    this.#pictures = parts.pictures;
    this.#indexer = parts.indexer;
    this.#directory = parts.directory;
    this.#log = parts.log;
  }

  /**
   * @param isDry counts what would be removed, and removes nothing
   * @throws (rejects) Fault still_queued, busy, disk_full, shutting_down
   */
  async run(filter: PurgeFilter, isDry: boolean): Promise<Purged> {
    if (this.#running) throw new Fault('busy', { reason: 'another purge is running', hint: null });
    this.#running = true;
    try {
      return await this.#run(filter, isDry);
    } finally {
      this.#running = false;
    }
  }

  /** Copies of a damaged store that were put aside: nobody can search them, so a person has to delete them. */
  async leftovers(): Promise<string[]> {
    const names = await readdir(this.#directory);
    return names.filter((name) => name.startsWith('wad.sqlite.corrupt-')).sort();
  }

  async #run(filter: PurgeFilter, isDry: boolean): Promise<Purged> {
    const { purge } = this.#store;
    const matcher = matcherOf(filter);
    this.#refuseOpen(matcher);
    if (!isDry) {
      await this.#refuseFullDisk();
      this.#indexer.index.beginPurge();
      purge.begin();
    }
    const notes = new Set(filter.by === 'person' ? filter.ids.map(profileNote) : []);
    const files = new Set<string>();
    const events = await this.#events(matcher, isDry, notes);
    const outbox = await this.#outbox(matcher, isDry, files);
    const deadLetters = await this.#letters(matcher, isDry);
    const seen = filter.by === 'age' ? 0 : await this.#seen(matcher, isDry);
    const people =
      filter.by !== 'person' || isDry ? 0 : await this.#store.write((tx) => purge.dropPeople(tx, filter.ids));
    const isFrom = (origin: FileOrigin) => matcher.file(origin);
    // First those that are not on disk yet.
    if (!isDry) {
      this.#fetcher.forget(notes, isFrom);
      this.#pictures.forget(notes);
    }
    const removed = await this.#mediaStore.forget([...notes], [...files], isDry, isFrom);
    const counts = { events, outbox, deadLetters, seen, people, files: removed };
    const complete = purge.isSmall;
    if (isDry) return { ...counts, complete };
    await this.#store.write((tx) => purge.note(tx, { atMs: Date.now(), by: filter.by, counts }));
    while (this.#indexer.forgetExpired()) await pause(BREATH_MS);
    for (let first = true; this.#indexer.index.scrub(first); first = false) await pause(BREATH_MS);
    this.#indexer.index.endPurge();
    // An index that was emptied is made anew from now on, not only with the next event.
    this.#indexer.wake();
    // The index has blocked for some seconds.
    await pause(BREATH_MS);
    if (complete) purge.scrub();
    this.#log.info('store.purged', { by: filter.by, ...counts, complete });
    return { ...counts, complete };
  }

  /** @throws Fault still_queued */
  #refuseOpen(matcher: Matcher): void {
    const { outbox } = this.#store;
    const open: string[] = [];
    for (let after = 0; ; ) {
      const rows = outbox.inStates(['queued', 'sending', 'unknown'], { after });
      open.push(...rows.filter((row) => matcher.message(row)).map(({ id }) => id));
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.seq;
    }
    if (open.length === 0) return;
    const [first = ''] = open;
    const reason =
      open.length === 1
        ? `A message is not sent yet: ${first}.`
        : `${open.length} messages are not sent yet, ${first} is one.`;
    throw new Fault('still_queued', { reason, more: { ids: open.slice(0, 100) } });
  }

  /** Otherwise it would fail at the end, when the rows are gone and their bytes are still there. @throws (rejects) Fault disk_full */
  async #refuseFullDisk(): Promise<void> {
    const bytes = Math.max(this.#store.purge.scrubBytes, this.#indexer.index.scrubBytes);
    const neededMb = Math.ceil(bytes / 2 ** 20) + FULL_MB;
    const freeMb = await freeMbAt(this.#directory);
    if (freeMb >= neededMb) return;
    throw new Fault('disk_full', {
      reason: `a purge writes the store anew, which needs ${neededMb} MB free at ${this.#directory}, and ${freeMb} MB are; nothing was removed`,
      hint: `df -h ${this.#directory}`,
    });
  }

  async #events(matcher: Matcher, isDry: boolean, notes: Set<string>): Promise<number> {
    const { purge, journal } = this.#store;
    /** Messages that go with the report of their deletion. */
    const revoked = new Set<number>();
    let count = 0;
    let reportAt = performance.now() + REPORT_MS;
    for (let after = 0; ; ) {
      const page = purge.events(after);
      const last = page.at(-1);
      if (last === undefined) return count;
      after = last.cursor;
      const gone = page.filter((event) => matcher.event(event));
      for (const event of [...gone]) {
        const message = this.#revokedBy(event);
        if (message === null || revoked.has(message.cursor) || matcher.event(message)) continue;
        revoked.add(message.cursor);
        gone.push(message);
      }
      count += gone.length;
      for (const event of gone) {
        const note = noteOf(event);
        if (note !== null) notes.add(note);
      }
      if (!isDry && gone.length > 0) {
        const cursors = gone.map(({ cursor }) => cursor);
        await this.#store.write((tx) => purge.drop(tx, 'events', cursors));
        this.#indexer.forget(cursors);
      }
      if (performance.now() > reportAt) {
        this.#log.info('store.purging', { events: count, left: journal.last - after });
        reportAt = performance.now() + REPORT_MS;
      }
      await pause(BREATH_MS);
    }
  }

  /** The message of a report that it was deleted: without the report, an index made anew would find it again. */
  #revokedBy({ type, wid, data }: StoredEvent): StoredEvent | null {
    if (type !== 'message.revoke' || typeof data.key !== 'string') return null;
    const { messages, journal } = this.#store;
    const cursor = messages.get(data.key, wid)?.cursor ?? null;
    return cursor === null ? null : journal.get(cursor);
  }

  async #outbox(matcher: Matcher, isDry: boolean, files: Set<string>): Promise<number> {
    const { purge } = this.#store;
    let count = 0;
    for (let after = 0; ; ) {
      const page = purge.outbox(after);
      const last = page.at(-1);
      if (last === undefined) return count;
      after = last.seq;
      const gone = page.filter((row) => !OPEN.has(row.state) && matcher.message(row));
      count += gone.length;
      for (const { payload } of gone) {
        const { id } = (payload.file ?? {}) as { id?: unknown };
        if (typeof id === 'string') files.add(id);
      }
      const seqs = gone.map(({ seq }) => seq);
      if (!isDry && seqs.length > 0) await this.#store.write((tx) => purge.drop(tx, 'outbox', seqs));
      await pause(BREATH_MS);
    }
  }

  async #letters(matcher: Matcher, isDry: boolean): Promise<number> {
    const { purge } = this.#store;
    let count = 0;
    for (let after = { webhook: '', cursor: 0 }; ; ) {
      const page = purge.letters(after);
      const last = page.at(-1);
      if (last === undefined) return count;
      after = last;
      const gone = page.filter(({ event, at }) => {
        const { type = '', data, time } = JSON.parse(event) as Partial<Recorded> & { time?: string };
        return matcher.event({ type, timeMs: time === undefined ? at : Date.parse(time), data });
      });
      count += gone.length;
      if (!isDry && gone.length > 0) await this.#store.write((tx) => purge.dropLetters(tx, gone));
      await pause(BREATH_MS);
    }
  }

  async #seen(matcher: Matcher, isDry: boolean): Promise<number> {
    const { purge, messages } = this.#store;
    let count = 0;
    for (let after = 0; ; ) {
      const page = purge.seen(after);
      const last = page.at(-1);
      if (last === undefined) return count;
      after = last.serial;
      const gone = page.filter(({ key }) => matcher.key(key)).map(({ serial }) => serial);
      count += gone.length;
      if (!isDry && gone.length > 0) await this.#store.write((tx) => messages.purge(tx, gone));
      await pause(BREATH_MS);
    }
  }
}

/** The name under which the media store knows the file of a message. */
function noteOf({ type, wid, data }: StoredEvent): string | null {
  if (!hasMessage(type) || data.hasMedia !== true || typeof data.key !== 'string') return null;
  const { id, place } = parseMessageRef(data.key);
  return place && JSON.stringify([wid, place.fromMe, place.remote, place.participant, id]);
}
