/**
 * Channels that this account owns, administers or follows, and posts, which are sent unencrypted by their own
 * job. Modules as of 2026-04-27.
 */
import type { Json, WireChannel, WireMessage, WirePost } from '../wire.js';
import { knobs, never } from './boot-record.js';
import { keepOwnReaction } from './channel-reactions.js';
import { chatSocket } from './chat-socket.js';
import { type Chat, Newsletters } from './chats.js';
import { keyOf, type Msg, toStored, toWire } from './messages.js';
import { Model } from './model.js';
import { MsgKey } from './msg-key.js';
import { revoke } from './receive.js';
import { hanging } from './send.js';
import { storage } from './storage.js';
import { createWid, MinifiedError, type Wid } from './wid.js';

export class NewsletterMetadata extends Model {
  declare id: string;
  declare name: string;
  declare membershipType: WireChannel['role'];
  declare size: number;
  declare description: string;
  declare inviteCode: string;
  declare creationTime: number;
  declare verified: boolean;
  declare reactionCodesSetting: number;

  /** WAWebNewsletterMetadataModel; the account is the only admin of its own channels here */
  get canBeMuted(): boolean {
    return this.membershipType === 'admin' || this.membershipType === 'subscriber';
  }

  iAmAdminOrOwner(): boolean {
    return this.membershipType === 'owner' || this.membershipType === 'admin';
  }
}

/** WAWebNewsletterModelUtils */
const MUTED_STATE = -1;
const UNMUTED_STATE = 0;

const attributesOf = ({
  name,
  role,
  subscribers,
  description,
  inviteCode,
  created,
  reactions,
}: WireChannel) => ({
  ...{ name, membershipType: role, size: subscribers, description, inviteCode, creationTime: created },
  verified: false,
  // WAWebCommonNewsletterEnums.NewsletterReactionCodesSetting: All and None
  reactionCodesSetting: reactions === 'all' ? 0 : 3,
});

/** Stores a new or changed channel from the server. */
export function learnChannel(wire: WireChannel): Chat {
  const chat = Newsletters.ensure(wire.id);
  const attributes = attributesOf(wire);
  const metadata =
    chat.newsletterMetadata?.set(attributes) ?? new NewsletterMetadata({ id: wire.id, ...attributes });
  chat.set({ newsletterMetadata: metadata, name: wire.name });
  // A channel that is not followed is muted (WAWebNewsletterModelUtils.mapPreviewNewsletterToChat).
  chat.mute.set({ expiration: wire.muted || wire.role === 'guest' ? MUTED_STATE : UNMUTED_STATE });
  return chat;
}

const ask = async (channel: unknown): Promise<WireChannel> =>
  (await chatSocket.request('channel-query', { channel: String(channel) })) as unknown as WireChannel;

export const NewsletterMetadataCollection = {
  update: async (id: unknown) =>
    knobs.mexFault === 'hangs' ? never<undefined>() : learnChannel(await ask(id)).newsletterMetadata,
};

/** The server's answer, as WAWebMexNewsletterParseUtils makes it: a part for each field that was asked for. */
interface ChannelAnswer {
  idJid: string;
  newsletterNameMetadataMixin: { nameElementValue: string };
  newsletterDescriptionMetadataMixin: { descriptionQueryDescriptionResponseMixin: { elementValue: string } };
  newsletterInviteLinkMetadataMixin: { inviteCode: string };
  newsletterSubscribersMetadataMixin: { subscribersCount: number };
  newsletterCreationTimeMetadataMixin: { creationTimeValue: number };
}

