// Finds messages that arrived while nobody listened. After each `ready` it reads the page's own store back to the
// receive watermark and journals what is missing (H11). It does so several times, because a page goes on receiving
// messages that waited for it, and not all of them reach the library's listeners. A message is identified by its key,
// never by the order in which it appears.
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
  /** How long after `ready` it is looked each time, and after that for what is not decrypted; ms. */
  readonly times?: {
    readonly passes: readonly number[];
    readonly cipherEvery: number;
    readonly cipherFor: number;
  };
}

/** Keys of what a page has and cannot read yet, by chat. */
type Undecrypted = Map<string, readonly string[]>;

/** What a pass over the page left open. */
interface Left {
  readonly undecrypted: Undecrypted;
  /** Chats that the page fails to give. */
  readonly unreadable: string[];
  /** False when something was not reached that another `ready`, or room on the disk, may bring. */
  whole: boolean;
}

/** No fault of the chat that is read. */
const PASSING = ['not_ready', 'disk_full', 'busy', 'shutting_down'];
/** A chat that got more than this while nobody listened is told of as a gap. */
const PER_CHAT = 2_000;
const CHUNK = 50;
/** When it is looked, counted from `ready`. */
const PASSES_MS = [0, 5_000, 60_000] as const;
/** A message that the page cannot read yet is looked for so often, and no longer than this; then it is a gap. */
const CIPHER_EVERY_MS = 60_000;
const CIPHER_FOR_MS = 3_600_000;
/** Messages of ours whose ticks may have been missed; older ones are not asked for. */
const ACKS = 500;

const TIMES = { passes: PASSES_MS, cipherEvery: CIPHER_EVERY_MS, cipherFor: CIPHER_FOR_MS };

export class Backfill {
  readonly #options: BackfillOptions;
  /** Aborted when the page is not ready any more. */
  #run: AbortController | undefined;

  constructor(options: BackfillOptions) {
    this.#options = options;
  }

  /** Begins anew. @param done everything that came before this call has been told of */
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
      const left = await this.#pass(sinceMs, gaps, run.signal);
      if (run.signal.aborted) return;
      const nextMs = passes[n + 1];
      if (nextMs !== undefined) wait(startedAt + nextMs - performance.now(), () => pass(n + 1));
      else await decrypt(left);
    };
    // The library tells of a late decryption only where it had heard of the message as a new one (H11).
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
      // One chat that the page never gives does not keep all others from being heard.
      for (const chatId of unreadable)
        this.#options.feed.append('gap', {
          reason: 'unreadable',
          chatId,
          since: isoTime(sinceMs),
        });
      // What could not be read is looked for again after the next `ready`.
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
    const { found, left } = await this.#tell(chatId, unknown, signal);
    if (left.length > 0) undecrypted.set(chatId, left);
    // What is in the page's memory is told all the same.
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

  /** Tells of messages; `left` are those that the page cannot read yet. */
  async #tell(
    chatId: string,
    keys: readonly string[],
    signal: AbortSignal,
  ): Promise<{ found: number; left: readonly string[] }> {
    const { page, feed, inbox } = this.#options;
    const left: string[] = [];
    let found = 0;
    for (let at = 0; at < keys.length && !signal.aborted; at += CHUNK) {
      const { messages, revoked, undecrypted } = await page().messagesOf(chatId, keys.slice(at, at + CHUNK));
      left.push(...undecrypted);
      found += await feed.write((tx, keep) => {
        const events = [
          ...messages.map((message) => inbox.message(tx, message)),
          // Whoever was never told of a message needs no word on its end.
          ...revoked.filter(({ key }) => inbox.hasTold(key)).map((one) => inbox.revoke(tx, one)),
        ];
        for (const event of events) keep(event);
        return events.filter((event) => event !== null).length;
      });
    }
    return { found, left };
  }

  /** Asks once more for what was not decrypted. @returns what still is not */
  async #again(undecrypted: Undecrypted, signal: AbortSignal): Promise<Undecrypted> {
    const { log } = this.#options;
    const still: Undecrypted = new Map();
    for (const [chatId, keys] of undecrypted) {
      try {
        const { found, left } = await this.#tell(chatId, keys, signal);
        if (found > 0) log.info('backfill.decrypted', { messages: found });
        if (left.length > 0) still.set(chatId, left);
      } catch (error) {
        if (!signal.aborted) log.warn('backfill.failed', { what: 'undecrypted', err: error });
        still.set(chatId, keys);
      }
    }
    return still;
  }

  /** Ticks that came while nobody listened (H23). */
  async #acks(): Promise<void> {
    const { page, store, acked } = this.#options;
    const { messages } = store.outbox.list({ states: ['sent', 'delivered'], limit: ACKS });
    // A row may know by the send itself what the journal was never told: they are two writes.
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
