// D8, media in a channel: sends media without avParams(). Since 2026-07-08 a message of the page lacks that function,
// from which whatsapp-web.js takes the metadata of a file: "msg.avParams is not a function". WhatsApp Web itself passes
// only the handle of the upload. Delete this file when a release does so (PR #201824).
import type { PageModel, PageWindow } from '../page/page-window.js';
import type { Variant, VariantResult } from './variant.js';

declare const window: PageWindow;

/** Runs in the page. */
function probeMedia(): VariantResult {
  const { prototype } = window.require('WAWebCollections').Msg.modelClass;
  return typeof prototype.avParams === 'function' ? 'native' : 'patched';
}

/** Runs in the page: the fields of a file in a message to a channel. */
export function postedMedia(msg: PageModel, mediaHandle: unknown): object {
  return {
    mediaHandle,
    ...(typeof msg.avParams === 'function' ? { mediaMetadata: msg.avParams() } : {}),
  };
}

export const channelMedia: Variant = {
  id: 'D8',
  breaks: 'a message has no avParams, which is read when media are sent to a channel',
  since: '2.3000.1042852868',
  source: 'wwebjs/whatsapp-web.js #201823, PR #201824; devlikeapro/waha #2149',
  capability: 'send.channel',
  probe: (page) => page.evaluate(probeMedia),
};
