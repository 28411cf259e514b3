/**
 * Blocks a linked account until its owner has proved presence (WAWebIntegrityCheckpointOpener, 2026-04-27).
 * The challenge is kept across restarts. Its window has a button that requests the passkey, and one that logs
 * out. Of the two kinds of challenge the page shows only the passkey one.
 */
import type { Challenge } from '../wire.js';
import { chatSocket } from './chat-socket.js';
import { define } from './require.js';
import { storage } from './storage.js';
import { base64ToBytes, bytesToBase64 } from './tagged-json.js';

const KEY = 'WAIntegrityChallengeState';
/** The input from which the authenticator derives a value for this page only. */
const PRF = 'whatsapp-challenge';
const CONTINUE = 'Weiter zum Passkey';

let challenge: Challenge | undefined;

/** WAWebUserPrefsIndexedDBStorage.userPrefsIdb, which answers from memory. */
export const userPrefsIdb = { get: (key: string) => (key === KEY ? challenge : undefined) };

export async function restoreCheckpoint(): Promise<void> {
  challenge = await storage.readChallenge();
  if (challenge) show(challenge);
}

export async function openCheckpoint(made: Challenge): Promise<void> {
  await storage.writeChallenge(made);
  challenge = made;
  show(made);
}

function show({ challenge_type: type, passkey_challenge_base64: text }: Challenge): void {
  if (type !== 'PASSKEY' || text === undefined) return;
  // This module loads with the window.
  define('WAWebCheckpointModalStrings', { getCheckpointContinueButtonText: () => CONTINUE });
  document.getElementById('checkpoint')?.remove();
  const box = document.createElement('div');
  box.id = 'checkpoint';
  const go = document.createElement('button');
  // WAWebPasskeyCheckpoint.react: the picture has a title, which is invisible text.
  go.innerHTML = `${CONTINUE}<span aria-hidden="true"><svg width="16" height="16"><title>ic-arrow-forward</title></svg></span>`;
  const leave = document.createElement('button');
  leave.textContent = 'Abmelden';
  leave.addEventListener('click', () => chatSocket.send({ type: 'logout' }));
  go.addEventListener('click', () => {
    go.disabled = true;
    confirm(text).then(
      () => box.remove(),
      () => {
        go.disabled = false;
      },
    );
  });
  box.append(go, leave);
  document.body.append(box);
}

const fromUrl = (text: string) => base64ToBytes(text.replaceAll('-', '+').replaceAll('_', '/'));
const toUrl = (buffer: ArrayBuffer) =>
  bytesToBase64(new Uint8Array(buffer)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/**
 * WAWebIntegrityChallengeUtils.performPasskeyAssertion, and the server's verdict. Rejects when the server
 * refuses it.
 */
async function confirm(text: string): Promise<void> {
  const found = (await navigator.credentials.get({
    publicKey: {
      challenge: fromUrl(text),
      rpId: 'whatsapp.com',
      userVerification: 'preferred',
      timeout: 600_000,
      extensions: { prf: { eval: { first: new TextEncoder().encode(PRF) } } },
    },
  })) as PublicKeyCredential | null;
  if (found === null) throw new Error('No credential returned from WebAuthn API');
  const response = found.response as AuthenticatorAssertionResponse;
  const prf = found.getClientExtensionResults().prf?.results?.first;
  const answer = await chatSocket.request('checkpoint', {
    id: found.id,
    rawId: toUrl(found.rawId),
    type: found.type,
    authenticatorData: toUrl(response.authenticatorData),
    clientDataJSON: toUrl(response.clientDataJSON),
    signature: toUrl(response.signature),
    userHandle: response.userHandle ? toUrl(response.userHandle) : '',
    prf: prf === undefined ? null : toUrl(prf as ArrayBuffer),
  });
  if (answer !== true) throw new Error('Server rejected challenge response');
  challenge = undefined;
  await storage.writeChallenge(undefined);
}
