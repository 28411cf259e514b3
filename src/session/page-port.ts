// The requests that a client's page answers besides sending: chats, people, groups, acts on messages. Each
// call is bounded. When the page does not answer in time, a call that reads rejects with page_error, and a
// call that changes something with outcome_unknown. Both reject with unsupported_now when this build of
// WhatsApp Web lacks what they need.
import type { Params, Result } from '../protocol/method.js';
import type { Channel, channelMethods, Post } from '../protocol/methods/channel.js';
import type { ChannelAdmin, ChannelInvited } from '../protocol/methods/channel-admins.js';
import type { Chat, chatMethods } from '../protocol/methods/chat.js';
import type { Community, CommunityOutcome, communityMethods } from '../protocol/methods/community.js';
import type { Checked, Contact, contactMethods } from '../protocol/methods/contact.js';
import type { Group, groupMethods, ParticipantOutcome } from '../protocol/methods/group.js';
import type { InvitedGroup, JoinRequest } from '../protocol/methods/group-join.js';
import type { Label, labelMethods } from '../protocol/methods/label.js';
import type { messageActMethods } from '../protocol/methods/message-act.js';
import type { Watched } from '../protocol/methods/presence.js';
import type { Profile, profileMethods } from '../protocol/methods/profile.js';
import type { Statuses, statusMethods } from '../protocol/methods/status.js';
import type { Attendance } from '../protocol/state.js';
import type { ChatId, MessageRef } from '../protocol/wid.js';
import type { InboundMessage } from './inbound-message.js';

/** A part of a long list. */
export interface Part {
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
}

export interface ChatPage {
  list(query: Params<(typeof chatMethods)['chat.list']>): Promise<{ chats: Chat[]; total: number }>;
  /** @throws Fault no_such_chat, like all methods below */
  get(chat: ChatId): Promise<Chat>;
  messages(
    chat: ChatId,
    part: { readonly limit: number; readonly before: MessageRef | null },
  ): Promise<{ messages: InboundMessage[]; more: boolean }>;
  /**
   * One page of the page's own search, the newest first.
   * @param chat null: every chat
   * @param page from 1
   * @returns `edited`: the keys of those whose text was changed. `more`: there is a next page
   */
  search(
    text: string,
    chat: ChatId | null,
    page: number,
  ): Promise<{ messages: InboundMessage[]; edited: string[]; more: boolean }>;
  markRead(chat: ChatId, read: boolean): Promise<Chat>;
  archive(chat: ChatId, archived: boolean): Promise<Chat>;
  /** @param untilMs null: forever */
  mute(chat: ChatId, muted: boolean, untilMs: number | null): Promise<Chat>;
  pin(chat: ChatId, pinned: boolean): Promise<Chat>;
  /** @param seconds 0: messages stay. @throws Fault not_allowed */
  timer(chat: ChatId, seconds: number): Promise<Chat>;
  clear(chat: ChatId, keepStarred: boolean): Promise<Chat>;
  /** @throws Fault not_allowed for a group that this account is in */
  remove(chat: ChatId): Promise<{ chat: string; deleted: boolean }>;
  typing(chat: ChatId, state: 'typing' | 'recording' | 'stop'): Promise<{ chat: string }>;
}

/** What WhatsApp shows of a person; `picture` was fetched if it was requested. */
export type ReadProfile = Omit<Profile, 'id' | 'phone' | 'lid' | 'name' | 'picture'> & {
  picture: Pick<Picture, 'base64'> | null;
};

export interface ProfilePage {
  /** @throws Fault no_such_contact */
  of(contact: ChatId, picture: boolean): Promise<Contact & ReadProfile>;
  own(picture: boolean): Promise<Pick<Profile, 'id' | 'phone' | 'lid' | 'name'> & ReadProfile>;
  /** @throws Fault not_allowed, like the methods below */
  rename(name: string): Promise<void>;
  describe(about: string): Promise<void>;
  privacy(): Promise<Result<(typeof profileMethods)['profile.privacy']>>;
  /** @param image null removes it. @throws Fault media_unusable */
  picture(image: Picture | null): Promise<void>;
}

