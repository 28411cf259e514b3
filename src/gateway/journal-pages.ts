// Reads the journal of one account for all its listeners: one page at a time, because a daemon cuts off a connection on
// which several long pages wait, and one read for all listeners at the same place.
import type { RequestOptions } from '../protocol/connection.js';
import { Fault } from '../protocol/fault.js';
import type { EventType } from '../protocol/state.js';
import type { Answered } from '../protocol/types.js';
import { isSound } from './sound-event.js';

type Page = Answered<'events.list'>;
type Call = (method: string, params: object, options: RequestOptions) => Promise<unknown>;

/** Where a page begins: after a cursor, or at a time (ISO 8601). */
export type Begin = { readonly after: number } | { readonly from: string };

const EVENTS = 100;
const PAGE_MS = 10_000;

/** Nothing to close. */
export class JournalPages {
  readonly #call: Call;
  readonly #reading = new Map<string, Promise<Page>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(call: Call) {
    this.#call = call;
  }

  /** @throws (rejects) Fault of the daemon or of a connection; bad_answer */
  read(begin: Begin, types: readonly EventType[] | undefined): Promise<Page> {
    const key = `${Object.values(begin)} ${types ?? ''}`;
    const known = this.#reading.get(key);
    if (known !== undefined) return known;
    const params = { ...begin, ...(types && { types }) };
    const ask = async (): Promise<Page> => {
      try {
        return await this.#page(params, EVENTS);
      } finally {
        this.#reading.delete(key);
      }
    };
    const page = this.#last.then(ask);
    this.#last = page.catch(() => undefined);
    this.#reading.set(key, page);
    return page;
  }

  /** An answer over NATS has 1 MiB at most, so pages of long events are shorter. */
  async #page(params: object, limit: number): Promise<Page> {
    try {
      const options = { timeoutMs: PAGE_MS, writes: false };
      return checked(await this.#call('events.list', { ...params, limit }, options));
    } catch (error) {
      if (limit === 1 || !(error instanceof Fault && error.kind === 'answer_too_long')) throw error;
      return this.#page(params, Math.ceil(limit / 4));
    }
  }
}

/** @throws Fault bad_answer: the daemon of one account must not disturb the events of others */
function checked(answer: unknown): Page {
  const { events, next } = answer as Page;
  if (Array.isArray(events) && events.every(isSound) && Number.isSafeInteger(next)) return { events, next };
  throw new Fault('bad_answer', { reason: 'the answer to events.list is not a page of events', hint: null });
}
