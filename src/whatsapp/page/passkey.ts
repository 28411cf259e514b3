// Runs in the page, before any of its own scripts: relays passkey requests. The passkey that WhatsApp requires of some
// accounts when a device is linked is not on this machine. So the page's call is kept pending and reported to the daemon,
// and settled with the answer of the person's own browser on the same origin.
import type { PasskeyAnswer } from '../../protocol/passkey.js';
import type { PageReport, PageWindow } from './page-window.js';

declare const window: PageWindow;

/** The end of a pending call. */
export type PasskeySettled =
  | { readonly answer: PasskeyAnswer }
  /** Refused, cancelled or timed out; a browser does not distinguish these. */
  | { readonly refused: true };

/**
 * @param binding name of the function that notifies the daemon
 * @param hasWindow true when the browser has a visible window: then it shows its own dialog too, and the
 * first answer counts
 */
export function interceptPasskeys(binding: string, hasWindow: boolean): void {
  if (window.top !== (window as unknown)) return;
  if (window.location.host !== 'web.whatsapp.com') return;
  type Get = (this: unknown, options?: CredentialOptions) => Promise<unknown>;
  interface CredentialOptions {
    readonly publicKey?: Readonly<Record<string, unknown>>;
    readonly mediation?: string;
    readonly signal?: AbortSignal;
  }
  const container = window.CredentialsContainer as { prototype: { get: Get } } | undefined;
  const native = container?.prototype.get;
  if (!container || !native) return;
  const LONGEST_MS = 600_000;
  const SLACK_MS = 5_000;
  const report = (data: PageReport): void => {
    const send = window[binding] as ((data: PageReport) => Promise<unknown>) | undefined;
    void send?.(data)?.catch?.(() => undefined);
  };
  const named = (name: string, text: string): Error =>
    new (window.DOMException as new (text: string, name: string) => Error)(text, name);
  const refusal = (): Error => named('NotAllowedError', 'The operation either timed out or was not allowed.');

  const toUrl = (bytes: Uint8Array): string => {
    let letters = '';
    for (const byte of bytes) letters += String.fromCharCode(byte);
    return btoa(letters).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  };
  const fromUrl = (text: string): ArrayBuffer =>
    Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0))
      .buffer;
  /** Converts byte strings at any depth to base64url, as in the standard's JSON. */
  const toJson = (value: unknown): unknown => {
    if (value instanceof ArrayBuffer) return toUrl(new Uint8Array(value));
    if (ArrayBuffer.isView(value))
      return toUrl(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    if (Array.isArray(value)) return value.map(toJson);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
  };
  /** An object like a browser's own. It has own members, because the getters of the prototype require a real one. */
  const made = (type: string, members: Record<string, unknown>): object => {
    const { prototype } = window[type] as { prototype: object };
    const properties = Object.entries(members).map(
      ([key, value]) => [key, { value, enumerable: true }] as const,
    );
    return Object.create(prototype, Object.fromEntries(properties));
  };
  /** The extension results (WebAuthn level 3, section 10.1.4), with bytes instead of base64url. */
  const extensionsOf = ({ prf, ...more }: Readonly<Record<string, unknown>>): Record<string, unknown> => {
    const { results, ...rest } = (prf ?? {}) as { results?: Record<string, string> };
    const bytes = Object.entries(results ?? {}).map(([name, text]) => [name, fromUrl(text)] as const);
    return { ...more, ...(prf !== undefined && { prf: { ...rest, results: Object.fromEntries(bytes) } }) };
  };
  const credentialOf = (json: PasskeyAnswer): object => {
    const { id, rawId, type, authenticatorAttachment = null, clientExtensionResults, response } = json;
    const { clientDataJSON, authenticatorData, signature, userHandle } = response;
    return made('PublicKeyCredential', {
      id,
      rawId: fromUrl(rawId),
      type,
      authenticatorAttachment,
      response: made('AuthenticatorAssertionResponse', {
        clientDataJSON: fromUrl(clientDataJSON),
        authenticatorData: fromUrl(authenticatorData),
        signature: fromUrl(signature),
        userHandle: userHandle ? fromUrl(userHandle) : null,
      }),
      getClientExtensionResults: () => extensionsOf(clientExtensionResults),
      toJSON: () => structuredClone(json),
    });
  };

  let held: {
    readonly id: number;
    readonly settle: (how: PasskeySettled | { aborted: unknown }) => void;
  } | null = null;
  let count = 0;
  const get: Get = function get(this: unknown, options) {
    // Autofill of a sign-in form (conditional) and requests for a password are not relayed.
    if (!options?.publicKey || options.mediation === 'conditional') return native.call(this, options);
    const { publicKey, signal } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    held?.settle({ refused: true });
    count += 1;
    const id = count;
    return new Promise((resolve, reject) => {
      const ownCall = new AbortController();
      const abort = (): void => {
        if (held?.id === id) held.settle({ aborted: signal?.reason });
      };
      held = {
        id,
        settle: (how) => {
          held = null;
          window.clearTimeout(late);
          signal?.removeEventListener('abort', abort);
          ownCall.abort();
          if ('answer' in how) {
            resolve(credentialOf(how.answer));
            return;
          }
          reject('aborted' in how ? how.aborted : refusal());
          report({ kind: 'passkey-gone', id });
        },
      };
      // A time-out like a browser's; the daemon's own limit is shorter.
      const { timeout } = publicKey;
      const late = window.setTimeout(
        () => held?.id === id && held.settle({ refused: true }),
        (typeof timeout === 'number' && timeout > 0 ? timeout : LONGEST_MS) + SLACK_MS,
      );
      signal?.addEventListener('abort', abort, { once: true });
      if (hasWindow) {
        const own = native.call(this, { ...options, signal: ownCall.signal });
        void own.then(
          (credential) => {
            if (held?.id !== id) return;
            held = null;
            window.clearTimeout(late);
            report({ kind: 'passkey-answered', id });
            resolve(credential);
          },
          // If it is cancelled in this browser, the relay can still answer it.
          () => undefined,
        );
      }
      report({
        kind: 'passkey',
        id,
        options: toJson(publicKey) as Extract<PageReport, { kind: 'passkey' }>['options'],
      });
    });
  };
  container.prototype.get = get;
  // A headless browser has no authenticator, and a page that checks this first would not request the passkey.
  const asked = window.PublicKeyCredential as Record<string, unknown> | undefined;
  if (asked) asked.isUserVerifyingPlatformAuthenticatorAvailable = async () => true;

  window.__wadSettlePasskey = (id: number, how: PasskeySettled): boolean => {
    if (held?.id !== id) return false;
    held.settle(how);
    return true;
  };
}

/** Runs in the page. False when the call is no longer pending. */
export function settlePasskey(id: number, how: PasskeySettled): boolean {
  const settle = window.__wadSettlePasskey as ((id: number, how: PasskeySettled) => boolean) | undefined;
  return settle?.(id, how) ?? false;
}
