// The types of a passkey request and its answer, in the JSON form of WebAuthn level 3 (PublicKeyCredential
// .parseRequestOptionsFromJSON and .toJSON): byte strings are base64url without padding.

/** The options that WhatsApp Web passed to navigator.credentials.get; other members are kept. */
export interface PasskeyOptions {
  readonly challenge: string;
  readonly rpId?: string;
  readonly timeout?: number;
  readonly userVerification?: string;
  readonly allowCredentials?: readonly {
    readonly id: string;
    readonly type: string;
    readonly transports?: readonly string[];
  }[];
  readonly [more: string]: unknown;
}

/** The answer of a browser that holds the passkey. */
export interface PasskeyAnswer {
  readonly id: string;
  readonly rawId: string;
  readonly type: 'public-key';
  readonly authenticatorAttachment?: string | null | undefined;
  readonly clientExtensionResults: Readonly<Record<string, unknown>>;
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    readonly userHandle?: string | null | undefined;
  };
}

/** Only a browser on this origin can answer. */
export const PASSKEY_ORIGIN = 'https://web.whatsapp.com';

/** The result of the request after an answer. */
export const PASSKEY_VERDICTS = ['linked', 'goes_on', 'refused'] as const;
export type PasskeyVerdict = (typeof PASSKEY_VERDICTS)[number];

/**
 * The snippet that a person pastes into the console of web.whatsapp.com in a browser that has the passkey. It
 * shows a button, because browsers require a gesture. It returns the answer as JSON: on the console, in a box
 * to copy from, and as the value of the promise `wad`. It uses neither innerHTML nor eval, which that page's
 * policy forbids. It reads credentials by their members, because those of password managers may lack toJSON.
 */
export function passkeySnippet(options: PasskeyOptions): string {
  return `(() => {
  const options = ${JSON.stringify(options, null, 2).split('\n').join('\n  ')};
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '');
  const decoded = (value) =>
    typeof value === 'string' ? bytes(value) : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decoded(item)]));
  const encoded = (value) =>
    value instanceof ArrayBuffer || ArrayBuffer.isView(value)
      ? text(ArrayBuffer.isView(value) ? value.buffer : value)
      : value !== null && typeof value === 'object'
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encoded(item)]))
        : value;
  const publicKey = globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON?.(options) ?? {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: (options.allowCredentials ?? []).map((one) => ({ ...one, id: bytes(one.id) })),
  };
  const prf = options.extensions?.prf;
  if (prf) publicKey.extensions = { ...publicKey.extensions, prf: decoded(prf) };
  const box = document.createElement('div');
  box.style.cssText =
    'position:fixed;top:20px;left:20px;z-index:2147483647;padding:20px;background:#fff;color:#111;border:2px solid #008069';
  const button = document.createElement('button');
  button.textContent = 'Confirm with the passkey';
  button.style.cssText = 'padding:10px 20px;font-size:16px;color:#fff;background:#008069;border:0;cursor:pointer';
  const says = document.createElement('p');
  const answer = document.createElement('textarea');
  answer.readOnly = true;
  answer.hidden = true;
  answer.rows = 8;
  answer.cols = 60;
  box.append(button, says, answer);
  document.body.append(box);
  globalThis.wad = new Promise((resolve) => {
    button.onclick = async () => {
      try {
        const found = await navigator.credentials.get({ publicKey });
        const { clientDataJSON, authenticatorData, signature, userHandle } = found.response;
        const json = JSON.stringify({
          id: found.id,
          rawId: text(found.rawId),
          type: found.type,
          authenticatorAttachment: found.authenticatorAttachment ?? null,
          clientExtensionResults: encoded(found.getClientExtensionResults?.() ?? {}),
          response: {
            clientDataJSON: text(clientDataJSON),
            authenticatorData: text(authenticatorData),
            signature: text(signature),
            userHandle: userHandle ? text(userHandle) : null,
          },
        });
        answer.value = json;
        answer.hidden = false;
        answer.select();
        says.textContent = 'Copy this and give it to: wactl passkey --answer -';
        console.log(json);
        resolve(json);
      } catch (error) {
        says.textContent = error.name + ': ' + error.message + ' Press the button to try again.';
        console.warn(error);
      }
    };
  });
})();`;
}
