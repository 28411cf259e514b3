// Turns voice messages into text with a program of the user's (`[transcribe]`): those that arrive, and others on request. The
// text of a message that arrived is an event, appended in the write that moves the cursor, so each has one. One program runs at
// a time. Nothing is tried for ever.
import type { Config } from '../../config/keys.js';
import { fitsMediaRules, mediaLimit } from '../../config/media-rule.js';
import type { EventData } from '../../protocol/events/index.js';
import { Fault } from '../../protocol/fault.js';
import { parseMessageRef } from '../../protocol/wid.js';
import { limited } from '../machine/time-limit.js';
import { runBounded } from './bounded-command.js';
import { FileConsumer, type FileHandling, type FileSources, type MessageEvent } from './file-consumer.js';

type Failure = NonNullable<EventData<'message.transcript'>['error']>;
export type Outcome = { readonly text: string } | { readonly error: Failure };

export interface TranscriberOptions extends FileSources {
  readonly config: Config['transcribe'];
  /** The path of a file in the media store. */
  readonly pathOf: (id: string) => string;
  readonly now?: () => number;
}

const CONSUMER = 'media:transcripts';
/** Where the program was started for the first and the second time: the bound on restarts in the middle of it. */
const BEGUN = ['media:transcribing-1', 'media:transcribing-2'];
/** The bound on the queue: an older message is passed over. */
const MAX_AGE_MS = 24 * 3_600_000;
/** Requests that wait for their turn. */
const MAX_WAITING = 8;

/** A message of the journal, whose event has this cursor. */
export type RecordedMessage = Pick<MessageEvent, 'cursor' | 'data'>;

export interface Transcriber {
  /** Called when there is a page that can be asked. */
  wake(): void;
  /**
   * Turns one message into text, and reports it. @throws (rejects) Fault no_such_media, those of media.fetch, busy, disk_full,
   * shutting_down, and the reason of the signal
   */
  transcribe(message: RecordedMessage, signal: AbortSignal): Promise<Outcome>;
  close(): Promise<void>;
}

/**
 * The caller closes it, before the store. That kills the program that runs; its message comes again after the next start.
 * @throws (rejects) Fault disk_full, busy
 */
export async function openTranscriber(options: TranscriberOptions): Promise<Transcriber> {
  const handling = new Transcription(options);
  const consumer = await FileConsumer.open(options, handling);
  return {
    wake: () => consumer.wake(),
    transcribe: (message, signal) => handling.request(message, AbortSignal.any([consumer.signal, signal])),
    close: async () => {
      await consumer.close();
      await handling.idle();
    },
  };
}

class Transcription implements FileHandling {
  readonly name = CONSUMER;
  readonly notKept = 'transcribe.not-kept';
  readonly #options: TranscriberOptions;
  readonly #now: () => number;
  /** The end of the program that was started last. */
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: TranscriberOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  isWanted({ data, time }: MessageEvent): boolean {
    const { config, log } = this.#options;
    if (!fitsMediaRules(config.kinds, data.type, data.media?.size ?? null)) return false;
    if (this.#now() - Date.parse(time) <= MAX_AGE_MS) return true;
    log.info('transcribe.too-old', { key: data.key });
    return false;
  }

  async handle(event: MessageEvent, files: FileConsumer): Promise<boolean> {
    const outcome = await this.#transcribe(event, files);
    if (outcome === 'closed') return false;
    await (outcome === 'purged'
      ? this.#options.feed.ack(CONSUMER, event.cursor)
      : this.#keep(event, outcome, true));
    return true;
  }

  /** @param signal aborted when the caller goes, or when this closes */
  async request(message: RecordedMessage, signal: AbortSignal): Promise<Outcome> {
    const { config, fetcher } = this.#options;
    const { key, type, hasMedia } = message.data;
    const limit = hasMedia ? mediaLimit(config.kinds, type) : null;
    if (limit === null)
      throw new Fault('no_such_media', {
        reason: `The message has no file of transcribe.kinds (${config.kinds.join(', ')}).`,
      });
    if (this.#waiting >= MAX_WAITING) throw new Fault('busy', { reason: `${MAX_WAITING} messages wait.` });
    this.#waiting += 1;
    try {
      const fetched = await untilAborted(fetcher.fetch(parseMessageRef(key), limit), signal);
      const outcome = fetched === 'closed' ? fetched : await this.#run(fetched.id, signal);
      if (outcome === 'closed')
        throw signal.reason instanceof Fault ? signal.reason : new Fault('shutting_down');
      await this.#keep(message, outcome, false);
      return outcome;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Resolves when no request is left. */
  async idle(): Promise<void> {
    await this.#last;
  }

  /** @param isInTurn moves the cursor */
  #keep({ cursor, data }: RecordedMessage, outcome: Outcome, isInTurn: boolean): Promise<unknown> {
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
      if (isInTurn) store.consumers.ack(tx, CONSUMER, cursor, this.#now());
    });
  }

  async #transcribe(event: MessageEvent, files: FileConsumer): Promise<Outcome | 'purged' | 'closed'> {
    const { config, feed, store } = this.#options;
    const fetched = await files.fetch(event, mediaLimit(config.kinds, event.data.type) ?? 0);
    if (fetched.is === 'closed' || fetched.is === 'purged') return fetched.is;
    if (fetched.is === 'failed') return { error: { kind: 'no_file', reason: fetched.fault.message } };
    const free = BEGUN.find((name) => (store.consumers.place(name) ?? 0) < event.cursor);
    if (free === undefined)
      return { error: { kind: 'interrupted', reason: 'The daemon ended twice while the program ran.' } };
    return this.#run(fetched.id, files.signal, () => feed.ack(free, event.cursor));
  }

  /**
   * Runs the program on a file, after those that were asked for before.
   * @param begin called right before. @throws (rejects) what it throws
   */
  #run(id: string, signal: AbortSignal, begin?: () => Promise<unknown>): Promise<Outcome | 'closed'> {
    const { config, pathOf } = this.#options;
    const mine = this.#last.then(async (): Promise<Outcome | 'closed'> => {
      if (signal.aborted) return 'closed';
      await begin?.();
      const { command, timeoutSeconds: seconds } = config;
      const ran = await runBounded({ command, file: pathOf(id), seconds, signal });
      if (signal.aborted) return 'closed';
      return ran.ok ? { text: ran.text } : { error: { kind: ran.kind, reason: ran.reason } };
    });
    this.#last = mine.catch(() => undefined);
    return untilAborted(mine, signal);
  }
}

/** What the work gives, or `closed` as soon as the signal aborts; the work goes on. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | 'closed'> {
  return limited(undefined, [signal], (ending) => {
    const closed = new Promise<'closed'>((resolve) => {
      if (ending.aborted) resolve('closed');
      ending.addEventListener('abort', () => resolve('closed'), { once: true });
    });
    return Promise.race([work, closed]);
  });
}
