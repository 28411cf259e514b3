// Finds messages of the journal by their words: asks the index, reads the events, checks the filters, and marks the hits.
// Each call is bounded in time and answers where to continue.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventData } from '../../protocol/events/index.js';
import { Fault } from '../../protocol/fault.js';
import type { Message } from '../../protocol/schema.js';
import { hasMessage } from '../../store/event.js';
import { beginningsOf, expressionOf, indexed, type Mark } from '../../store/search-text.js';
import type { Store } from '../../store/store.js';
import { idsOf, TAG, textOf } from './entries.js';
import type { Indexer } from './indexer.js';
import { snippetOf } from './snippet.js';

export interface Question {
  readonly text: string;
  /** Ids, of which one suffices: both identities of a person. */
  readonly chat: readonly string[] | null;
  readonly sender: readonly string[] | null;
  readonly kinds: readonly string[] | null;
  readonly fromMe: boolean | null;
  /** ms since 1970, inclusive. */
  readonly sinceMs: number | null;
  /** ms since 1970, exclusive. */
  readonly untilMs: number | null;
  readonly order: 'best' | 'newest';
  readonly limit: number;
  /** `next` of the previous answer. */
  readonly after: string | null;
}

export interface Found {
  readonly messages: readonly {
    readonly message: Message;
    readonly edited: boolean;
    readonly snippet: string;
    readonly marks: readonly Mark[];
  }[];
  readonly next: string | null;
  /** How many of the events that were recorded before the call could not be examined in time. */
  readonly behind: number;
}

interface Candidate {
  readonly id: number;
  readonly message: Message;
  readonly edited: boolean;
  readonly text: string;
}

/** `best` orders this many messages at a time, the newest first: an order of all would read every one of a million. */
const BLOCK = 200;
/** How long one call searches. */
const BUDGET_MS = 1_000;
/** A block that was collected within the budget takes less again; a caller can name any block. */
const REPEAT_MS = 5_000;
/** How long a call waits for the newest events to be indexed: some 30,000 of them. Only an index that is made anew lacks more. */
const CATCH_UP_MS = 1_000;
/**
 * Hits of one look into the index, and events that are read in one event-loop turn. A look reads the lists of its words from their
 * newest entry on, also those above `upTo`: SQLite's FTS5 skips none. That takes 20 ms at most for a million messages (bench/search.mjs),
 * and looking at a part of the journal at a time would repeat it for each part.
 */
const BURST = 100;
/** How much earlier than its time a message may be stored: the clocks of senders and of this machine differ. */
const CLOCKS_MS = 86_400_000;
/** A longer time is filtered by reading the messages. */
const MAX_MONTHS = 36;

const asIndexed = ({ id, text }: { readonly id: number; readonly text: string }) => ({
  id,
  text: indexed(text),
});

/** Nothing to close. */
export class MessageSearch {
  readonly #indexer: Indexer;
  readonly #store: Store;

  constructor(indexer: Indexer, store: Store) {
    this.#indexer = indexer;
    this.#store = store;
  }

  /**
   * The part of each message's text around its first hit, for messages that were found elsewhere: a word of the question
   * counts as the beginning of one. @throws Fault disk_full
   */
  snippets(
    question: string,
    messages: readonly Pick<Message, 'body' | 'media' | 'details'>[],
  ): { snippet: string; marks: Mark[] }[] {
    const words = beginningsOf(question);
    const texts = messages.map((message, id) => ({ id, text: textOf(message) ?? '' }));
    const marked = words === null ? [] : this.#indexer.index.rank(words, texts.map(asIndexed), 'given');
    const marks = new Map(marked.map((one) => [one.id, one.marks]));
    return texts.map(({ id, text }) => snippetOf(text, marks.get(id) ?? []));
  }

  /** @throws (rejects) Fault invalid_params, disk_full */
  async find(question: Question): Promise<Found> {
    const words = expressionOf(question.text);
    if (words === null)
      throw refuse('There is no word to search for; the beginning of a word needs three letters.');
    const { last } = this.#store.journal;
    const place = placeOf(question.after) ?? { upTo: last, above: null, skip: 0 };
    await this.#indexer.catchUp(CATCH_UP_MS);
    const behind = this.#indexer.behind(last);
    const isBest = question.order === 'best';
    const { candidates, end } = await this.#collect(question, words, place, isBest ? BLOCK : question.limit);
    const texts = candidates.map(asIndexed);
    const ranked = this.#indexer.index.rank(words, texts, isBest ? 'best' : 'given');
    const byId = new Map(candidates.map((candidate) => [candidate.id, candidate]));
    const shown = isBest ? ranked.slice(place.skip, place.skip + question.limit) : ranked;
    const messages = shown.flatMap(({ id, marks }) => {
      const found = byId.get(id);
      if (found === undefined) return [];
      const { message, edited, text } = found;
      return [{ message, edited, ...snippetOf(text, marks) }];
    });
    const skip = place.skip + shown.length;
    const next =
      isBest && skip < ranked.length
        ? { upTo: place.upTo, above: end ?? 0, skip }
        : end === null
          ? null
          : { upTo: end, above: null, skip: 0 };
    return { messages, next: next === null ? null : wordOf(next), behind };
  }