export const NewsletterMetadataQueryJob = {
  /** Knows ids as well (WAWebNewsletterQueryUtils). */
  async queryNewsletterMetadataByInviteCode(ref: string): Promise<ChannelAnswer> {
    if (knobs.mexFault === 'hangs') return never<never>();
    const { id, name, description, inviteCode, subscribers, created } = await ask(ref);
    return {
      idJid: id,
      newsletterNameMetadataMixin: { nameElementValue: name },
      newsletterDescriptionMetadataMixin: {
        descriptionQueryDescriptionResponseMixin: { elementValue: description },
      },
      newsletterInviteLinkMetadataMixin: { inviteCode },
      newsletterSubscribersMetadataMixin: { subscribersCount: subscribers },
      newsletterCreationTimeMetadataMixin: { creationTimeValue: created },
    };
  },
};

export const NewsletterModelUtils = {
  MUTED_STATE,
  UNMUTED_STATE,
  mapNewsletterToMetadata: (told: ChannelAnswer) => ({
    id: createWid(told.idJid),
    name: told.newsletterNameMetadataMixin.nameElementValue,
    description:
      told.newsletterDescriptionMetadataMixin.descriptionQueryDescriptionResponseMixin.elementValue,
    inviteCode: told.newsletterInviteLinkMetadataMixin.inviteCode,
    size: told.newsletterSubscribersMetadataMixin.subscribersCount,
    creationTime: told.newsletterCreationTimeMetadataMixin.creationTimeValue,
  }),
};

/**
 * WAWebLoadNewsletterPreviewChatAction: loads a channel that is not in the list, by its id or the code of its
 * link, and returns it. Throws the server's error.
 */
export const LoadNewsletterPreviewChatAction = {
  loadNewsletterPreviewChat: async (ref: unknown) => learnChannel(await ask(ref)),
};

export const NewsletterSubscribeAction = {
  async subscribeToNewsletterAction(chat: Chat): Promise<void> {
    const { newsletterMetadata: metadata } = chat;
    // It logs an error, and does nothing.
    if (!metadata) return;
    await chatSocket.request('channel-follow', { channel: String(chat.id) });
    metadata.set({ membershipType: 'subscriber' });
    chat.mute.set({ expiration: UNMUTED_STATE });
  },
};

export const NewsletterUnsubscribeAction = {
  async unsubscribeFromNewsletterAction(chat: Chat, { deleteLocalModels = true }): Promise<void> {
    await chatSocket.request('channel-unfollow', { channel: String(chat.id) });
    if (!deleteLocalModels) return void chat.newsletterMetadata?.set({ membershipType: 'guest' });
    await storage.removeMessagesOf(String(chat.id));
    Newsletters.remove(chat);
  },
};

interface Values {
  name?: string | null;
  description?: string | null;
  picture?: string | null;
}

export const NewsletterCreateAction = {
  async createNewsletterAction({ name, description }: Values): Promise<Wid> {
    const args = { name: name ?? '', description: description ?? '' };
    const wire = (await chatSocket.request('channel-create', args)) as unknown as WireChannel;
    return learnChannel(wire).id;
  },
};

export const EditNewsletterMetadataAction = {
  async editNewsletterMetadataAction(
    chat: Chat,
    {
      editName,
      editDescription,
      editPicture,
    }: { [field in `edit${'Name' | 'Description' | 'Picture'}`]?: boolean },
    { name, description, picture }: Values,
  ): Promise<void> {
    const args = {
      channel: String(chat.id),
      ...(editName ? { name: name ?? '' } : {}),
      ...(editDescription ? { description: description ?? '' } : {}),
      // A data URL (WAWebNewsletterCreateJob.encodePicture).
      ...(editPicture ? { picture: picture ? picture.replace(/^data:[^,]*,/, '') : null } : {}),
    };
    learnChannel((await chatSocket.request('channel-edit', args)) as unknown as WireChannel);
  },
};

export const NewsletterDeleteAction = {
  async deleteNewsletterAction(chat: Chat): Promise<void> {
    await chatSocket.request('channel-delete', { channel: String(chat.id) });
    Newsletters.remove(chat);
  },
};

