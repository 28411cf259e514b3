// The gateway's link to one account: a subscription, whose connection shows that the daemon runs, and connections for calls.
import type { Address } from '../protocol/address.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { Client, type RequestOptions } from '../socket/client.js';
import type { ClientPath } from '../socket/path.js';
import { AccountFeed } from './account-feed.js';
import { CallPool } from './call-pool.js';

const CONNECT_MS = 3_000;
/** The time limit of a call without one of its own; the HTTP client may have gone by then. */
const CALL_MS = 120_000;

/** The caller closes it. */
export class AccountLink {
  readonly name: string;
  /** The path of the daemon's socket, running or not. */
  readonly socket: string;
  readonly feed = new AccountFeed();
  readonly #target: ClientPath;
  readonly #log: Log;
  readonly #changed: (link: AccountLink) => void;
  readonly #pool = new CallPool(() => this.alone());
  /** The connection with the subscription. */
  #live: Client | null = null;
  #looking: Promise<void> | null = null;
  #isClosed = false;

  /** @param changed called when the daemon was reached or lost */
  constructor(target: ClientPath, log: Log, changed: (link: AccountLink) => void) {
    this.name = target.account;
    this.socket = target.path;
    this.#target = target;
    this.#log = log;
    this.#changed = changed;
  }

  /** The options with which wactl reaches the daemon; for hints. */
  get address(): Address {
    return this.#target.address;
  }

  get isRunning(): boolean {
    return this.#live !== null;
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

  /** A connection for one caller, who closes it. @throws (rejects) Fault unreachable and others of a connection */
  alone(): Promise<Client> {
    return Client.connect(this.#target, { timeoutMs: CONNECT_MS });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#looking;
    await this.#live?.close();
    await this.#pool.close();
  }

  async #look(): Promise<void> {
    if (this.#live !== null || this.#isClosed) return;
    let client: Client | undefined;
    try {
      client = await this.alone();
      client.onEvent((event) => this.feed.push(event));
      const { after } = await client.request(
        'events.subscribe',
        {},
        { timeoutMs: CONNECT_MS, writes: false },
      );
      this.feed.begin(after);
      this.#live = client;
      void client.closed.then(() => this.#lost());
      this.#log.info('account.connected', { account: this.name });
      this.#changed(this);
    } catch (error) {
      const { kind, message } = Fault.of(error);
      if (kind !== 'unreachable')
        this.#log.debug('account.unreachable', { account: this.name, kind, reason: message });
      await client?.close();
    }
  }

  #lost(): void {
    this.#live = null;
    if (this.#isClosed) return;
    this.#log.warn('account.lost', { account: this.name });
    this.#changed(this);
  }
}
