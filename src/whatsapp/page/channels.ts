// Runs in the page: lists and finds channels, follows and mutes them, and reads, reacts to and deletes their posts. Channels
// are in a collection of their own, WAWebNewsletterCollection. All modules as of 2026-04-27.
import type { Channel } from '../../protocol/methods/channel.js';
import type { MessageRef } from '../../protocol/wid.js';
import type { Tools } from './messages.js';
import type { PageChat, PageModel, PageMsg, PageWindow } from './page-window.js';

declare const window: PageWindow;

/** The server's posts, as WAWebNewsletterGetMessagesJob returns them. */
interface Posts {
  readonly msgs: readonly object[];
  readonly reactions: readonly {
    readonly parentMsgKey: object;
    readonly emojiCountMap: Map<string, number>;
  }[];
}
type Query = {
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly query?: string | undefined;
};

export function makeChannels(tools: Tools) {
  const { answered, attempt, confirmed, count, refuse, text, word } = tools;
  const NOTICES = ['newsletter_notification', 'notification', 'protocol', 'gp2', 'revoked'];
  /** Where the page records that a channel was followed: the overview of updates, as in the library. */
  const SURFACE = 3;
  const MOST_REACTIONS = 100;

  const models = () => window.require('WAWebCollections');
  const every = (): PageChat[] => models().WAWebNewsletterCollection.getModelsArray();
  const roleOf = (meta: PageModel | null | undefined): Channel['role'] => {
    const role = String(meta?.membershipType);
    return role === 'owner' || role === 'admin' ? role : role === 'subscriber' ? 'follower' : 'none';
  };
  const isOurs = (chat: PageChat): boolean => roleOf(chat.newsletterMetadata) !== 'none';
  const number = (value: unknown): number | null =>
    Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;

  const described = (id: string, meta: PageModel | null | undefined): Channel => {
    const code = word(meta?.inviteCode);
    return {
      id,
      name: word(meta?.name) ?? id,
      description: word(meta?.description),
      link: code === null ? null : `https://whatsapp.com/channel/${code}`,
      followers: number(meta?.size),
      verified: meta?.verified === true,
      createdAt: tools.instant(meta?.creationTime),
      role: roleOf(meta),
      muted: false,
      unread: 0,
    };
  };
  const isMuted = (chat: PageChat): boolean => count(chat.mute?.expiration) !== 0;
  const show = (chat: PageChat): Channel => {
    const shown = described(
      text(chat.id),
      attempt(() => chat.newsletterMetadata),
    );
    const name = word(attempt(() => chat.newsletterMetadata?.name)) ?? word(chat.name) ?? shown.name;
    if (shown.role === 'none') return { ...shown, name };
    return { ...shown, name, muted: isMuted(chat), unread: Math.max(count(chat.unreadCount), 0) };
  };

  /** A channel in memory, by its id or the code of its link. */
  const find = (ref: string): PageChat | null =>
    every().find(
      (chat) => text(chat.id) === ref || attempt(() => chat.newsletterMetadata?.inviteCode) === ref,
    ) ?? null;
  /** A channel that this account owns, administers or follows. */
  const joined = (ref: string): PageChat | null => {
    const chat = find(ref);
    return chat && isOurs(chat) ? chat : null;
  };
  const missing = (ref: string): never => refuse('no_such_chat', `There is no channel ${ref}.`);
  const ours = (ref: string): PageChat =>
    joined(ref) ?? refuse('not_allowed', `This account does not follow the channel ${ref}. Follow it first.`);
  /** What the server shows of a channel. It knows ids and codes. @throws the server's error, with its status */
  const query = async (ref: string): Promise<PageModel> => {
    const { queryNewsletterMetadataByInviteCode: ask } = window.require('WAWebNewsletterMetadataQueryJob');
    const answer = await answered<PageModel | null | undefined>(
      'page_error',
      'the channel',
      ask(ref, undefined),
    );
    return answer?.idJid ? answer : missing(ref);
  };

  const idOf = async (ref: string): Promise<string> => {
    if (ref.endsWith('@newsletter')) return ref;
    const chat = find(ref);
    return chat ? text(chat.id) : String((await query(ref)).idJid);
  };

  /** The page's own result of sending something in a channel (WAWebSendMsgResultAction). */
  const sent = (what: string, result: unknown, refused: string): void => {
    if (result === 'OK') return;
    if (result === 'ERROR_CANCELLED' || result === undefined) refuse('not_allowed', refused);
    // The page does not distinguish a refusal of the server from an answer that was lost.
    refuse('outcome_unknown', `WhatsApp Web could not confirm ${what} (${String(result)}).`);
  };
  const post = async (ref: MessageRef): Promise<PageMsg> => {
    const msg = await tools.message(ref);
    return msg.type === 'revoked' ? refuse('no_such_message', 'The post was deleted.') : msg;
  };

  /**
   * Key of a post → the reaction of this account. The server does not send it with the posts; the page has it in its database
   * and rejects for a post without reactions (WAWebNewsletterReactionCollection.findImpl).
   */
  const ownReactions = async (posts: readonly PageMsg[]): Promise<ReadonlyMap<string, string>> => {
    const known = attempt(
      () => window.require('WAWebNewsletterReactionCollection').NewsletterMessageReactionsCollection,
    );
    const found = new Map<string, string>();
    if (known === null) return found;
    const read = async (key: string): Promise<void> => {
      const reaction = word((await known.find(key))?.myReaction);
      if (reaction !== null) found.set(key, reaction.slice(0, 64));
    };
    const reading = Promise.allSettled(posts.map((msg) => read(tools.keyText(msg.id))));
    await answered('page_error', 'the own reactions', reading, 5_000).catch(() => undefined);
    return found;
  };

  return {
    list({ query: wanted, ...part }: Query) {
      const found = every()
        .filter(isOurs)
        .map(show)
        .filter(({ name }) => tools.matches(wanted, name, null))
        .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
      return { channels: tools.part(found, part), total: found.length };
    },

    async get(ref: string): Promise<Channel> {
      const held = joined(ref);
      if (held) {
        // The number of followers changes. Without an answer of GraphQL, what is known is shown (F22).
        const fresh = Promise.resolve(models().WAWebNewsletterMetadataCollection.update(held.id));
        await answered('page_error', 'the channel', fresh, 5_000).catch(() => undefined);
        return show(held);
      }
      const answer = await query(ref);
      const known = joined(String(answer.idJid));
      if (known) return show(known);
      const { mapNewsletterToMetadata } = window.require('WAWebNewsletterModelUtils');
      return { ...described(String(answer.idJid), mapNewsletterToMetadata(answer)), role: 'none' };
    },

    /** In WhatsApp's directory, in its order. */
    async search(wanted: string, limit: number) {
      const { fetchNewsletterDirectories } = window.require('WAWebNewsletterDirectorySearchAction');
      const answer = await answered<{ newsletters?: readonly PageChat[] }>(
        'page_error',
        'the search',
        fetchNewsletterDirectories({
          searchText: wanted,
          categories: [],
          cursorToken: '',
          skipSubscribedNewsletters: false,
        }),
      );
      return { channels: (answer.newsletters ?? []).slice(0, limit).map(show) };
    },

    async follow(ref: string): Promise<Channel> {
      const held = joined(ref);
      if (held) return show(held);
      const { loadNewsletterPreviewChat } = window.require('WAWebLoadNewsletterPreviewChatAction');
      await answered('page_error', 'the channel', loadNewsletterPreviewChat(ref));
      const chat = find(ref) ?? missing(ref);
      const { subscribeToNewsletterAction } = window.require('WAWebNewsletterSubscribeAction');
      await answered(
        'outcome_unknown',
        'following the channel',
        subscribeToNewsletterAction(chat, { eventSurface: SURFACE }),
      );
      await confirmed('the channel is not followed', () => isOurs(chat));
      return show(chat);
    },

    async unfollow(ref: string) {
      const chat = joined(ref);
      if (chat === null) return { channel: await idOf(ref), unfollowed: false };
      if (roleOf(chat.newsletterMetadata) === 'owner')
        refuse('not_allowed', 'The owner of a channel cannot stop following it.');
      const channel = text(chat.id);
      const { unsubscribeFromNewsletterAction } = window.require('WAWebNewsletterUnsubscribeAction');
      await answered(
        'outcome_unknown',
        'unfollowing the channel',
        unsubscribeFromNewsletterAction(chat, { eventSurface: SURFACE, deleteLocalModels: true }),
      );
      await confirmed('the channel is still followed', () => joined(channel) === null);
      return { channel, unfollowed: true };
    },

    async mute(ref: string, muted: boolean): Promise<Channel> {
      const chat = ours(ref);
      // The page offers it to followers and admins, and to an owner who is not alone (WAWebNewsletterMetadataModel).
      if (attempt(() => chat.newsletterMetadata?.canBeMuted) === false)
        refuse('not_allowed', 'A channel that only this account posts in cannot be muted.');
      if (isMuted(chat) !== muted) {
        const { MUTED_STATE, UNMUTED_STATE } = window.require('WAWebNewsletterModelUtils');
        const { toggleNewsletterAdminActivityMuteStateAction: toggle } = window.require(
          'WAWebNewsletterToggleAdminActivityMuteStateAction',
        );
        // It swallows the server's error, and changes the model after the server has answered.
        await answered('outcome_unknown', 'the mute', toggle(chat.id, muted ? MUTED_STATE : UNMUTED_STATE));
        if (!(await tools.until(() => isMuted(chat) === muted)))
          refuse('outcome_unknown', 'WhatsApp Web could not confirm the mute.');
      }
      return show(chat);
    },

    /** Posts as the library's models, oldest first. @param before the server's number of a post */
    async posts(ref: string, limit: number, before: number | null) {
      const id = await idOf(ref);
      const { getNewsletterMessages } = window.require('WAWebNewsletterGetMessagesJob');
      const cursor = before === null ? undefined : { before };
      const answer = await answered<Posts>(
        'page_error',
        'the posts',
        getNewsletterMessages(id, limit, cursor),
      );
      // A post is in the page's store once it is read, so that it can be reacted to. The same call as in
      // WAWebNewsletterPullMessagesFromServerAction, which would also put the posts on the screen.
      if (joined(id))
        await window.require('WAWebNewsletterUpdateMsgsRecordsJob').addNewsletterMsgsRecords(answer.msgs);
      const { msgModelFromMsgData } = window.require('WAWebMsgModelFromData');
      const { getMessageModel } = window.WWebJS as { getMessageModel(msg: PageMsg): unknown };
      const all = answer.msgs.map((data): PageMsg => msgModelFromMsgData(data));
      const mine = await ownReactions(all);
      const reactions = new Map(
        answer.reactions.map((one) => [tools.keyText(one.parentMsgKey), one.emojiCountMap]),
      );
      const posts = all
        .filter((msg) => number(msg.serverId) !== null && !NOTICES.includes(msg.type))
        .sort((a, b) => a.serverId - b.serverId)
        .map((msg) => ({
          parts: tools.parts(msg),
          model: getMessageModel(msg),
          serverId: count(msg.serverId),
          views: number(msg.viewCount),
          forwards: number(msg.forwardsCount),
          reactions: [...(reactions.get(tools.keyText(msg.id)) ?? [])]
            .map(([emoji, n]) => ({ emoji: String(emoji).slice(0, 64), count: count(n) }))
            .sort((a, b) => b.count - a.count)
            .slice(0, MOST_REACTIONS),
          reaction: mine.get(tools.keyText(msg.id)) ?? null,
        }));
      const numbers = all.map((msg) => number(msg.serverId)).filter((n) => n !== null);
      // Deleted posts count for the server.
      const next = answer.msgs.length >= limit && numbers.length > 0 ? Math.min(...numbers) : null;
      return { channel: id, posts: posts.slice(-limit), next };
    },

    async react(ref: MessageRef, emoji: string) {
      const msg = await post(ref);
      const { sendReactionToMsg } = window.require('WAWebSendReactionMsgAction');
      const done = await answered<{ messageSendResult?: unknown } | undefined>(
        'outcome_unknown',
        'the reaction',
        sendReactionToMsg(msg, emoji),
      );
      sent('the reaction', done?.messageSendResult, 'The channel does not allow this reaction.');
      return tools.parts(msg);
    },

    async remove(ref: MessageRef) {
      const msg = await post(ref);
      const parts = tools.parts(msg);
      const chat = ours(parts.remote);
      if (window.require('WAWebMsgActionCapability').canRevokeNewsletterMsg(msg) !== true)
        refuse('not_allowed', 'Only the owner and the admins of a channel can delete its posts.');
      const { sendNewsletterRevokeMsg } = window.require('WAWebNewsletterRevokeMsgAction');
      const done = await answered<{ messageSendResult?: unknown } | undefined>(
        'outcome_unknown',
        'deleting the post',
        sendNewsletterRevokeMsg(chat, msg, true),
      );
      sent(
        'that the post was deleted',
        done?.messageSendResult,
        'WhatsApp does not let this post be deleted.',
      );
      return parts;
    },
  };
}