  /** @returns matching messages, newest first, and the cursor up to which older ones may be; null at the end */
  async #collect(
    question: Question,
    words: string,
    place: Place,
    limit: number,
  ): Promise<{ candidates: Candidate[]; end: number | null }> {
    const { journal } = this.#store;
    const match = filtered(words, question);
    const { sinceMs } = question;
    const oldest = Math.max(journal.oldest - 1, sinceMs === null ? 0 : journal.before(sinceMs - CLOCKS_MS));
    // A block that was collected once is collected again as it was.
    const bottom = Math.max(oldest, place.above ?? 0);
    const until = performance.now() + (place.above === null ? BUDGET_MS : REPEAT_MS);
    const candidates: Candidate[] = [];
    let upTo = Math.min(place.upTo, journal.last);
    while (upTo > bottom && candidates.length < limit && performance.now() < until) {
      const cursors = this.#indexer.index.find(match, { above: bottom, upTo, limit: BURST });
      await nextTurn();
      for (const cursor of cursors) {
        const candidate = this.#read(cursor, question);
        if (candidate !== null) candidates.push(candidate);
        upTo = cursor - 1;
        if (candidates.length === limit) break;
      }
      if (cursors.length < BURST && candidates.length < limit) upTo = bottom;
      await nextTurn();
    }
    return { candidates, end: upTo > oldest ? upTo : null };
  }

  /** The message of a cursor with its present text; null when it does not fit, or was deleted meanwhile. */
  #read(cursor: number, question: Question): Candidate | null {
    const { journal, account } = this.#store;
    const event = journal.get(cursor);
    if (event === null || !hasMessage(event.type) || event.wid !== account.wid) return null;
    const original = event.data as EventData<'message'>;
    const now = this.#indexer.index.textOf(cursor);
    const edit = now === cursor ? null : journal.get(now);
    const body = edit?.type === 'message.edit' ? (edit.data as EventData<'message.edit'>).body : null;
    const message = body === null ? original : { ...original, body };
    const text = textOf(message);
    if (text === null || !fits(message, question)) return null;
    return { id: cursor, message, edited: body !== null, text };
  }
}

/** The expression with the filters that the index knows. */
function filtered(words: string, { chat, sender, kinds, fromMe, sinceMs, untilMs }: Question): string {
  const anyOf = (tags: readonly string[]) => `{tags} : (${tags.map((tag) => `"${tag}"`).join(' OR ')})`;
  return [
    `{body} : (${words})`,
    ...(chat === null ? [] : [anyOf(chat.map(TAG.chat))]),
    ...(sender === null ? [] : [anyOf(sender.map(TAG.sender))]),
    ...(kinds === null ? [] : [anyOf(kinds.map(TAG.kind))]),
    ...(fromMe === null ? [] : [anyOf([TAG.direction(fromMe)])]),
    ...monthsOf(sinceMs, untilMs).map(anyOf),
  ].join(' AND ');
}

/** The months of a time, if they are few. */
function monthsOf(sinceMs: number | null, untilMs: number | null): string[][] {
  if (sinceMs === null && untilMs === null) return [];
  const last = new Date(Math.min(untilMs ?? Date.now() + 86_400_000, 8e15));
  const first = new Date(sinceMs ?? 0);
  const count =
    (last.getUTCFullYear() - first.getUTCFullYear()) * 12 + last.getUTCMonth() - first.getUTCMonth() + 1;
  if (count < 1 || count > MAX_MONTHS) return [];
  const month = (n: number) => new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + n, 1));
  return [Array.from({ length: count }, (_, n) => TAG.month(month(n).toISOString()))];
}

/** Checks every filter, because two ids may have the same word in the index. */
function fits(message: Message, { chat, sender, kinds, fromMe, sinceMs, untilMs }: Question): boolean {
  const isOneOf = (wanted: readonly string[] | null, ids: readonly string[]) =>
    wanted === null || ids.some((id) => wanted.includes(id));
  const atMs = Date.parse(message.timestamp);
  return (
    isOneOf(chat, idsOf(message.chat, message.chatId)) &&
    isOneOf(sender, idsOf(message.sender, message.author ?? message.from)) &&
    isOneOf(kinds, [message.type]) &&
    (fromMe === null || message.fromMe === fromMe) &&
    (sinceMs === null || atMs >= sinceMs) &&
    (untilMs === null || atMs < untilMs)
  );
}

/** Where an answer continues: among the messages up to a cursor, or in a block of them, after the first `skip` of its order. */
interface Place {
  readonly upTo: number;
  /** Where the block ends. Null: it was not collected yet. */
  readonly above: number | null;
  readonly skip: number;
}

const wordOf = ({ upTo, above, skip }: Place): string =>
  [upTo, ...(above === null ? [] : [above, skip])].map((n) => n.toString(36)).join('.');

/** @throws Fault invalid_params */
function placeOf(word: string | null): Place | null {
  if (word === null) return null;
  const [, upTo, above, skip] = /^([0-9a-z]{1,10})(?:\.([0-9a-z]{1,10})\.([0-9a-z]{1,3}))?$/.exec(word) ?? [];
  if (upTo === undefined)
    throw refuse('`after` is not the `next` of an earlier answer to the same question.');
  const number = (text: string) => Number.parseInt(text, 36);
  return { upTo: number(upTo), above: above === undefined ? null : number(above), skip: number(skip ?? '0') };
}

const refuse = (reason: string): Fault => new Fault('invalid_params', { reason, hint: null });
