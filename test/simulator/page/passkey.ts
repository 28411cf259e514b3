/**
 * The passkey that some accounts need when a device is linked. Calls navigator.credentials.get as any page
 * does, and checks the result as strictly as a page can.
 */
import type { Assertion, PasskeyOptions } from '../wire.js';
import { knobs } from './boot-record.js';
import { chatSocket } from './chat-socket.js';
import { clearRef, register } from './pairing.js';
import { Socket } from './socket-model.js';
import { base64ToBytes, bytesToBase64 } from './tagged-json.js';

const fromUrl = (text: string) => base64ToBytes(text.replaceAll('-', '+').replaceAll('_', '/'));
const toUrl = (buffer: ArrayBuffer) =>
  bytesToBase64(new Uint8Array(buffer)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

let calling: AbortController | undefined;

/** Aborts the call: the server does not wait any longer, and a browser allows one call at a time. */
export function givePasskeyUp(): void {
  calling?.abort();
  void register();
}

export async function confirmPasskey(options: PasskeyOptions): Promise<void> {
  clearRef({ notifies: knobs.qrClearedRaises });
  if (knobs.passkeyState === 'PAIRING') Socket.set({ state: 'PAIRING' });
  calling = new AbortController();
  const { signal } = calling;
  try {
    const credential = await navigator.credentials.get({
      signal,
      publicKey: {
        challenge: fromUrl(options.challenge),
        rpId: options.rpId,
        timeout: options.timeout,
        userVerification: 'required',
        allowCredentials: options.allowCredentials.map(({ id, transports }) => ({
          id: fromUrl(id),
          type: 'public-key',
          transports: transports as AuthenticatorTransport[],
        })),
      },
    });
    chatSocket.send({ type: 'passkey-answer', assertion: read(credential) });
  } catch (error) {
    if (signal.aborted) return;
    chatSocket.send({ type: 'passkey-failed', name: (error as Error).name });
    void register();
  }
}

/** Throws TypeError for any deviation from the standard. */
function read(credential: Credential | null): Assertion {
  if (!(credential instanceof PublicKeyCredential)) throw new TypeError('no PublicKeyCredential');
  const { id, rawId, type, response, authenticatorAttachment } = credential;
  if (!(response instanceof AuthenticatorAssertionResponse)) throw new TypeError('no assertion');
  if (knobs.passkeyReads === 'toJSON') return credential.toJSON() as Assertion;
  const { clientDataJSON, authenticatorData, signature, userHandle } = response;
  for (const buffer of [rawId, clientDataJSON, authenticatorData, signature])
    if (!(buffer instanceof ArrayBuffer)) throw new TypeError('no ArrayBuffer');
  return {
    id,
    rawId: toUrl(rawId),
    type,
    response: {
      clientDataJSON: toUrl(clientDataJSON),
      authenticatorData: toUrl(authenticatorData),
      signature: toUrl(signature),
      ...(userHandle && { userHandle: toUrl(userHandle) }),
    },
    clientExtensionResults: { ...credential.getClientExtensionResults() } as Record<string, unknown>,
    ...(authenticatorAttachment && { authenticatorAttachment }),
  };
}
