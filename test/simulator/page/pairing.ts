/**
 * Linking: changing QR codes, pairing codes, and the keys behind both. Ends with the server's pair-success.
 */
import type { Json } from '../wire.js';
import { knobs } from './boot-record.js';
import { chatSocket, ServerStatusCodeError } from './chat-socket.js';
import { Conn } from './conn.js';
import { Emitter } from './emitter.js';
import { report } from './instrument.js';
import { Socket } from './socket-model.js';
import { type Keys, storage } from './storage.js';
import { bytesToBase64 } from './tagged-json.js';

/** Chrome, as the real page reports it to the phone. */
const DEVICE_PLATFORM = '1';

/** The prefix for the phone's own camera. */
const CAMERA = 'https://wa.me/settings/linked_devices#';

const advSecretEventEmitter = new Emitter();

let keys: Keys | undefined;
let turn: ReturnType<typeof setTimeout> | undefined;
let type: 'QR' | 'ALT_DEVICE_LINKING' = 'QR';

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

async function ownKeys(): Promise<Keys> {
  keys ??= await storage.keys(() => ({
    noiseKey: random(32),
    identityKey: random(33),
    advSecret: bytesToBase64(random(32)),
  }));
  return keys;
}

/**
 * Requests refs from the server. Called on every connection without credentials, and when the QR code has
 * become stale.
 */
export async function register(): Promise<void> {
  const { noiseKey, identityKey, advSecret } = await ownKeys();
  chatSocket.send({
    type: 'register',
    noiseKey: bytesToBase64(noiseKey),
    identityKey: bytesToBase64(identityKey),
    advSecret,
    platform: DEVICE_PLATFORM,
  });
}

/**
 * Shows the refs in turn. The first one lives longer than the others; after the last the page waits for a new
 * request.
 */
export function showRefs(refs: readonly string[]): void {
  clearTimeout(turn);
  const show = (index: number) => {
    const ref = refs[index];
    if (ref === undefined) {
      report({ type: 'qr', text: null });
      Socket.set({ state: 'UNPAIRED_IDLE' });
      return;
    }
    Conn.set({ ref });
    if (type === 'QR') report({ type: 'qr', text: qrOf(ref) });
    turn = setTimeout(() => show(index + 1), index === 0 ? knobs.qrFirstMs : knobs.qrNextMs);
  };
  show(0);
  Socket.set({ state: 'UNPAIRED' });
}

function qrOf(ref: string): string {
  if (!keys) return '';
  const parts = [
    ref,
    bytesToBase64(keys.noiseKey),
    bytesToBase64(keys.identityKey),
    keys.advSecret,
    DEVICE_PLATFORM,
  ];
  return `${knobs.qrPrefix === 'none' ? '' : CAMERA}${parts.join(',')}`;
}

/**
 * The text of the QR code that the page draws now: empty once the code is used, or while a pairing code is
 * shown.
 */
export const drawnQr = (): string => (type === 'QR' && Conn.ref ? qrOf(Conn.ref) : '');

/** Removes the used ref. Some builds notify their listeners (wwebjs PR #201653). */
export function clearRef({ notifies }: { notifies: boolean }): void {
  clearTimeout(turn);
  report({ type: 'qr', text: null });
  if (notifies) Conn.set({ ref: undefined });
  else Conn.ref = undefined;
}

export function refreshQr(): void {
  type = 'QR';
  void register();
}

/** WAWebLinkDeviceEvents.WAWebLinkDeviceEvents: events of a pairing code. */
export const LinkDeviceEvents = new Emitter();

const CODE_EVENTS: { readonly [how: string]: string | undefined } = {
  refresh: 'link_device_events:refresh_alt_linking_code',
  manual: 'link_device_events:force_manual_refresh',
  error: 'link_device_events:error_alt_linking',
};

/** WAWebAltDeviceLinkingApi */
export const AltDeviceLinkingApi = {
  setPairingType(value: typeof type): void {
    type = value;
  },
  async initializeAltDeviceLinking(): Promise<void> {
    clearTimeout(turn);
    report({ type: 'qr', text: null });
  },
  async initializeQRLinking(): Promise<void> {
    type = 'QR';
  },
  async startAltLinkingFlow(number: string, showNotification: boolean): Promise<Json | undefined> {
    try {
      const code = await chatSocket.request('code', { number, showNotification });
      const event = CODE_EVENTS[knobs.codeEnds];
      if (event) setTimeout(() => LinkDeviceEvents.trigger(event), knobs.codeEndsMs);
      return code ?? undefined;
    } catch (error) {
      if (!(error instanceof ServerStatusCodeError)) throw error;
      // As in wwebjs #3763: "CompanionHelloError … IQErrorRateOverlimit 429".
      throw Object.assign(new Error(error.text), {
        name: 'CompanionHelloError',
        type: 'IQErrorRateOverlimit',
        code: error.status,
      });
    }
  },
};

/** WAWebNativeCameraQRLinkedDeviceUtils; missing in builds that always have the prefix. */
export const NativeCameraUtils = { isNativeCameraQRLinkedDeviceTest: () => knobs.qrPrefix === 'gated' };

/** Changes the secret under the same ref: a client that listens only for refs shows an invalid code. */
export function renewSecret(): void {
  if (!keys) return;
  keys = { ...keys, advSecret: bytesToBase64(random(32)) };
  chatSocket.send({ type: 'secret', advSecret: keys.advSecret });
  report({ type: 'qr', text: drawnQr() || null });
  advSecretEventEmitter.trigger('change');
}

/** The modules from whose exports whatsapp-web.js composes its own QR text. */
export const RegistrationModules = {
  WAWebCompanionRegClientUtils: { DEVICE_PLATFORM },
  WAWebAdvSignatureApi: { verifyDeviceIdentityAccountSignature: async () => true },
  WAWebUserPrefsInfoStore: {
    waNoiseInfo: { get: async () => ({ staticKeyPair: { pubKey: (await ownKeys()).noiseKey } }) },
  },
  WAWebSignalStoreApi: {
    waSignalStore: {
      getRegistrationInfo: async () => ({ identityKeyPair: { pubKey: (await ownKeys()).identityKey } }),
    },
  },
  WAWebUserPrefsMultiDevice: { getADVSecretKey: () => keys?.advSecret, advSecretEventEmitter },
  WABase64: { encodeB64: bytesToBase64, encodeB64UrlSafe: bytesToBase64 },
};
