// Finds messages that arrived while nobody listened. After each `ready` it reads the page's own store back to
// the receive watermark and journals what is missing (H11). It does so several times, because a page goes on
// receiving messages that waited for it, and not all of them reach the library's listeners. A message is
// identified by its key, never by the order in which it appears.
import { type CapabilityState, OK } from '../../protocol/capability.js';
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import { isoTime } from '../../protocol/time.js';
import { parseMessageRef } from '../../protocol/wid.js';
import type { MissedPage } from '../../session/page-port.js';
import type { ClientReport } from '../../session/port.js';
import type { Store } from '../../store/store.js';
import type { Feed } from '../events/feed.js';
import type { Inbox } from './inbox.js';
import { namedMessage } from './message-lookup.js';

export interface BackfillOptions {
  /** @throws Fault not_ready */
  readonly page: () => MissedPage;
  readonly feed: Feed;
  readonly inbox: Inbox;
  readonly store: Store;
  readonly log: Log;
  readonly acked: (report: Extract<ClientReport, { type: 'ack' }>) => void;
  /** Called when a chat has a new message of somebody else: one that WhatsApp refused may be sent now. */
  readonly personWrote: (chatId: string) => void;
  /** Called after each pass: whether the page returned the messages of every chat. */
  readonly readable: (state: CapabilityState) => void;
  /** Times of the passes after `ready`; interval and duration of the retries for undecrypted messages; ms. */
  readonly times?: {
    readonly passes: readonly number[];
    readonly cipherEvery: number;
    readonly cipherFor: number;
  };
}

/** Keys of messages that a page has and cannot decrypt yet, by chat. */
type Undecrypted = Map<string, readonly string[]>;

/** The messages and chats that a pass could not read. */
interface Left {
  readonly undecrypted: Undecrypted;
  /** Chats that the page fails to read. */
  readonly unreadable: string[];
  /** False when something was not read that another `ready`, or more disk space, may make readable. */
  whole: boolean;
}

/** Faults that are not about the chat that is read. */
const PASSING = ['not_ready', 'disk_full', 'busy', 'shutting_down'];
/** The most messages that are read of one chat. A chat that received more is reported as a gap. */
const PER_CHAT = 2_000;
const CHUNK = 50;
/** When the passes run, counted from `ready`. */
const PASSES_MS = [0, 5_000, 60_000] as const;
/** An undecrypted message is read again at this interval for at most this long, then reported as a gap. */
const CIPHER_EVERY_MS = 60_000;
const CIPHER_FOR_MS = 3_600_000;
/** How many of our messages are checked for missed acks; older ones are not checked. */
const ACKS = 500;

const TIMES = { passes: PASSES_MS, cipherEvery: CIPHER_EVERY_MS, cipherFor: CIPHER_FOR_MS };

const readability = ({ unreadable: { length } }: Left): CapabilityState => {
  if (length === 0) return OK;
  const chats = length === 1 ? 'a chat' : `${length} chats`;
  return { state: 'degraded', why: `WhatsApp Web does not return the messages of ${chats}` };
};

export class Backfill {
  readonly #options: BackfillOptions;
  /** Aborted when the page is no longer ready. */
  #run: AbortController | undefined;
  /** Passes that are under way. */
  #passes = 0;

  constructor(options: BackfillOptions) {
    this.#options = options;
  }

  /** Whether the page is being read now; false between the passes. */
  get isReading(): boolean {
    return this.#passes > 0;
  }

