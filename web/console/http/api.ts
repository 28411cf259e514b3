// Requests to the gateway. The token goes in a header and never into an address.
import type { Answered, Asked, MethodName } from '../../../src/protocol/types.js';
import { Refusal } from './refusal.js';

/** The stored file of a message or an upload. */
export type StoredFile = Answered<'media.fetch'>;

interface Options {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly body?: Blob | object | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

export class Api {
  readonly #token: string;
  readonly #onUnauthorized: (why: Refusal) => void;

  /** @param onUnauthorized called when the gateway refuses the token: it is wrong, has expired or was revoked */
  constructor(token: string, onUnauthorized: (why: Refusal) => void) {
    this.#token = token;
    this.#onUnauthorized = onUnauthorized;
  }

  /** @throws (rejects) Refusal, or an AbortError */
  async ask(path: string, { method = 'GET', body, headers, signal }: Options = {}): Promise<Response> {
    const isFile = body instanceof Blob;
    const response = await fetch(path, {
      method,
      cache: 'no-store',
      // No cookie and no saved password is ever needed.
      credentials: 'omit',
      headers: {
        Authorization: `Bearer ${this.#token}`,
        ...(body !== undefined && {
          'Content-Type': isFile ? 'application/octet-stream' : 'application/json',
        }),
        ...headers,
      },
      ...(body !== undefined && { body: isFile ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
    }).catch((error: unknown) => {
      throw signal?.aborted ? error : Refusal.from(error);
    });
    if (response.ok) return response;
    const refusal = await Refusal.of(response);
    if (response.status === 401) this.#onUnauthorized(refusal);
    throw refusal;
  }

  async get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return (await (await this.ask(path, { signal })).json()) as T;
  }

  /** Calls a method of an account. */
  async call<M extends MethodName>(
    account: string,
    method: M,
    params: Asked<M> = {} as Asked<M>,
    signal?: AbortSignal,
  ): Promise<Answered<M>> {
    const path = `${ofAccount(account)}/rpc/${method}`;
    return (await (
      await this.ask(path, { method: 'POST', body: params as object, signal })
    ).json()) as Answered<M>;
  }

  /** Uploads a file; message.send takes its `id`. */
  async upload(account: string, file: File): Promise<StoredFile> {
    const path = `${ofAccount(account)}/media?${new URLSearchParams({ name: file.name })}`;
    return (await (await this.ask(path, { method: 'PUT', body: file })).json()) as StoredFile;
  }

  /** The bytes of a stored file. Without a type of its own, so that no browser runs what a sender wrote. */
  async download(account: string, id: string): Promise<Blob> {
    const response = await this.ask(`${ofAccount(account)}/media/${encodeURIComponent(id)}`);
    return new Blob([await response.arrayBuffer()], { type: 'application/octet-stream' });
  }

  /** The QR code that can be scanned now, with its picture. */
  qr(account: string, signal?: AbortSignal): Promise<Answered<'session.qr'> & { readonly dataUrl: string }> {
    return this.get(`${ofAccount(account)}/qr`, signal);
  }
}

const ofAccount = (account: string): string => `/api/accounts/${encodeURIComponent(account)}`;
