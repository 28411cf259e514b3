// Reads older messages of a chat than were reported, first from the page's own store and then from the phone, and
// journals each once. Nothing of a fetch is kept but the journal: what was read is skipped by the next fetch.
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import type { HISTORY_ENDS } from '../../protocol/methods/history.js';
import { type ChatId, type MessageRef, parseMessageRef } from '../../protocol/wid.js';
import type { InboundMessage } from '../../session/inbound-message.js';
import type { ChatPage, HistoryPage } from '../../session/page-port.js';
import type { Feed } from '../events/feed.js';
import type { Inbox } from './inbox.js';

export interface HistoryOptions {
  /** @throws Fault not_ready */
  readonly page: () => { readonly chats: Pick<ChatPage, 'messages'>; readonly history: HistoryPage };
  readonly feed: Pick<Feed, 'write'>;
  readonly inbox: Pick<Inbox, 'knows' | 'message'>;
  readonly log: Log;
  /** Newer messages are left to the back-fill; ms since 1970. */
  readonly settledUntilMs: () => number;
  readonly times?: { readonly poll: number; readonly phone: number; readonly all: number };
}

export interface Fetched {
  readonly fetched: number;
  readonly known: number;
  readonly oldest: string | null;
  readonly next: string | null;
  readonly end: (typeof HISTORY_ENDS)[number];
}

/** As many as the phone sends for a request, so a cancelled fetch has lost little. */
const CHUNK = 50;
/** The page gives a request up after 10 s, and then has to store what has come. */
const TIMES = { poll: 250, phone: 30_000, all: 300_000 };

/** Nothing to close. One fetch at a time: the page asks the phone about one chat after the other. */
export class History {
  readonly #options: HistoryOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  /**
   * @param signal ends it between two batches; what was journalled stays
   * @throws (rejects) Fault phone_unreachable when the phone did not answer and nothing was found before
   */
  fetch(chat: ChatId, count: number, before: MessageRef | null, signal: AbortSignal): Promise<Fetched> {
    const fetched = this.#last.then(() => this.#fetch(chat, count, before, signal));
    this.#last = fetched.catch(() => undefined);
    return fetched;
  }

  async #fetch(
    chat: ChatId,
    count: number,
    before: MessageRef | null,
    signal: AbortSignal,
  ): Promise<Fetched> {
    const { page, log, times: { all } = TIMES } = this.#options;
    const until = performance.now() + all;
    let edge = before;
    let oldest: InboundMessage | null = null;
    let fetched = 0;
    let known = 0;
    /** True after an answer of the phone, until a message has been read. */
    let isAnswered = false;
    const ended = (end: Fetched['end']): Fetched => {
      log.info('history.fetched', { fetched, known, end });
      if (end === 'phone_silent' && fetched === 0) throw new Fault('phone_unreachable');
      return { fetched, known, oldest: oldest?.timestamp ?? null, next: oldest?.key ?? null, end };
    };
    for (;;) {
      signal.throwIfAborted();
      const { messages, more } = await page().chats.messages(chat, { limit: CHUNK, before: edge });
      const fresh = await this.#journal(messages, count - fetched);
      fetched += fresh.told;
      known += fresh.known;
      if (fresh.oldest !== null) {
        oldest = fresh.oldest;
        edge = parseMessageRef(oldest.key);
        isAnswered = false;
      }
      if (fetched >= count) return ended('count');
      if (performance.now() > until) return ended('time');
      if (messages.length > 0 && more) continue;
      // The phone had nothing older, whatever it says of the rest.
      if (isAnswered) return ended('start');
      const asked = await page().history.ask(chat);
      if (asked !== 'asked') return ended(asked);
      if (!(await this.#answered(chat, signal))) return ended('phone_silent');
      isAnswered = true;
    }
  }

  /** Journals the newest `most` of these messages that are not known, oldest first. */
  async #journal(messages: readonly InboundMessage[], most: number) {
    const { feed, inbox, settledUntilMs } = this.#options;
    const untilMs = settledUntilMs();
    const fresh: InboundMessage[] = [];
    let known = 0;
    let oldest: InboundMessage | null = null;
    for (const message of messages.toReversed()) {
      if (fresh.length >= most) break;
      oldest = message;
      if (inbox.knows(message.key)) known += 1;
      else if (Date.parse(message.timestamp) < untilMs) fresh.unshift({ ...message, backfilled: true });
    }
    const told =
      fresh.length === 0
        ? 0
        : await feed.write((tx, keep) => {
            const events = fresh.map((message) => inbox.message(tx, message, 'message.history'));
            for (const event of events) keep(event);
            return events.filter((event) => event !== null).length;
          });
    return { told, known, oldest };
  }

  async #answered(chat: ChatId, signal: AbortSignal): Promise<boolean> {
    const { page, times: { poll, phone } = TIMES } = this.#options;
    for (const until = performance.now() + phone; ; ) {
      const isLast = performance.now() > until || signal.aborted;
      const answer = await page().history.answer(chat, isLast);
      signal.throwIfAborted();
      if (answer !== 'waiting' || isLast) return answer === 'answered';
      await delay(poll);
    }
  }
}