  /**
   * Starts the passes, and ends earlier ones.
   * @param done called when everything that arrived before this call is journalled
   */
  start(sinceMs: number, done: () => void): void {
    this.stop();
    const run = new AbortController();
    this.#run = run;
    const startedAt = performance.now();
    const gaps = new Set<string>();
    const { passes, cipherEvery, cipherFor } = this.#options.times ?? TIMES;
    const wait = (waitMs: number, then: () => Promise<void>): void => {
      const timer = setTimeout(() => void then(), Math.max(0, waitMs));
      run.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    };
    const pass = async (n: number): Promise<void> => {
      this.#passes += 1;
      const left = await this.#pass(sinceMs, gaps, run.signal).finally(() => {
        this.#passes -= 1;
      });
      if (run.signal.aborted) return;
      this.#options.readable(readability(left));
      const nextMs = passes[n + 1];
      if (nextMs !== undefined) wait(startedAt + nextMs - performance.now(), () => pass(n + 1));
      else await decrypt(left);
    };
    // The library reports a late decryption only for a message that it has received as a new one (H11).
    const decrypt = async (left: Left): Promise<void> => {
      if (run.signal.aborted) return;
      const { undecrypted, unreadable, whole } = left;
      if (undecrypted.size > 0 && performance.now() - startedAt < cipherFor)
        return wait(cipherEvery, async () =>
          decrypt({ ...left, undecrypted: await this.#again(undecrypted, run.signal) }),
        );
      for (const [chatId, keys] of undecrypted)
        this.#options.feed.append('gap', {
          reason: 'undecrypted',
          chatId,
          keys: [...keys],
          messageIds: keys.map((key) => parseMessageRef(key).id),
        });
      // One chat that the page can never read does not stop the watermark for all others.
      for (const chatId of unreadable)
        this.#options.feed.append('gap', {
          reason: 'unreadable',
          chatId,
          since: isoTime(sinceMs),
        });
      // Otherwise the watermark stays, and the next `ready` reads from there again.
      if (whole) done();
    };
    void pass(0);
  }

  stop(): void {
    this.#run?.abort();
    this.#run = undefined;
  }

  async #pass(sinceMs: number, gaps: Set<string>, signal: AbortSignal): Promise<Left> {
    const { page, log } = this.#options;
    let found = 0;
    const left: Left = { undecrypted: new Map(), unreadable: [], whole: true };
    const attempt = async (what: string, act: () => Promise<void>, chatId?: string): Promise<void> => {
      if (signal.aborted) return;
      try {
        await act();
      } catch (error) {
        if (signal.aborted) return;
        if (chatId !== undefined && !PASSING.includes(Fault.of(error).kind)) left.unreadable.push(chatId);
        else left.whole = false;
        log.warn('backfill.failed', { what, err: error });
      }
    };
    await attempt('acks', () => this.#acks());
    await attempt('chats', async () => {
      for (const chatId of await page().chatsSince(sinceMs)) {
        const read = async (): Promise<void> => {
          found += await this.#chat(chatId, sinceMs, gaps, left.undecrypted, signal);
        };
        await attempt('chat', read, chatId);
      }
    });
    const since = isoTime(sinceMs);
    if (found > 0) log.info('backfill.found', { messages: found, since });
    else log.debug('backfill.nothing', { since, whole: left.whole && left.unreadable.length === 0 });
    return left;
  }

  async #chat(
    chatId: string,
    sinceMs: number,
    gaps: Set<string>,
    undecrypted: Undecrypted,
    signal: AbortSignal,
  ): Promise<number> {
    const { page, feed, inbox } = this.#options;
    const { keys, revoked, whole, failure } = await page().keysSince(chatId, sinceMs, PER_CHAT);
    const gone = new Set(revoked);
    const unknown = keys.filter((key) => (gone.has(key) ? !inbox.knowsRevoked(key) : !inbox.knows(key)));
    const { found, left } = await this.#journal(chatId, unknown, signal);
    if (left.length > 0) undecrypted.set(chatId, left);
    // The messages in the page's memory have been reported despite the failure.
    if (failure !== null) throw new Fault('page_error', { reason: failure });
    if (!whole && !gaps.has(chatId)) {
      gaps.add(chatId);
      feed.append('gap', {
        reason: 'too_many',
        chatId,
        since: isoTime(sinceMs),
        told: PER_CHAT,
      });
    }
    return found;
  }

  /** Reports messages; `left` are the keys of those that the page cannot decrypt yet. */
  async #journal(
    chatId: string,
    keys: readonly string[],
    signal: AbortSignal,
  ): Promise<{ found: number; left: readonly string[] }> {
    const { page, feed, inbox, personWrote } = this.#options;
    const left: string[] = [];
    let found = 0;
    for (let at = 0; at < keys.length && !signal.aborted; at += CHUNK) {
      const { messages, revoked, undecrypted } = await page().messagesOf(chatId, keys.slice(at, at + CHUNK));
      left.push(...undecrypted);
      const wrote = new Set<string>();
      found += await feed.write((tx, keep) => {
        const events = [
          ...messages.map((message) => {
            const event = inbox.message(tx, message);
            if (event !== null && !message.fromMe) wrote.add(message.chatId);
            return event;
          }),
          // The deletion of a message that was never reported is not reported either.
          ...revoked.filter(({ key }) => inbox.hasEvent(key)).map((one) => inbox.revoke(tx, one)),
        ];
        for (const event of events) keep(event);
        return events.filter((event) => event !== null).length;
      });
      for (const chat of wrote) personWrote(chat);
    }
    return { found, left };
  }

  /** Reads undecrypted messages once more. @returns those that are still undecrypted */
  async #again(undecrypted: Undecrypted, signal: AbortSignal): Promise<Undecrypted> {
    const { log } = this.#options;
    const still: Undecrypted = new Map();
    for (const [chatId, keys] of undecrypted) {
      try {
        const { found, left } = await this.#journal(chatId, keys, signal);
        if (found > 0) log.info('backfill.decrypted', { messages: found });
        if (left.length > 0) still.set(chatId, left);
      } catch (error) {
        if (!signal.aborted) log.warn('backfill.failed', { what: 'undecrypted', err: error });
        still.set(chatId, keys);
      }
    }
    return still;
  }

  /** Finds acks that arrived while nobody listened (H23). */
  async #acks(): Promise<void> {
    const { page, store, acked } = this.#options;
    const { messages } = store.outbox.list({ states: ['sent', 'delivered'], limit: ACKS });
    // The row may have an ack from the send itself that the journal lacks: they are written separately.
    const known = new Map(
      messages.map(({ messageId, ack }) => [
        messageId,
        Math.min(ack, namedMessage(store, messageId).seen?.ack ?? 0),
      ]),
    );
    if (known.size === 0) return;
    for (const report of await page().acksOf([...known.keys()]))
      if (report.ack > (known.get(report.messageId) ?? 0)) acked(report);
  }
}