export interface PresencePage {
  /** @throws Fault no_such_chat */
  subscribe(contact: ChatId): Promise<Watched>;
  unsubscribe(contact: ChatId): Promise<void>;
  /** Whether the page shows the account as available. */
  isOnline(): Promise<boolean>;
}

export interface LabelChanges {
  readonly name?: string | undefined;
  readonly color?: number | undefined;
}

export interface LabelPage {
  /** @throws Fault not_allowed when the account has no labels, like all methods below */
  list(part: Part): Promise<{ labels: Label[]; total: number }>;
  create(of: Params<(typeof labelMethods)['label.create']>): Promise<Label>;
  /** @throws Fault no_such_label, ambiguous_label, like all methods below */
  update(label: string, changes: LabelChanges): Promise<Label>;
  remove(label: string): Promise<{ label: Label; deleted: boolean }>;
  /** @throws Fault no_such_chat */
  assign(label: string, chat: ChatId, assigned: boolean): Promise<Chat>;
}

/**
 * Whether the phone was asked for older messages. `start`: the phone has none. `not_offered`: phone or
 * WhatsApp gives none to this device. `no_access`: this device has been given all that it may have. `paused`:
 * the page does not ask for a while, after many failures. `transferring`: the first transfer is not over.
 */
export type PhoneAsked = 'asked' | 'start' | 'not_offered' | 'no_access' | 'paused' | 'transferring';
export type PhoneAnswer = 'waiting' | 'answered' | 'failed';

export interface HistoryPage {
  /** Asks the phone for older messages of a chat. @throws Fault no_such_chat, not_ready for a new document */
  ask(chat: ChatId): Promise<PhoneAsked>;
  /** The state of that request. @param isLast it is not asked for any more. */
  answer(chat: ChatId, isLast: boolean): Promise<PhoneAnswer>;
}

/** Under which name a person is saved. */
export interface SavedName {
  readonly first: string;
  readonly last: string | null;
  /** Also in the phone's own address book. */
  readonly onPhone: boolean;
}

export interface ContactPage {
  list(
    query: Params<(typeof contactMethods)['contact.list']>,
  ): Promise<{ contacts: Contact[]; total: number }>;
  /** @param contacts null: everybody whom the page knows */
  identities(
    contacts: readonly ChatId[] | null,
    part: Part,
  ): Promise<Result<(typeof contactMethods)['contact.identities']>>;
  /** @throws Fault no_such_contact */
  get(contact: ChatId): Promise<Contact>;
  check(number: ChatId): Promise<Checked>;
  /** @throws Fault no_such_contact */
  block(contact: ChatId, blocked: boolean): Promise<Contact>;
  /** @throws Fault no_such_contact; not_allowed when the number is not known, or WhatsApp does not offer it */
  save(contact: ChatId, name: SavedName): Promise<Contact>;
  /** @throws Fault no_such_contact, not_allowed */
  remove(contact: ChatId): Promise<Contact>;
}

/** The message that was acted on. */
export interface ActedOn {
  readonly key: string;
  readonly messageId: string;
  readonly chatId: string;
}

export interface ActPage {
  /** @param emoji empty: removes the reaction. @throws Fault no_such_message, like all methods below */
  react(message: MessageRef, emoji: string): Promise<ActedOn>;
  edit(message: MessageRef, text: string): Promise<ActedOn>;
  remove(message: MessageRef, everybody: boolean): Promise<ActedOn>;
  /** Null ids: the page took it, and did not show the new message in time. @throws Fault not_on_whatsapp */
  forward(
    message: MessageRef,
    to: ChatId,
  ): Promise<{ chatId: string; key: string | null; messageId: string | null }>;
  star(message: MessageRef, starred: boolean): Promise<ActedOn>;
  /** @param options by text or `#2`; empty: takes the vote back. @throws Fault invalid_params for an unknown option */
  vote(message: MessageRef, options: readonly string[]): Promise<ActedOn & { vote: string[] }>;
  poll(message: MessageRef): Promise<Result<(typeof messageActMethods)['message.poll']>>;
  /** @throws Fault not_allowed for what is no event, and for one that is over or was cancelled */
  attend(message: MessageRef, answer: Attendance): Promise<ActedOn>;
  attendance(message: MessageRef): Promise<Result<(typeof messageActMethods)['message.attendance']>>;
  /** @param seconds null: removes the pin */
  pin(message: MessageRef, seconds: number | null): Promise<ActedOn>;
  /** Of a chat whose messages disappear. */
  keep(message: MessageRef, kept: boolean): Promise<ActedOn>;
  info(message: MessageRef): Promise<Result<(typeof messageActMethods)['message.info']>>;
}

