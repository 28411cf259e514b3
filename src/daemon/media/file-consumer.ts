// A consumer of the journal that handles the files of received messages: with a cursor of its own, so that a restart skips
// none, and one file at a time, while a page is ready. A file that is not available does not block the others for ever.
import type { EventOf, WireEvent } from '../../protocol/events/index.js';
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import { parseMessageRef } from '../../protocol/wid.js';
import type { Store } from '../../store/store.js';
import type { Feed } from '../events/feed.js';
import { localPeer } from '../events/local-peer.js';
import type { Fetcher } from './fetcher.js';
import { Waker } from './waker.js';

export type MessageEvent = EventOf<'message'>;

export interface FileSources {
  readonly feed: Feed;
  readonly store: Store;
  readonly fetcher: Pick<Fetcher, 'fetch'>;
  readonly log: Log;
  /** The pauses between the attempts at one file, ms. */
  readonly delaysMs?: readonly number[];
}

/** What is done with the messages. */
export interface FileHandling {
  /** The name of the cursor. No client can acknowledge under a name with `media:`. */
  readonly name: string;
  /** The log event when the journal refuses what was done, for example on a full disk. It is tried again. */
  readonly notKept: string;
  isWanted(event: MessageEvent): boolean;
  /** Handles a message and moves the cursor. @returns false when it was closed before that */
  handle(event: MessageEvent, files: FileConsumer): Promise<boolean>;
}

export type Fetched =
  | { readonly is: 'fetched'; readonly id: string; readonly size: number }
  | { readonly is: 'failed'; readonly fault: Fault; readonly attempts: number }
  /** Its message was purged meanwhile. */
  | { readonly is: 'purged' }
  | { readonly is: 'closed' };

const PAGE = 100;
const DELAYS_MS = [5_000, 30_000, 120_000];
/** The pause when no page is ready; `wake` ends it early. */
const NOT_READY_MS = 30_000;
/** Kinds of faults when there is no page; such an attempt does not count. */
const LATER = new Set(['not_ready', 'not_linked', 'banned']);
/** Kinds of faults that the same call would raise again. */
const NEVER = new Set(['media_gone', 'media_too_large', 'no_such_message', 'unsupported_now']);

/** The caller closes it, before the store. */
export class FileConsumer {
  readonly #sources: FileSources;
  readonly #handling: FileHandling;
  readonly #delaysMs: readonly number[];
  readonly #closing = new AbortController();
  readonly #waker = new Waker(this.#closing.signal);
  readonly #over: Promise<void>;

  /** A new one begins with the next event. @throws (rejects) Fault disk_full, busy */
  static async open(sources: FileSources, handling: FileHandling): Promise<FileConsumer> {
    const { feed, store } = sources;
    if (store.consumers.place(handling.name) === null) await feed.ack(handling.name, feed.last);
    return new FileConsumer(sources, handling);
  }

  private constructor(sources: FileSources, handling: FileHandling) {
    this.#sources = sources;
    this.#handling = handling;
    this.#delaysMs = sources.delaysMs ?? DELAYS_MS;
    const peer = localPeer(this.#closing.signal, () => this.wake());
    sources.feed.subscribe(peer, { types: ['message'] });
    this.#over = this.#run();
  }

  /** Aborted when it closes. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Called when there is a new event, or a page that can be asked. */
  wake(): void {
    this.#waker.wake();
  }

  /** Resolves when nothing runs any more. Never rejects. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.wake();
    await this.#over;
  }

  /** Fetches the file of a message, in several attempts. */
  async fetch({ cursor, data }: MessageEvent, maxBytes: number): Promise<Fetched> {
    const { fetcher, store } = this.#sources;
    for (let attempts = 0; !this.signal.aborted; ) {
      if (store.isPurged(cursor)) return { is: 'purged' };
      try {
        const { id, size } = await fetcher.fetch(parseMessageRef(data.key), maxBytes);
        return { is: 'fetched', id, size };
      } catch (error) {
        const fault = Fault.of(error);
        if (fault.kind === 'shutting_down') break;
        if (store.isPurged(cursor)) return { is: 'purged' };
        if (LATER.has(fault.kind)) {
          await this.#waker.rest(NOT_READY_MS);
          continue;
        }
        const delayMs = this.#delaysMs[attempts];
        attempts += 1;
        if (NEVER.has(fault.kind) || delayMs === undefined) return { is: 'failed', fault, attempts };
        await this.#waker.whole(delayMs);
      }
    }
    return { is: 'closed' };
  }

  async #run(): Promise<void> {
    while (!this.signal.aborted) {
      try {
        await this.#goOn();
      } catch (error) {
        if (Fault.of(error).kind === 'shutting_down') return;
        this.#sources.log.warn(this.#handling.notKept, { err: error });
        await this.#waker.whole(this.#delaysMs[0] ?? 0);
      }
    }
  }

  /** Handles a page of events, or waits until there is one. @throws (rejects) Fault disk_full, busy, shutting_down */
  async #goOn(): Promise<void> {
    const { feed, store } = this.#sources;
    const { name } = this.#handling;
    const place = store.consumers.place(name) ?? 0;
    const { events, next } = feed.list({ after: place, types: ['message'], limit: PAGE });
    // In the same event-loop turn as the read, so that no event is missed in between.
    if (next === place) return this.#waker.rest();
    for (const event of events)
      if (this.#isWanted(event) && !(await this.#handling.handle(event, this))) return;
    await feed.ack(name, next);
  }

  #isWanted(event: WireEvent): event is MessageEvent {
    const { type, data } = event;
    if (type !== 'message' || data.hasMedia !== true || data.fromMe === true) return false;
    return this.#handling.isWanted(event);
  }
}
