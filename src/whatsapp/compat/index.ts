// The repairs of whatsapp-web.js 1.34.7 on current WhatsApp Web, one file each: shims, which probe the page and patch it at run
// time; installs, which are made at a fixed time without a probe; and the variants that our functions choose between. A shim
// does nothing on a page that does not need it. state/repairs.ts applies these tables, in order. Each file is deleted when a
// release carries the fix. node_modules is never changed: patched packages have failed silently.

import { messageKey } from './d1-message-key.js';
import { mediaModel } from './d2-media-model.js';
import { missedSync } from './d4-missed-sync.js';
import { statusPost } from './d5-status-post.js';
import { contactBlock } from './d6-contact-block.js';
import { groupAdmin } from './d6-group-admin.js';
import { channelMedia } from './d8-channel-media.js';
import { channelPreview } from './d8-channel-preview.js';
import { lazyModules, moduleLoader } from './d9-lazy-modules.js';
import { nativeCalls } from './d10-native-calls.js';
import { chatOrigin } from './d13-chat-origin.js';
import { uploadType } from './d16-upload-type.js';
import type { Install, InstallTime } from './install.js';
import type { Shim } from './shim.js';
import type { Variant } from './variant.js';

/**
 * Applied before the library touches the document; after `unlinked`, applied again before its listeners are
 * attached.
 */
export const SHIMS: readonly Shim[] = [messageKey];
/** Applied when the library's own functions are in the page, which these repair. */
export const LATE_SHIMS: readonly Shim[] = [mediaModel, statusPost, nativeCalls];
/** Parts of the page that our own functions use instead of the library's; probed only to be recorded. */
export const VARIANTS: readonly Variant[] = [groupAdmin, contactBlock, channelPreview, channelMedia];
/** By the time at which they are made. */
export const INSTALLS: Readonly<Record<InstallTime, readonly Install[]>> = {
  document: [moduleLoader],
  modules: [lazyModules],
  injected: [missedSync],
  synced: [missedSync],
  attached: [chatOrigin, uploadType],
};