export interface CallPage {
  /** Rejects a ringing call. @throws Fault no_such_call, not_allowed for a call of ours */
  reject(id: string): Promise<{ id: string; from: string }>;
}

export interface MediaPage {
  /**
   * Fetches the file of a message, and returns it in pieces, in order.
   * @throws Fault no_such_message, no_such_media, media_gone, media_too_large
   */
  fetch(
    message: MessageRef,
    maxBytes: number,
    write: (
      what: { readonly name: string | null; readonly mimetype: string },
      piece: Buffer,
    ) => Promise<void>,
  ): Promise<void>;
}

export type GroupAction = 'add' | 'remove' | 'promote' | 'demote';
export type GroupChanges = Omit<Params<(typeof groupMethods)['group.update']>, 'group'>;

export interface GroupPage {
  list(
    query: Params<(typeof groupMethods)['group.list']>,
  ): Promise<Result<(typeof groupMethods)['group.list']>>;
  /** @throws Fault no_such_chat, like all methods that name a group */
  get(group: ChatId): Promise<Group>;
  create(name: string, people: readonly ChatId[]): Promise<{ group: Group; results: ParticipantOutcome[] }>;
  participants(
    group: ChatId,
    action: GroupAction,
    people: readonly ChatId[],
  ): Promise<{ group: Group; results: ParticipantOutcome[] }>;
  update(group: ChatId, changes: GroupChanges): Promise<Group>;
  invite(group: ChatId, reset: boolean): Promise<{ code: string }>;
  /** @param tag empty: removes it. @throws Fault not_allowed, invalid_params */
  tag(group: ChatId, tag: string): Promise<{ tag: string | null }>;
  leave(group: ChatId): Promise<{ left: boolean }>;
}

/** A picture as it is passed to the page, which crops and scales it. */
export interface Picture {
  readonly mimetype: string;
  readonly base64: string;
}

/** A channel is named by its id or by the code of its link. */
export interface ChannelPage {
  list(
    query: Params<(typeof channelMethods)['channel.list']>,
  ): Promise<Result<(typeof channelMethods)['channel.list']>>;
  /** @throws Fault no_such_chat, like all methods below */
  get(channel: string): Promise<Channel>;
  /** @throws Fault not_allowed, like the methods below */
  follow(channel: string): Promise<Channel>;
  search(query: string, limit: number): Promise<{ channels: Channel[] }>;
  create(name: string, description: string | null): Promise<{ channel: string }>;
  /** Null: stays as it is. */
  update(channel: string, name: string | null, description: string | null): Promise<void>;
  remove(channel: string): Promise<void>;
  unfollow(channel: string): Promise<Result<(typeof channelMethods)['channel.unfollow']>>;
  mute(channel: string, muted: boolean): Promise<Channel>;
  /** @param part `before`: the server's number of a post */
  posts(
    channel: string,
    part: { readonly limit: number; readonly before: number | null },
  ): Promise<{ channel: string; posts: ReadPost[]; next: number | null }>;
}

/** A channel is named by its id. */
export interface ChannelAdminPage {
  /** @throws Fault not_allowed, like the methods below; `invited` is null where this account may not see it */
  list(channel: string): Promise<{ admins: ChannelAdmin[]; invited: ChannelInvited[] | null }>;
  revokeInvite(channel: string, contact: ChatId): Promise<{ contact: string; revoked: boolean }>;
  /** @throws Fault no_such_invite */
  acceptInvite(channel: string): Promise<void>;
  /** @param contact null: this account */
  remove(channel: string, contact: ChatId | null): Promise<{ contact: string; removed: boolean }>;
  /** @param picture null removes it. @throws Fault media_unusable */
  picture(channel: string, picture: Picture | null): Promise<{ picture: boolean }>;
}

