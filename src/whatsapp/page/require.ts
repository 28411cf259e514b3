// Runs in the page, once per document, before the library touches it: wraps `require`. It records the requested modules,
// which helps to identify minified errors (D7), and provides stand-ins for modules and members that the library requires
// at its start although only a minor capability needs them: if one is missing, the library would not start at all.
import type { PageWindow } from './page-window.js';

declare const window: PageWindow;

/** Returns the names of the modules that have a stand-in on this page. @param asked how many names are kept */
export function installRequire(asked: number): string[] {
  type Require = ((name: string) => unknown) & { wad?: true };
  const native = window.require as Require;
  const marks = window.__wad;
  if (!marks || native.wad) return marks?.standIns ?? [];
  const nothing = (): undefined => undefined;
  const emitter = (): object => ({ on: nothing, off: nothing, once: nothing, trigger: nothing });
  const standIns: Readonly<Record<string, () => object>> = {
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
  const made = new Map<string, { readonly of: unknown; readonly whole: object }>();
  const find = (name: string): Record<string, unknown> | null => {
    try {
      return (native(name) as Record<string, unknown> | undefined) ?? null;
    } catch (error) {
      if (!Object.hasOwn(standIns, name)) throw error;
      return null;
    }
  };
  /** The page's own module, with stand-ins for what is missing. */
  const ask = (name: string): unknown => {
    const found = find(name);
    const standIn = Object.hasOwn(standIns, name) ? standIns[name]?.() : undefined;
    if (standIn === undefined) return found ?? undefined;
    const gone = Object.entries(standIn).filter(([member]) => (found?.[member] ?? null) === null);
    if (found !== null && gone.length === 0) return found;
    const known = made.get(name);
    if (known !== undefined && known.of === found) return known.whole;
    const filled = gone.map(([member, value]) => [member, { value, enumerable: true }] as const);
    const whole = Object.create(found, Object.fromEntries(filled)) as object;
    made.set(name, { of: found, whole });
    return whole;
  };
  const wrapped: Require = Object.assign(
    (name: string): unknown => {
      marks.asked.push(name);
      if (marks.asked.length > asked) marks.asked.shift();
      return ask(name);
    },
    native,
    { wad: true as const },
  );
  (window as { require: unknown }).require = wrapped;
  // The page's own require, for checks of what really exists.
  marks.require = native;
  marks.standIns = Object.keys(standIns).filter((name) => {
    ask(name);
    return made.has(name);
  });
  return marks.standIns;
}
