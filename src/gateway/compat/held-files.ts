// Places for files that are held whole in memory: bodies that carry one in base64, and answers. There are few for the whole
// gateway, and fewer for each token and account, so a slow client or a daemon that hangs leaves places to others. Others wait in
// line, a body within the time that any request may take to arrive.
import type { Asked } from '../../http/route.js';
import { Fault } from '../../protocol/fault.js';
import { Places } from '../places.js';
import {
  ACCOUNT_WAIT_MS,
  MAX_FILE_BODY_BYTES,
  MAX_HELD_FILES,
  MAX_HELD_FILES_EACH,
  MAX_WAITING_FILES,
  SMALL_BODY_BYTES,
} from './limits.js';

type Body = Record<string, unknown>;

export interface BodyUse<T> {
  /** The name of the token. */
  readonly token: string;
  /** The account that the body is for. @throws Fault: the caller may not use it */
  accountOf(body: Body): string;
  work(body: Body): Promise<T>;
}

/** Nothing to close. Places are taken in one order, so no two requests wait for each other: token, gateway, account. */
export class HeldFiles {
  readonly #accountWaitMs: number;
  readonly #all = new Places(MAX_HELD_FILES);
  /** By token. None is removed: there are few, and callers cannot invent any. The same holds for accounts. */
  readonly #arriving = new Map<string, Places>();
  readonly #accounts = new Map<string, Places>();
  #waiting = 0;

  constructor(accountWaitMs = ACCOUNT_WAIT_MS) {
    this.#accountWaitMs = accountWaitMs;
  }

  /**
   * Reads the body, and keeps its place until the work with it has ended. A short body needs no place.
   * @throws (rejects) Fault: see body.ts; busy; interrupted: the client has gone; and those of the use
   */
  async read<T>(asked: Pick<Asked, 'headers' | 'body' | 'call'>, use: BodyUse<T>): Promise<T> {
    const { signal } = asked.call;
    const { 'content-length': length } = asked.headers;
    if (length !== undefined && Number(length) <= SMALL_BODY_BYTES) {
      const body = await asked.body();
      use.accountOf(body);
      return use.work(body);
    }
    const arrived = await this.#enter(of(this.#arriving, use.token), signal);
    try {
      return await this.#hold(signal, async () => {
        const body = await asked.body(MAX_FILE_BODY_BYTES);
        const leave = await this.#enterAccount(use.accountOf(body), signal);
        arrived();
        try {
          return await use.work(body);
        } finally {
          leave();
        }
      });
    } finally {
      arrived();
    }
  }

  /**
   * Runs work that holds a file of this size, for an account that the caller may use.
   * @throws (rejects) Fault busy, interrupted, and those of the work
   */
  async run<T>(account: string, bytes: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (bytes <= SMALL_BODY_BYTES) return work();
    return this.#hold(signal, async () => {
      const leave = await this.#enterAccount(account, signal);
      try {
        return await work();
      } finally {
        leave();
      }
    });
  }

  async #hold<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const leave = await this.#enter(this.#all, signal);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** The wait is short, because the one that waits holds a place of the whole gateway. */
  async #enterAccount(account: string, signal: AbortSignal): Promise<() => void> {
    const ending = new AbortController();
    const end = (): void => ending.abort();
    const timer = setTimeout(end, this.#accountWaitMs);
    signal.addEventListener('abort', end, { once: true });
    try {
      if (signal.aborted) end();
      return await this.#enter(of(this.#accounts, account), ending.signal);
    } catch (error) {
      if (ending.signal.aborted && !signal.aborted) throw busy('with this account');
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    }
  }

  async #enter(places: Places, signal: AbortSignal): Promise<() => void> {
    if (!places.isFull) return places.wait(signal);
    if (this.#waiting >= MAX_WAITING_FILES) throw busy('by the gateway');
    this.#waiting += 1;
    try {
      return await places.wait(signal);
    } finally {
      this.#waiting -= 1;
    }
  }
}

function of(groups: Map<string, Places>, name: string): Places {
  const known = groups.get(name);
  if (known !== undefined) return known;
  const places = new Places(MAX_HELD_FILES_EACH);
  groups.set(name, places);
  return places;
}

const busy = (where: string): Fault =>
  new Fault('busy', {
    reason: `too many files are being exchanged ${where}`,
    hint: null,
    retryAfterMs: 5_000,
  });
