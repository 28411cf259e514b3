// D2, media: hides the private id of a media model. Since 2026-09-17 (2.3000.10477…) the model of a prepared file has an
// own, enumerable `__x_id`. The library spreads the model into the message, which overwrites the id of the message, and
// every send of media fails with "Data passed to getter must include an id property". The id is made non-enumerable where
// the library makes the model. Delete this file when a release no longer spreads it (PR #201923).
import type { PageWindow } from '../page/page-window.js';
import type { Shim, ShimResult } from './shim.js';

declare const window: PageWindow;

/** Runs in the page, after the library has injected its functions. */
async function mendMediaModel(): Promise<ShimResult> {
  type Make = ((...args: unknown[]) => Promise<object>) & { wad?: true };
  const library = window.WWebJS as { processMediaData?: Make } | undefined;
  const make = library?.processMediaData;
  if (!library || !make) return 'failed: the library has no processMediaData';
  const hide = (model: object): object => {
    if (Object.keys(model).includes('__x_id'))
      Object.defineProperty(model, '__x_id', { enumerable: false, configurable: true, writable: true });
    return model;
  };
  if (!make.wad) {
    const wrapped: Make = async (...args) => hide(await make(...args));
    wrapped.wad = true;
    library.processMediaData = wrapped;
  }
  // Prepared as the page prepares every file; nothing leaves the page.
  const Opaque = window.require('WAWebMediaOpaqueData');
  const Plain = (globalThis as unknown as { Blob: new (parts: string[], how: object) => object }).Blob;
  const blob = await Opaque.createFromData(new Plain(['wad'], { type: 'text/plain' }), 'text/plain');
  const model = (await window
    .require('WAWebPrepRawMedia')
    .prepRawMedia(blob, { asDocument: true })
    .waitForPrep()) as object;
  const leaks = (): boolean => Object.keys({ ...model }).includes('__x_id');
  if (!leaks()) return 'native';
  hide(model);
  return leaks() ? 'failed: the private id of a media model cannot be hidden' : 'patched';
}

export const mediaModel: Shim = {
  id: 'D2',
  breaks: 'a media model overwrites the id of its message',
  since: '2.3000.10477',
  source: 'wwebjs/whatsapp-web.js #201921, #201922, PR #201923',
  capability: 'send.media',
  apply: (page) => page.evaluate(mendMediaModel),
};