/** A post as the page has it; the names of people are added later. */
export type ReadPost = Omit<Post, 'message'> & { readonly message: InboundMessage };

/** Statuses of others of the last day; read on request only (U2). */
export interface StatusPage {
  list(
    part: Params<(typeof statusMethods)['status.list']>,
  ): Promise<Result<(typeof statusMethods)['status.list']>>;
  /** @throws Fault no_such_contact, like the method below */
  get(contact: ChatId): Promise<{ contact: Statuses; messages: InboundMessage[] }>;
  see(contact: ChatId): Promise<Statuses>;
}

export interface CommunityPage {
  list(
    part: Params<(typeof communityMethods)['community.list']>,
  ): Promise<Result<(typeof communityMethods)['community.list']>>;
  /** @throws Fault no_such_chat, like all methods that name a community */
  get(community: ChatId): Promise<Community>;
  create(name: string, description: string | null): Promise<{ community: string }>;
  /** @throws Fault not_allowed unless this account is an admin, like deactivate */
  groups(
    community: ChatId,
    action: 'link' | 'unlink',
    groups: readonly ChatId[],
  ): Promise<{ results: CommunityOutcome[] }>;
  deactivate(community: ChatId): Promise<void>;
}

export interface GroupJoinPage {
  /** @throws Fault no_such_invite */
  preview(code: string): Promise<InvitedGroup>;
  /** @throws Fault no_such_invite, not_allowed */
  join(code: string): Promise<{ group: string; state: 'joined' | 'requested' }>;
  /** @throws Fault no_such_chat, like all methods below; not_allowed unless this account is an admin */
  requests(group: ChatId, part: Part): Promise<{ requests: JoinRequest[]; total: number }>;
  /** @param people null: everybody who waits */
  answer(
    group: ChatId,
    action: 'approve' | 'refuse',
    people: readonly ChatId[] | null,
  ): Promise<{ results: ParticipantOutcome[] }>;
  /** @param picture null: removes it. @throws Fault media_unusable */
  picture(group: ChatId, picture: Picture | null): Promise<{ picture: boolean }>;
}

/** Messages that arrived while nobody listened, from the page's own store. All reject with page_error. */
export interface MissedPage {
  /** Chats with activity since then. Statuses are never read (U2). */
  chatsSince(sinceMs: number): Promise<readonly string[]>;
  /**
   * The messages of a chat since then, oldest first: the newest `limit` of them. `whole`: none was left out.
   * `failure`: why the page could not read the rest.
   */
  keysSince(
    chatId: string,
    sinceMs: number,
    limit: number,
  ): Promise<{
    readonly keys: readonly string[];
    /** The keys of messages that were deleted for everybody. */
    readonly revoked: readonly string[];
    readonly whole: boolean;
    readonly failure: string | null;
  }>;
  /**
   * Messages of a chat by our keys, marked as found later; notices are left out. `undecrypted`: the keys of
   * messages that the page cannot decrypt yet, which are placeholders of the type `ciphertext`.
   */
  messagesOf(
    chatId: string,
    keys: readonly string[],
  ): Promise<{
    readonly messages: readonly InboundMessage[];
    readonly revoked: readonly Revocation[];
    readonly undecrypted: readonly string[];
  }>;
  /** The acks of our messages, as far as the page knows them. */
  acksOf(messageIds: readonly string[]): Promise<readonly MissedAck[]>;
}

/** A deletion for everybody, under the key that the message had before. */
export interface Revocation {
  readonly key: string;
  readonly messageId: string;
  readonly chatId: string;
  readonly author: string | null;
  readonly fromMe: boolean;
  readonly timestamp: string;
}

/** An ack, as it would have been reported to a listener. */
export interface MissedAck {
  readonly type: 'ack';
  readonly key: string;
  readonly messageId: string;
  readonly chatId: string;
  readonly fromMe: boolean;
  readonly ack: number;
}
