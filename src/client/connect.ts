// The door for programs: one account, its methods, its events. Holds a connection to the daemon and makes another one
// when that is lost, on the next call; what was under way then fails with `connection_lost` and says its outcome.

import { Fault } from '../protocol/fault.js';
import type { WireEvent } from '../protocol/types.js';
import { Client, type ConnectOptions, type RequestOptions } from '../socket/client.js';
import { type ClientPath, clientPath } from '../socket/path.js';
import { type Api, apiOver } from './api.js';
import { type FollowOptions, follow } from './follow.js';
import { type File, type UploadOptions, upload } from './upload.js';

export interface Options extends Pick<ConnectOptions, 'timeoutMs' | 'owner'> {
  /** `$WAD_ACCOUNT`, else `default`. A daemon of another account refuses every call (`wrong_account`). */
  readonly account?: string;
  /** The daemon's socket; the account's where that is given, else `$WAD_SOCKET`, else the account's. */
  readonly socket?: string;
}

/** As `wactl` has it. */
const CALL_MS = 120_000;

/** One account. Whoever has it closes it: `await using`, or `close()`. */
export class Account implements AsyncDisposable {
  /** Where the daemon is asked. */
  readonly socket: string;
  readonly #target: ClientPath;
  readonly #options: ConnectOptions;
  readonly #closing = new AbortController();
  #current: Promise<Client> | undefined;

  /** @param client the connection to begin with; it belongs to the account from now on */
  constructor(target: ClientPath, options: ConnectOptions, client: Client) {
    this.socket = target.path;
    this.#target = target;
    this.#options = options;
    this.#share(Promise.resolve(client));
  }

  /**
   * Any method by its name, also one that this version does not know.
   * @throws Fault the daemon's own, those of a connection that is lost, and those of making another one
   */
  async call(method: string, params: object = {}, options: RequestOptions = {}): Promise<unknown> {
    let used: Promise<Client> | undefined;
    const ask = async (): Promise<unknown> => {
      if (this.#closing.signal.aborted) throw closed();
      used = this.#current ?? this.#share(this.#open());
      return (await used).call(method, params, { timeoutMs: CALL_MS, ...options });
    };
    try {
      return await ask();
    } catch (error) {
      // The daemon ended the idle connection while this was on its way, and did not take it.
      if (!(error instanceof Fault && error.kind === 'connection_idle')) throw error;
      // Another call may have made a new one already.
      if (this.#current === used) this.#current = undefined;
      return ask();
    }
  }

  /**
   * Events, each once and in order, for as long as they are wanted: `break`, `signal` or `close()` end it. It has a
   * connection of its own, and goes on by cursor when that is lost or the daemon restarts. See FollowOptions for
   * where it begins.
   * @throws Fault what no waiting mends: invalid_params, permission_denied
   */
  follow(options: FollowOptions = {}): AsyncGenerator<WireEvent, void, undefined> {
    const signals = [this.#closing.signal, ...(options.signal ? [options.signal] : [])];
    return follow(() => this.#open(), { ...options, signal: AbortSignal.any(signals) });
  }

  /**
   * Hands a file to the daemon. The answer's `id` is what `message.send` takes as `media`.
   * @throws Fault media_too_large, disk_full
   */
  upload(data: Uint8Array | AsyncIterable<Uint8Array>, options: UploadOptions = {}): Promise<File> {
    return upload((params) => this.call('media.put', params, options), data, options);
  }

  /** What is under way fails with `connection_lost`, iterators end. Twice is fine. */
  async close(): Promise<void> {
    this.#closing.abort();
    const client = await this.#current?.catch(() => undefined);
    await client?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #open(): Promise<Client> {
    if (this.#closing.signal.aborted) throw closed();
    return Client.connect(this.#target, this.#options);
  }

  /** The connection that calls share, until it ends. */
  #share(opening: Promise<Client>): Promise<Client> {
    this.#current = opening;
    const forget = (): void => {
      if (this.#current === opening) this.#current = undefined;
    };
    opening.then(({ closed: ended }) => ended.then(forget), forget);
    return opening;
  }
}

const closed = (): Fault =>
  new Fault('connection_lost', { reason: 'this end closed the account', hint: null, outcome: 'none' });

/** A noun of the methods that is a member of Account too would take its place: then this is `never`, and nothing compiles. */
type HidesNothing = [keyof Account & keyof Api] extends [never] ? unknown : never;

/**
 * Connects to the daemon of an account.
 * @throws Fault unreachable: it does not run. permission_denied: its socket is closed to this user. unsafe_socket:
 * another user made the socket, or can replace it. wrong_account: the socket is another account's.
 */
export async function connect({ account, socket, timeoutMs, owner }: Options = {}): Promise<Account & Api> {
  const target = clientPath({ account, socket, env: process.env, uid: process.getuid?.() ?? 0 });
  const options: ConnectOptions = { owner, ...(timeoutMs !== undefined && { timeoutMs }) };
  const client = await Client.connect(target, options);
  try {
    if (target.named) await client.request('daemon.ping', {}, { timeoutMs: CALL_MS, writes: false });
  } catch (error) {
    await client.close();
    throw error;
  }
  const made: Account & HidesNothing = new Account(target, options, client);
  return Object.assign(
    made,
    apiOver((method, params, how) => made.call(method, params, how)),
  );
}
