// Connects a program to the daemon of one account: its methods, events and uploads. When the connection is lost, calls in
// progress fail with `connection_lost` and their outcome, and the next call makes a new connection.

import { Fault } from '../protocol/fault.js';
import type { WireEvent } from '../protocol/types.js';
import { Client, type ConnectOptions, type RequestOptions } from '../socket/client.js';
import { type ClientPath, clientPath } from '../socket/path.js';
import { type Api, apiOver } from './api.js';
import { type FollowOptions, follow } from './follow.js';
import { type File, type UploadOptions, upload } from './upload.js';

export interface Options extends Pick<ConnectOptions, 'timeoutMs' | 'owner'> {
  /** Default: `$WAD_ACCOUNT`, else `default`. A daemon of another account refuses every call (`wrong_account`). */
  readonly account?: string;
  /** The path of the socket. Default: the account's if `account` is given, else `$WAD_SOCKET`, else the account's. */
  readonly socket?: string;
}

/** The default time limit of a call, as in `wactl`. */
const CALL_MS = 120_000;

/** One account. The caller closes it: `await using`, or `close()`. */
export class Account implements AsyncDisposable {
  /** The path of the daemon's socket. */
  readonly socket: string;
  readonly #target: ClientPath;
  readonly #options: ConnectOptions;
  readonly #closing = new AbortController();
  #current: Promise<Client> | undefined;

  /** @param client the first connection; the account owns it from now on */
  constructor(target: ClientPath, options: ConnectOptions, client: Client) {
    this.socket = target.path;
    this.#target = target;
    this.#options = options;
    this.#share(Promise.resolve(client));
  }

  /**
   * Calls any method by its name, also one that this version does not know.
   * @throws Fault of the daemon, of a lost connection, and of a new connection
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
      // The daemon ended the idle connection before it accepted this call.
      if (!(error instanceof Fault && error.kind === 'connection_idle')) throw error;
      // Another call may have made a new one already.
      if (this.#current === used) this.#current = undefined;
      return ask();
    }
  }

  /**
   * Iterates over events, each once and in order, until `break`, `signal` or `close()`. It has a connection of its own, and
   * continues by cursor when the connection is lost or the daemon restarts. FollowOptions choose where it starts.
   * @throws Fault that a retry does not solve: invalid_params, permission_denied
   */
  follow(options: FollowOptions = {}): AsyncGenerator<WireEvent, void, undefined> {
    const signals = [this.#closing.signal, ...(options.signal ? [options.signal] : [])];
    return follow(() => this.#open(), { ...options, signal: AbortSignal.any(signals) });
  }

  /**
   * Uploads a file to the daemon. Pass the `id` of the result to `message.send` as `media`.
   * @throws Fault media_too_large, disk_full
   */
  upload(data: Uint8Array | AsyncIterable<Uint8Array>, options: UploadOptions = {}): Promise<File> {
    return upload((params) => this.call('media.put', params, options), data, options);
  }

  /** Closes the connection: calls in progress fail with `connection_lost`, iterators end. May be called twice. */
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

/** `never`, so that nothing compiles, if a noun of the methods is also a member of Account, which it would replace. */
type HidesNothing = [keyof Account & keyof Api] extends [never] ? unknown : never;

/**
 * Connects to the daemon of an account.
 * @throws Fault unreachable: it does not run. permission_denied: this user may not open its socket. unsafe_socket:
 * another user made the socket, or can replace it. wrong_account: the socket belongs to another account.
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
