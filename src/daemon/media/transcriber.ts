// Turns received voice messages into text with a program of the user's (`[transcribe]`). The text is an event, appended in
// the write that moves the cursor, so each message has one. Nothing is tried for ever.
import type { Config } from '../../config/keys.js';
import { fitsMediaRules, mediaLimit } from '../../config/media-rule.js';
import type { EventData } from '../../protocol/events/index.js';
import { runBounded } from './bounded-command.js';
import { FileConsumer, type FileHandling, type FileSources, type MessageEvent } from './file-consumer.js';

type Failure = NonNullable<EventData<'message.transcript'>['error']>;
type Outcome = { readonly text: string } | { readonly error: Failure };

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

/**
 * The caller closes it, before the store. That kills the program that runs; its message comes again after the next start.
 * @throws (rejects) Fault disk_full, busy
 */
export const openTranscriber = (options: TranscriberOptions): Promise<FileConsumer> =>
  FileConsumer.open(options, new Transcriber(options));

class Transcriber implements FileHandling {
  readonly name = CONSUMER;
  readonly notKept = 'transcribe.not-kept';
  readonly #options: TranscriberOptions;
  readonly #now: () => number;

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
      : this.#keep(event, outcome));
    return true;
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

  async #transcribe(event: MessageEvent, files: FileConsumer): Promise<Outcome | 'purged' | 'closed'> {
    const { config, feed, store, pathOf } = this.#options;
    const fetched = await files.fetch(event, mediaLimit(config.kinds, event.data.type) ?? 0);
    if (fetched.is === 'closed' || fetched.is === 'purged') return fetched.is;
    if (fetched.is === 'failed') return { error: { kind: 'no_file', reason: fetched.fault.message } };
    const free = BEGUN.find((name) => (store.consumers.place(name) ?? 0) < event.cursor);
    if (free === undefined)
      return { error: { kind: 'interrupted', reason: 'The daemon ended twice while the program ran.' } };
    await feed.ack(free, event.cursor);
    const { signal } = files;
    const ran = await runBounded({
      command: config.command,
      file: pathOf(fetched.id),
      seconds: config.timeoutSeconds,
      signal,
    });
    if (signal.aborted) return 'closed';
    return ran.ok ? { text: ran.text } : { error: { kind: ran.kind, reason: ran.reason } };
  }
}