export const NewsletterDirectorySearchAction = {
  /** The channels are in no collection unless they are followed (WAWebGetNewsletterDirectoryChats). */
  async fetchNewsletterDirectories({ searchText }: { searchText: string }) {
    const found = await chatSocket.request('channel-search', { text: searchText });
    const newsletters = (found as unknown as WireChannel[]).map((wire) => {
      const known = Newsletters.get(wire.id);
      if (known) return known;
      const { id, name } = wire;
      const newsletterMetadata = new NewsletterMetadata({ id, ...attributesOf(wire) });
      return { id: createWid(id), name, newsletterMetadata };
    });
    return { pageInfo: {}, newsletters, subscribedNewsletters: [] };
  },
};

export const NewsletterToggleAdminActivityMuteStateAction = {
  /** Swallows the server's error. */
  async toggleNewsletterAdminActivityMuteStateAction(id: Wid, state: number): Promise<void> {
    const muted = state === MUTED_STATE;
    try {
      await chatSocket.request('channel-mute', { channel: String(id), muted });
    } catch {
      return;
    }
    Newsletters.get(id)?.mute.set({ expiration: state });
  },
};

export const NewsletterGetMessagesJob = {
  async getNewsletterMessages(jid: string, count: number, cursor?: { before?: number }) {
    const before = cursor?.before ?? null;
    const told = (await chatSocket.request('channel-posts', {
      ...{ channel: jid, count, before },
    })) as unknown as WirePost[];
    return {
      msgs: told.map(
        ({ message, revoked }): WireMessage =>
          revoked ? { ...message, type: 'revoked', body: '' } : message,
      ),
      reactions: told
        .filter(({ reactions }) => reactions.length > 0)
        .map(({ message, reactions }) => ({
          parentMsgKey: keyOf(message),
          emojiCountMap: new Map(reactions.map(({ code, count: n }) => [code, n])),
        })),
    };
  },
};

/** WAWebNewsletterSendReactionAction, which WAWebSendReactionMsgAction calls for a channel. Never throws. */
export async function sendNewsletterReaction(msg: Msg, emoji: string): Promise<string> {
  const { serverId } = msg as { serverId?: number };
  const chat = msg.chat;
  // WAWebReactionsUtils.isNewsletterReactionAllowed
  const allowed = emoji === '' || chat?.newsletterMetadata?.reactionCodesSetting !== 3;
  if (serverId === undefined || !chat || !allowed) return 'ERROR_CANCELLED';
  try {
    const asked = { channel: String(chat.id), post: serverId, emoji };
    const answer = (await chatSocket.request('channel-react', asked)) as unknown as { success: boolean };
    if (answer.success) await keepOwnReaction(msg.id, emoji);
    return answer.success ? 'OK' : 'ERROR_NETWORK';
  } catch {
    return 'ERROR_NETWORK';
  }
}

/** WAWebMsgActionCapability.canRevokeNewsletterMsg */
export const canRevokeNewsletterMsg = (msg: Msg): boolean =>
  msg.type !== 'revoked' &&
  (msg as { serverId?: number }).serverId !== undefined &&
  (msg.chat?.newsletterMetadata?.iAmAdminOrOwner() ?? false);

export const NewsletterRevokeMsgAction = {
  /** Never throws. */
  async sendNewsletterRevokeMsg(chat: Chat, msg: Msg): Promise<{ messageSendResult: string }> {
    if (!canRevokeNewsletterMsg(msg)) return { messageSendResult: 'ERROR_CANCELLED' };
    try {
      const asked = { channel: String(chat.id), post: msg.id.id };
      const answer = (await chatSocket.request('channel-revoke', asked)) as unknown as { success: boolean };
      if (!answer.success) return { messageSendResult: 'ERROR_NETWORK' };
      await revoke(msg, await MsgKey.newId(), Math.floor(Date.now() / 1000));
      return { messageSendResult: 'OK' };
    } catch {
      return { messageSendResult: 'ERROR_UNKNOWN' };
    }
  },
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
