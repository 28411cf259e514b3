// D8, link previews in a channel: makes the preview for the channel. getLinkPreview of WAWebLinkPreviewChatAction also
// takes the chat, and for a channel makes another preview, with an unencrypted picture. whatsapp-web.js omits the chat,
// and sends the message as a text, where WhatsApp Web sends a card as media: followers see a blurred picture, or no card.
// The second half is in page/posts.ts. Delete this file when a release passes the chat.
import type { PageChat, PageWindow } from '../page/page-window.js';
import type { Variant, VariantResult } from './variant.js';

declare const window: PageWindow;

/**
 * Runs in the page. The number of declared arguments is the only difference: requesting a preview would use
 * the network.
 */
function probePreview(): VariantResult {
  return window.require('WAWebLinkPreviewChatAction').getLinkPreview.length > 1 ? 'patched' : 'native';
}

/** Runs in the page: the preview of a link for its chat. */
export async function previewFor(link: object, chat?: PageChat): Promise<{ readonly data?: object } | null> {
  const { getLinkPreview } = window.require('WAWebLinkPreviewChatAction');
  return chat === undefined ? getLinkPreview(link) : getLinkPreview(link, chat);
}

export const channelPreview: Variant = {
  id: 'D8',
  breaks: 'a link preview made without the channel is not shown in it',
  since: '2.3000.1043',
  source: 'rmyndharis/OpenWA #1006, PR #1044; vinikjkkj/zapo #214, PR #216',
  capability: 'send.channel',
  probe: (page) => page.evaluate(probePreview),
};
