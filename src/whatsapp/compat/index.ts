// The shims that repair whatsapp-web.js 1.34.7 on current WhatsApp Web at run time, in order, and the
// variants that our functions choose between, one file each. A shim does nothing on a page that does not need
// it. Each file is deleted when a release carries the fix. node_modules is never changed: patched installs
// have failed silently. The repairs of D4, D9 and D13 are not in these lists: state/readiness.ts makes them at a
// time of their own.

import { messageKey } from './d1-message-key.js';
import { mediaModel } from './d2-media-model.js';
import { statusPost } from './d5-status-post.js';
import { contactBlock } from './d6-contact-block.js';
import { groupAdmin } from './d6-group-admin.js';
import { channelMedia } from './d8-channel-media.js';
import { channelPreview } from './d8-channel-preview.js';
import { nativeCalls } from './d10-native-calls.js';
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
