// The gateway's link to one account: a subscription, whose connection shows that the daemon runs, and connections for calls.
import type { Connection, RequestOptions } from '../protocol/connection.js';
import type { Owner } from '../protocol/dispatch.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import type { WireEvent } from '../protocol/types.js';
import { AccountFeed } from './account-feed.js';
import { CallPool } from './call-pool.js';
import { JournalPages } from './journal-pages.js';
import { Places } from './places.js';
import { isSound } from './sound-event.js';
import { UploadClients } from './upload-clients.js';
import { CONNECT_MS, type Way } from './way.js';

/** The time limit of a call without one of its own; the HTTP client may have gone by then. */
const CALL_MS = 120_000;
/** A daemon cuts off a peer with more than this unread, so no event is longer. */
const MAX_EVENT_BYTES = 4 * 1024 * 1024;
/** Connections for one caller each. With those that are shared, they leave the daemon a third of its places. */
const MAX_ALONE = 24;

/** The caller closes it. */
export class AccountLink {
  readonly name: string;
  readonly way: Way;
  readonly feed: AccountFeed;
  readonly pages = new JournalPages((...asked) => this.call(...asked));
  readonly #log: Log;
  readonly #changed: (link: AccountLink) => void;
  readonly #pool = new CallPool(() => this.way.connect());
  readonly #places = new Places(MAX_ALONE);
  readonly #ended = new AbortController();
  readonly #uploads = new UploadClients(() => this.alone());
  /** The connection with the subscription. */
  #live: Connection | null = null;
  #looking: Promise<void> | null = null;
  #trouble: Fault | null = null;

  /**
   * @param changed called when the daemon was reached or lost
   * @param grew called when its feed has more events, or has ended
   */
  constructor(
    way: Way,
    log: Log,
    { changed, grew }: { changed(link: AccountLink): void; grew(link: AccountLink): void },
  ) {
    this.feed = new AccountFeed(() => grew(this));
    this.name = way.account;
    this.way = way;
    this.#log = log;
    this.#changed = changed;
  }

  get isRunning(): boolean {
    return this.#live !== null;
  }

  /** Why the daemon could not be reached the last time; null while it runs. */
  get trouble(): Fault | null {
    return this.#trouble;
  }

  /** Connects if the daemon listens and is not connected yet. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  /** @throws (rejects) Fault of the daemon; unreachable, connection_lost, busy */
  call(method: string, params: object, options: RequestOptions): Promise<unknown> {
    return this.#pool.call(method, params, { timeoutMs: CALL_MS, ...options });
  }

  /** Takes a piece of an upload of this owner. @throws (rejects) as `call` */
  put(owner: Owner, params: object, options: RequestOptions): Promise<unknown> {
    return this.#uploads.put(owner, params, { timeoutMs: CALL_MS, ...options });
  }

  /**
   * A connection for one caller, who closes it. Their number is limited, so that the daemon keeps places for others.
   * @param wait waits for a place until it is aborted; without it, a caller for whom there is none is refused
   * @throws (rejects) Fault busy; interrupted; unreachable and others of a connection
   */
  async alone(wait?: AbortSignal): Promise<Connection> {
    const release = wait === undefined ? this.#places.take() : await this.#places.wait(wait);
    try {
      const client = await this.way.connect();
      void client.closed.then(release);
      return client;
    } catch (error) {
      release();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#ended.abort(new Fault('interrupted'));
    this.feed.close();
    await this.#looking;
    await this.#live?.close();
    await this.#pool.close();
    await this.#uploads.close();
  }

  async #look(): Promise<void> {
    const { signal } = this.#ended;
    if (this.#live !== null || signal.aborted) return;
    let client: Connection | undefined;
    try {
      client = await this.way.connect(MAX_EVENT_BYTES);
      // An event may come in one piece with the answer, and be heard before it.
      const early: WireEvent[] = [];
      let hear = (event: WireEvent): void => void early.push(event);
      client.onEvent((event) => hear(event));
      const options = { timeoutMs: CONNECT_MS, writes: false, signal };
      const { after } = await client.request('events.subscribe', {}, options);
      if (!Number.isSafeInteger(after))
        throw new Fault('bad_answer', {
          reason: 'the answer to events.subscribe has no cursor',
          hint: null,
        });
      this.feed.begin(after);
      const { feed } = this;
      const live = client;
      hear = (event) => (isSound(event) ? feed.push(event) : void live.close());
      for (const event of early) hear(event);
      this.#live = client;
      this.#trouble = null;
      void client.closed.then(() => this.#lost());
      this.#log.info('account.connected', { account: this.name });
      this.#changed(this);
    } catch (error) {
      this.#trouble = Fault.of(error);
      const { kind, message } = this.#trouble;
      if (kind !== 'unreachable')
        this.#log.debug('account.unreachable', { account: this.name, kind, reason: message });
      await client?.close();
    }
  }

  #lost(): void {
    this.#live = null;
    if (this.#ended.signal.aborted) return;
    this.#log.warn('account.lost', { account: this.name });
    this.#changed(this);
  }
}
