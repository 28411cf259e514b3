// Turns received voice messages into text with a program of the user's (`[transcribe]`). A consumer of the journal with its
// own cursor, so that a restart skips none: the text is an event, appended in the write that moves the cursor, so each
// message has one. One file at a time, while a page is ready. Nothing is tried for ever.
import type { Config } from '../../config/keys.js';
import { fitsMediaRules, mediaLimit } from '../../config/media-rule.js';
import type { EventData, EventOf, WireEvent } from '../../protocol/events/index.js';
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import { parseMessageRef } from '../../protocol/wid.js';
import type { Store } from '../../store/store.js';
import type { Feed } from '../events/feed.js';
import { localPeer } from '../events/local-peer.js';
import { type Ran, runBounded } from './bounded-command.js';
import type { Fetcher } from './fetcher.js';
import { Waker } from './waker.js';

type MessageEvent = EventOf<'message'>;
type Failure = NonNullable<EventData<'message.transcript'>['error']>;
type Outcome = { readonly text: string } | { readonly error: Failure };

export interface TranscriberOptions {
  readonly config: Config['transcribe'];
  readonly feed: Feed;
  readonly store: Store;
  readonly fetcher: Pick<Fetcher, 'fetch'>;
  /** The path of a file in the media store. */
  readonly pathOf: (id: string) => string;
  readonly log: Log;
  /** The pauses between the attempts at one file, ms. */
  readonly delaysMs?: readonly number[];
  readonly now?: () => number;
}

/** No client can acknowledge under such a name. */
const CONSUMER = 'media:transcripts';
/** Where the program was started for the first and the second time: the bound on restarts in the middle of it. */
const BEGUN = ['media:transcribing-1', 'media:transcribing-2'];
const PAGE = 100;
const DELAYS_MS = [5_000, 30_000, 120_000];
/** The pause when no page is ready; `wake` ends it early. */
const NOT_READY_MS = 30_000;
/** Kinds of faults when there is no page; such an attempt does not count. */
const LATER = new Set(['not_ready', 'not_linked', 'banned']);
/** Kinds of faults that the same call would raise again. */
const NEVER = new Set(['media_gone', 'media_too_large', 'no_such_message', 'unsupported_now']);
/** The bound on the queue: an older message is passed over. */
const MAX_AGE_MS = 24 * 3_600_000;

/** The caller closes it, before the store. */
export class Transcriber {
  readonly #options: TranscriberOptions;
  readonly #now: () => number;
  readonly #closing = new AbortController();
  readonly #waker = new Waker(this.#closing.signal);
  readonly #over: Promise<void>;

  /** A new one begins with the next event. @throws (rejects) Fault disk_full, busy */
  static async open(options: TranscriberOptions): Promise<Transcriber> {
    const { feed, store } = options;
    if (store.consumers.place(CONSUMER) === null) await feed.ack(CONSUMER, feed.last);
    return new Transcriber(options);
  }

  private constructor(options: TranscriberOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const peer = localPeer(this.#closing.signal, () => this.wake());
    options.feed.subscribe(peer, { types: ['message'] });
    this.#over = this.#run();
  }

  /** Called when there is a new event, or a page that can be asked. */
  wake(): void {
    this.#waker.wake();
  }

  /** Kills the program that runs; its message comes again after the next start. Never rejects. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.wake();
    await this.#over;
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await this.#goOn();
      } catch (error) {
        // The journal refused the event, for example on a full disk.
        if (Fault.of(error).kind === 'shutting_down') return;
        this.#options.log.warn('transcribe.not-kept', { err: error });
        await this.#waker.whole(this.#options.delaysMs?.[0] ?? DELAYS_MS[0] ?? 0);
      }
    }
  }

  /** Handles a page of events, or waits until there is one. @throws (rejects) Fault disk_full, busy, shutting_down */
  async #goOn(): Promise<void> {
    const { feed, store } = this.#options;
    const place = store.consumers.place(CONSUMER) ?? 0;
    const { events, next } = feed.list({ after: place, types: ['message'], limit: PAGE });
    // In the same event-loop turn as the read, so that no event is missed in between.
    if (next === place) return this.#waker.rest();
    for (const event of events) {
      if (!this.#isWanted(event) || store.isPurged(event.cursor)) continue;
      const outcome = await this.#transcribe(event);
      if (outcome === null) return;
      await this.#keep(event, outcome);
    }
    await feed.ack(CONSUMER, next);
  }

  #isWanted(event: WireEvent): event is MessageEvent {
    const { type, data, time } = event;
    if (type !== 'message' || data.hasMedia !== true || data.fromMe === true) return false;
    if (!fitsMediaRules(this.#options.config.kinds, data.type, data.media?.size ?? null)) return false;
    if (this.#now() - Date.parse(time) <= MAX_AGE_MS) return true;
    this.#options.log.info('transcribe.too-old', { key: data.key });
    return false;
  }

  #keep({ cursor, data }: MessageEvent, outcome: Outcome): Promise<unknown> {
    const { feed, store, log } = this.#options;
    const { key, messageId, chatId, author, fromMe, chat, sender, people } = data;
    const error = 'error' in outcome ? outcome.error : null;
    if (error !== null) log.warn('transcribe.failed', { key, kind: error.kind });
    const about = { key, messageId, chatId, author, fromMe, chat, sender, people };
    const text = 'text' in outcome ? outcome.text : null;
    return feed.write((tx, keep) => {
      // The message was purged meanwhile, and its words go with it.
      if (!store.isPurged(cursor))
        keep(feed.keepIn(tx, 'message.transcript', { ...about, text, language: null, error }));
      store.consumers.ack(tx, CONSUMER, cursor, this.#now());
    });
  }

  /** Null when it was closed before this message was done. */
  async #transcribe(event: MessageEvent): Promise<Outcome | null> {
    const { config, feed, store, pathOf } = this.#options;
    const file = await this.#file(event);
    if (file === null || typeof file !== 'string') return file;
    const free = BEGUN.find((name) => (store.consumers.place(name) ?? 0) < event.cursor);
    if (free === undefined)
      return { error: { kind: 'interrupted', reason: 'The daemon ended twice while the program ran.' } };
    await feed.ack(free, event.cursor);
    const { signal } = this.#closing;
    const ran: Ran = await runBounded({
      command: config.command,
      file: pathOf(file),
      seconds: config.timeoutSeconds,
      signal,
    });
    if (signal.aborted) return null;
    return ran.ok ? { text: ran.text } : { error: { kind: ran.kind, reason: ran.reason } };
  }

  /** The id of its file; null when it was closed before. */
  async #file({ cursor, data }: MessageEvent): Promise<string | { readonly error: Failure } | null> {
    const { fetcher, config, store, delaysMs = DELAYS_MS } = this.#options;
    const maxBytes = mediaLimit(config.kinds, data.type) ?? 0;
    for (let failures = 0; !this.#closing.signal.aborted; ) {
      if (store.isPurged(cursor)) return { error: { kind: 'no_file', reason: 'The message was purged.' } };
      try {
        return (await fetcher.fetch(parseMessageRef(data.key), maxBytes)).id;
      } catch (error) {
        const { kind, message } = Fault.of(error);
        if (kind === 'shutting_down') return null;
        if (LATER.has(kind)) {
          await this.#waker.rest(NOT_READY_MS);
          continue;
        }
        const delayMs = delaysMs[failures];
        failures += 1;
        if (NEVER.has(kind) || delayMs === undefined) return { error: { kind: 'no_file', reason: message } };
        await this.#waker.whole(delayMs);
      }
    }
    return null;
  }
}
