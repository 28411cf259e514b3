// Runs in the page, once a document, before the library touches it: a note of the modules that are asked for, which is
// what a minified error can be told by (D7), and stand-ins for modules that the library asks for at its start although
// nothing but a side capability rests on them. Without one the library would not start at all.
import type { PageWindow } from './page-window.js';

declare const window: PageWindow;

/** Returns the names of the modules that have a stand-in on this page. @param asked how many names are kept */
export function installRequire(asked: number): string[] {
  type Require = ((name: string) => unknown) & { wad?: true };
  const native = window.require as Require;
  const book = window.__wad;
  if (!book || native.wad) return book?.standIns ?? [];
  const nothing = (): undefined => undefined;
  const emitter = (): object => ({ on: nothing, off: nothing, once: nothing, trigger: nothing });
  const standIns: Readonly<Record<string, () => unknown>> = {
    WAWebCmd: () => ({ Cmd: emitter() }),
    WAWebOfflineHandler: () => ({ OfflineMessageHandler: { getOfflineDeliveryProgress: () => 0 } }),
    WAWebAltDeviceLinkingApi: () => ({}),
    WABase64: () => ({ encodeB64: () => '' }),
    WAWebCompanionRegClientUtils: () => ({ DEVICE_PLATFORM: '' }),
    WAWebUserPrefsMultiDevice: () => ({ getADVSecretKey: () => '' }),
    WAWebAdvSignatureApi: () => ({}),
    WAWebUserPrefsInfoStore: () => ({
      waNoiseInfo: { get: async () => ({ staticKeyPair: { pubKey: '' } }) },
    }),
    WAWebSignalStoreApi: () => ({
      waSignalStore: { getRegistrationInfo: async () => ({ identityKeyPair: { pubKey: '' } }) },
    }),
    WAWebSyncGatingUtils: () => ({ isPlaceholderMessageResendEnabled: () => false }),
    WAWebCallCollection: () => ({}),
    WALinkify: () => ({ findLink: () => null, findLinks: () => [] }),
  };
  const made = new Map<string, unknown>();
  const ask = (name: string): unknown => {
    try {
      const found = native(name);
      if (found !== undefined && found !== null) return found;
    } catch (error) {
      if (!Object.hasOwn(standIns, name)) throw error;
    }
    if (Object.hasOwn(standIns, name) && !made.has(name)) made.set(name, standIns[name]?.());
    return made.get(name);
  };
  const wrapped: Require = Object.assign(
    (name: string): unknown => {
      book.asked.push(name);
      if (book.asked.length > asked) book.asked.shift();
      return ask(name);
    },
    native,
    { wad: true as const },
  );
  (window as { require: unknown }).require = wrapped;
  // The page's own, for whoever wants to know what is really there.
  book.require = native;
  book.standIns = Object.keys(standIns).filter((name) => {
    ask(name);
    return made.has(name);
  });
  return book.standIns;
}
