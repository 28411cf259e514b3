// Runs in the page: reports the text of the QR code whenever the page redraws it, composed as the page does; and reports
// when a pairing code ends early. The library composes the text itself, without the parts that the page adds.
import type { Emitter, PageElement, PageReport, PageWindow } from './page-window.js';

declare const window: PageWindow;

/**
 * Call it once per document, linked or not. Returns false when the page has no event to listen to.
 * @param binding name of the function that notifies the daemon
 */
export function reportQr(binding: string): boolean {
  /** Prefix for the phone's camera, and suffix for phones without the app (WAWebLinkDeviceQrcode.react, 2026-04-27). */
  const CAMERA = 'https://wa.me/settings/linked_devices#';
  const HELP = 'https://faq.whatsapp.com/r/ld';
  /** How long the page may take to draw a code that it has announced. */
  const DRAWN_MS = 1_000;
  const LOOK_MS = 25;
  type Connection = Emitter & { readonly ref?: string };
  const attempt = <T>(get: () => T): T | null => {
    try {
      return get() ?? null;
    } catch {
      return null;
    }
  };
  const module = window.__wad?.require ?? window.require;
  const conn = attempt(() => module('WAWebConnModel').Conn as Connection);
  if (conn === null) return false;
  const pause = (): Promise<void> => new Promise((resolve) => window.setTimeout(() => resolve(), LOOK_MS));

  /** The five parts; null once the code is used, or when a part is not available. */
  const parts = async (): Promise<string | null> => {
    const { ref } = conn;
    if (typeof ref !== 'string' || ref === '') return null;
    const { waSignalStore } = module('WAWebSignalStoreApi');
    const { encodeB64 } = module('WABase64');
    const registration = await waSignalStore.getRegistrationInfo();
    const noise = await module('WAWebUserPrefsInfoStore').waNoiseInfo.get();
    const keys = [noise.staticKeyPair.pubKey, registration.identityKeyPair.pubKey].map((key) =>
      encodeB64(key),
    );
    const secret = await module('WAWebUserPrefsMultiDevice').getADVSecretKey();
    const whole = [ref, ...keys, secret, module('WAWebCompanionRegClientUtils').DEVICE_PLATFORM];
    return whole.every((part) => typeof part === 'string' && part !== '') ? whole.join(',') : null;
  };

  /** The text that the page itself has drawn with these parts, including its additions. */
  const drawn = async (text: string): Promise<string | null> => {
    const boxes = (): PageElement[] => [...window.document.querySelectorAll('[data-ref]')];
    for (const until = Date.now() + DRAWN_MS; Date.now() < until; await pause())
      for (const box of boxes()) {
        const whole = box.getAttribute('data-ref');
        if (whole?.includes(text)) return whole;
      }
    return null;
  };

  /** The text with additions, by the page's own feature switches. */
  const wrapped = (text: string): string => {
    const utils = attempt(() => module('WAWebNativeCameraQRLinkedDeviceUtils'));
    if (attempt(() => utils?.isNativeCameraQRLinkedDeviceTest() as boolean) === true)
      return `${CAMERA}${text}`;
    return attempt(() => module('justknobx')._('770') as boolean) === true ? `${text},${HELP}` : text;
  };

  let turn = 0;
  if (window.__wad)
    window.__wad.dropQr = () => {
      turn += 1;
    };
  const report = async (): Promise<void> => {
    turn += 1;
    const mine = turn;
    const bare = await parts().catch(() => null);
    const text = bare === null ? null : ((await drawn(bare)) ?? wrapped(bare));
    const send = window[binding] as ((data: PageReport) => Promise<unknown>) | undefined;
    if (mine === turn) void send?.({ kind: 'qr', text })?.catch?.(() => undefined);
  };
  // A pairing code that ends before its three minutes are over (WAWebLinkDeviceEvents).
  const events = attempt(() => module('WAWebLinkDeviceEvents').WAWebLinkDeviceEvents as Emitter);
  for (const what of ['refresh_alt_linking_code', 'force_manual_refresh', 'error_alt_linking'])
    events?.on(`link_device_events:${what}`, () => {
      const send = window[binding] as ((data: PageReport) => Promise<unknown>) | undefined;
      void send?.({ kind: 'code-over' })?.catch?.(() => undefined);
    });
  conn.on('change:ref', report);
  // The secret in the text changes independently of the ref.
  attempt(() => (module('WAWebUserPrefsMultiDevice').advSecretEventEmitter as Emitter).on('change', report));
  if (conn.ref) void report();
  return true;
}
