/**
 * Channels that this account owns, administers or follows, and posts, which are sent unencrypted by their own
 * job.
 */
import type { Json, WireChannel, WireMessage } from '../wire.js';
import { knobs, never } from './boot-record.js';
import { chatSocket } from './chat-socket.js';
import { type Chat, Newsletters } from './chats.js';
import { type Msg, toStored, toWire } from './messages.js';
import { Model } from './model.js';
import { hanging } from './send.js';
import { storage } from './storage.js';
import { MinifiedError } from './wid.js';

export class NewsletterMetadata extends Model {
  declare id: string;
  declare name: string;
  declare membershipType: WireChannel['role'];
  declare subscribersCount: number;

  iAmAdminOrOwner(): boolean {
    return this.membershipType === 'owner' || this.membershipType === 'admin';
  }
}

/** Stores a new or changed channel from the server. */
export function learnChannel({ id, name, role, subscribers }: WireChannel): Chat {
  const chat = Newsletters.ensure(id);
  const attributes = { name, membershipType: role, subscribersCount: subscribers };
  const metadata = chat.newsletterMetadata?.set(attributes) ?? new NewsletterMetadata({ id, ...attributes });
  chat.set({ newsletterMetadata: metadata, name });
  return chat;
}

const query = async (id: unknown): Promise<Chat> =>
  learnChannel(
    (await chatSocket.request('channel-query', { channel: String(id) })) as unknown as WireChannel,
  );

export const NewsletterMetadataCollection = {
  update: async (id: unknown) => (await query(id)).newsletterMetadata,
};

/**
 * WAWebLoadNewsletterPreviewChatAction: loads a channel that is not in the list. Throws the server's error.
 */
export const LoadNewsletterPreviewChatAction = {
  loadNewsletterPreviewChat: async (id: unknown) => void (await query(id)),
};

interface Posting {
  msg: Msg;
  type: 'text' | 'media' | 'pollCreation';
  newsletterJid: string;
  mediaHandle?: string | null;
}
type Answer =
  | { success: true; ack: { t: number }; serverId: number }
  | { success: false; ack: { error: string } };

export const NewsletterSendMessageJob = {
  async sendNewsletterMessageJob({ msg, type, newsletterJid, mediaHandle = null }: Posting): Promise<Answer> {
    if (knobs.sendFault === 'never-leaves') {
      hanging.count += 1;
      return never();
    }
    const args = { type, mediaHandle, message: { ...toWire(msg), to: newsletterJid } };
    const answer = chatSocket.request('channel-post', args as unknown as Json);
    if (knobs.sendFault === 'hangs-after-send') return never();
    return (await answer) as unknown as Answer;
  },
};

/**
 * A post's row is never pending, because it is not resent (see the knob postsResend, which is for statuses).
 */
async function keep(message: WireMessage): Promise<void> {
  const { pending: _pending, ...row } = toStored(message);
  await storage.putMessages([row]);
}

export const NewsletterUpdateMsgsRecordsJob = {
  async addNewsletterMsgsRecords(messages: WireMessage[]): Promise<void> {
    const { sendFault } = knobs;
    if (sendFault === 'throws') throw new MinifiedError('t');
    if (sendFault === 'hangs-before-store') {
      hanging.count += 1;
      return never();
    }
    for (const message of messages) await keep(message);
    if (sendFault === 'hangs-after-store') {
      hanging.count += 1;
      return never();
    }
  },
  updateNewsletterMsgRecord: (msg: Msg) => keep(toWire(msg)),
};
