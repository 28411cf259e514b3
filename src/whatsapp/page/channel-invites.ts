// Runs in the page: the invitation of a person to become an admin of a channel. The server makes it, and the message has what
// the page's own has (WAWebNewsletterSendMsgAction.sendNewsletterAdminInviteMessage, 2026-04-27).

import type { PageWindow } from './page-window.js';
import type { BaseTools } from './tools.js';

declare const window: PageWindow;

export function makeChannelInvites(tools: BaseTools) {
  return {
    /** The attributes of the message to a person. */
    async attributesOf(channel: string, person: string, text: string): Promise<object> {
      const chat = tools.ledChannel(channel, ['owner'], 'Only the owner of a channel can invite admins.');
      const { createNewsletterAdminInvite } = window.require('WAWebMexCreateNewsletterAdminInviteJob');
      const wid = await tools.widWithLid(person);
      // Nothing was sent when this fails: an invitation without its message can be withdrawn, or made again.
      const made = await tools
        .answered<{ inviteExpiration: number }>(
          'page_error',
          'the invitation',
          createNewsletterAdminInvite(channel, wid),
        )
        .catch((error: unknown) =>
          tools.isGone(error)
            ? tools.refuse('not_allowed', 'WhatsApp does not let this person be invited.')
            : Promise.reject(error),
        );
      return {
        type: 'newsletter_admin_invite',
        kind: 'newsletterAdminInvite',
        viewMode: 'VISIBLE',
        newsletterAdminInviteInfo: {
          newsletterId: chat.id,
          newsletterName: tools.word(chat.name) ?? tools.word(chat.newsletterMetadata?.name) ?? '',
          inviteExpiration: made.inviteExpiration,
          inviteMessage: text,
          pictureThumbnail: null,
        },
      };
    },
  };
}

export type ChannelInvites = ReturnType<typeof makeChannelInvites>;
