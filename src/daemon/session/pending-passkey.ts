// The passkey request that waits for an answer. It is kept apart from the state, which only knows that there
// is one: the options are returned on request and never logged.
import { Fault } from '../../protocol/fault.js';
import { PASSKEY_ORIGIN, type PasskeyAnswer, type PasskeyOptions } from '../../protocol/passkey.js';
import { Condition } from './condition.js';

export interface PasskeyRequest {
  /** The page's own number for it. */
  readonly id: number;
  readonly options: PasskeyOptions;
  readonly expiresAtMs: number;
}

export class PendingPasskey {
  #request: PasskeyRequest | null = null;
  readonly #changed = new Condition();
  readonly #now: () => number;

  /** @param now wall clock, ms */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  show(request: PasskeyRequest): void {
    this.#request = request;
    this.#changed.notifyAll();
  }

  /** Resolves at the next request; rejects with the signal's reason when it aborts first. */
  next(options: { signal: AbortSignal }): Promise<void> {
    return this.#changed.wait(options);
  }

  /** Called when the request was answered or abandoned, or the page is gone. */
  clear(): void {
    this.#request = null;
  }

  /** The page's request, even if it has expired. */
  get pending(): PasskeyRequest | null {
    return this.#request;
  }

  /** The request that can be answered now. */
  current(): PasskeyRequest | null {
    return this.#request !== null && this.#request.expiresAtMs > this.#now() ? this.#request : null;
  }

  /**
   * The request that this answer belongs to; null refuses any request. An answer to another request is not
   * passed on, because WhatsApp would end the linking.
   * @throws Fault no_passkey, invalid_params
   */
  answerable(answer: PasskeyAnswer | null): PasskeyRequest {
    const request = this.current();
    if (request === null) throw new Fault('no_passkey');
    const wrong = answer === null ? null : objection(request.options, answer.response.clientDataJSON);
    if (wrong !== null) throw new Fault('invalid_params', { reason: wrong, hint: 'wactl passkey' });
    return request;
  }
}

function objection({ challenge }: PasskeyOptions, clientDataJson: string): string | null {
  let client: { readonly type?: unknown; readonly challenge?: unknown; readonly origin?: unknown };
  try {
    client = JSON.parse(Buffer.from(clientDataJson, 'base64url').toString());
  } catch {
    return 'The answer holds no client data.';
  }
  if (client?.type !== 'webauthn.get') return 'The answer is not one to navigator.credentials.get.';
  if (client.challenge !== challenge.replace(/=+$/, ''))
    return 'The answer is to another request: run the snippet that is shown now.';
  return client.origin === PASSKEY_ORIGIN
    ? null
    : `The answer was made on ${String(client.origin)}: run the snippet on ${PASSKEY_ORIGIN}.`;
}
