// Runs in the page: reads and changes chats. `status@broadcast` is never read (U2).
import type { Chat } from '../../protocol/methods/chat.js';
import type { MessageRef } from '../../protocol/wid.js';
import type { Tools } from './messages.js';
import type { PageChat, PageMsg, PageWindow } from './page-window.js';
import type { Posts } from './posts.js';
import type { Mended } from './tools.js';

declare const window: PageWindow;

type Query = {
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly query?: string | undefined;
  readonly unread?: boolean | undefined;
  readonly archived?: boolean | undefined;
  readonly label?: string | undefined;
};

export function makeChats(tools: Tools, _mended: Mended, posts: Posts) {
  const { text, identity, nameOf, instant, isPerson, isGroup, confirmed, answered, attempt, word, count } =
    tools;
  const show = (chat: PageChat): Chat => {
    const id = text(chat.id);
    const expiration = count(chat.mute?.expiration);
    const isMuted = expiration < 0 || expiration * 1000 > Date.now();
    const title = isGroup(id) ? (word(chat.name) ?? word(chat.formattedTitle)) : null;
    const unread = count(chat.unreadCount);
    return {
      ...identity(id),
      name: title ?? nameOf(id),
      kind: isGroup(id) ? 'group' : 'person',
      unread: Math.max(unread, 0),
      markedUnread: unread < 0,
      archived: chat.archive === true,
      pinned: Boolean(chat.pin),
      muted: isMuted,
      mutedUntil: isMuted && expiration > 0 ? instant(expiration) : null,
      disappearingSeconds: tools.disappearingS(chat) || null,
      lastMessageAt: instant(chat.t),
      labels: tools.labelsOn(chat),
    };
  };
  /** A chat that cannot be read is still listed. */
  const listed = (chat: PageChat): Chat =>
    attempt(() => show(chat)) ?? {
      id: text(chat.id),
      phone: null,
      lid: null,
      name: text(chat.id),
      kind: isGroup(text(chat.id)) ? 'group' : 'person',
      unread: 0,
      markedUnread: false,
      archived: false,
      pinned: false,
      muted: false,
      mutedUntil: null,
      disappearingSeconds: null,
      lastMessageAt: null,
      labels: [],
    };
  const everyChat = (): PageChat[] =>
    (window.require('WAWebCollections').Chat.getModelsArray() as PageChat[]).filter((chat) => {
      const id = text(chat.id);
      return (isPerson(id) || isGroup(id)) && id !== '0@c.us';
    });

  /**
   * Makes a change with the page's own function if this build has it. A command on the page's bus has no effect before the
   * page shows its main screen (WAWebActionListener; 2026-04-27).
   */
  const change = (
    what: string,
    // biome-ignore lint/suspicious/noExplicitAny: a function of the page
    own: ((...args: any[]) => Promise<unknown>) | null,
    args: readonly unknown[],
    byCommand: () => Promise<unknown>,
  ): Promise<unknown> => answered('outcome_unknown', what, own === null ? byCommand() : own(...args));
  const markUnread = (chat: PageChat): Promise<unknown> =>
    change(
      'marking the chat',
      attempt(() => window.require('WAWebUpdateUnreadChatAction').markUnread),
      [chat, true],
      () => window.require('WAWebCmd').Cmd.markChatUnread(chat, true),
    );
  /** Sends the read receipt of this chat only, at once, even if the account appears offline. */
  const see = (chat: PageChat): Promise<unknown> => {
    const marks = window.__wad;
    if (marks) marks.reading = true;
    try {
      const seen = window
        .require('WAWebUpdateUnreadChatAction')
        .sendSeen({ chat, threadId: undefined, afterAvailable: false });
      return answered('outcome_unknown', 'the receipt for the chat', seen);
    } finally {
      if (marks) marks.reading = false;
    }
  };

  return {
    list({ query, unread, archived, label, ...part }: Query) {
      const wanted = label === undefined ? null : String(tools.label(label).id);
      const found = everyChat()
        .map(listed)
        .filter(
          (chat) =>
            tools.matches(query, chat.name, chat.phone) &&
            (unread === undefined || (chat.unread > 0 || chat.markedUnread) === unread) &&
            (archived === undefined || chat.archived === archived) &&
            (wanted === null || chat.labels.some(({ id }) => id === wanted)),
        )
        .sort((a, b) => (b.lastMessageAt ?? '').localeCompare(a.lastMessageAt ?? ''));
      return { chats: tools.part(found, part), total: found.length };
    },

    get: (id: string) => show(tools.chat(id)),

    /** Refuses a chat to which nothing can be sent, as far as that is known in advance. */
    refuseClosed: (id: string): Promise<void> =>
      posts.isPost(id) ? posts.refuseClosed(id) : tools.refuseClosed(id),

    /** The last messages of a chat as the library's models, oldest first. */
    async messages(id: string, limit: number, before: MessageRef | null, forMs: number) {
      const chat = tools.chat(id);
      const edge = before === null ? null : await tools.message(before);
      let all: PageMsg[] = [];
      // Times are whole seconds. Within one second, messages that were loaded first are the newest.
      const add = (older: readonly PageMsg[]): void => {
        const known = new Set(all.map(({ id: key }) => tools.keyText(key)));
        all = [...older.filter(({ id: key }) => !known.has(tools.keyText(key))), ...all];
      };
      const time = (msg: PageMsg): number => count(attempt(() => msg.t));
      const inPlace = (): PageMsg[] => {
        const sorted = [...all].sort((a, b) => time(a) - time(b));
        const at =
          edge === null ? -1 : sorted.findIndex((msg) => tools.keyText(msg.id) === tools.keyText(edge.id));
        const older =
          edge === null
            ? sorted
            : at >= 0
              ? sorted.slice(0, at)
              : sorted.filter((msg) => time(msg) < time(edge));
        return older.filter((msg) => !tools.isNotice(msg));
      };
      add(chat.msgs.getModelsArray());
      let more = true;
      for (const end = Date.now() + forMs; inPlace().length <= limit && Date.now() < end; ) {
        let earlier: readonly PageMsg[];
        try {
          earlier = await tools.loadEarlier(chat);
          if (earlier.length === 0) earlier = await tools.readEarlier(chat);
        } catch (error) {
          // If the page cannot read its store, the messages in memory are still returned.
          if (inPlace().length === 0) throw error;
          break;
        }
        if (earlier.length === 0) {
          more = false;
          break;
        }
        add(earlier);
      }
      const found = inPlace();
      const { getMessageModel } = window.WWebJS as { getMessageModel(msg: PageMsg): unknown };
      return { messages: found.slice(-limit).map(getMessageModel), more: more || found.length > limit };
    },

    async markRead(id: string, read: boolean) {
      const chat = tools.chat(id);
      if (read) {
        // Also a chat that was only marked as unread: markUnread(chat, false) would wait until the account appears online
        // (WAWebUpdateUnreadChatAction, 2026-04-27).
        await see(chat);
        await confirmed('the chat is still unread', () => (chat.unreadCount ?? 0) === 0);
      } else if ((chat.unreadCount ?? 0) === 0) {
        await markUnread(chat);
        await confirmed('the chat is not marked as unread', () => (chat.unreadCount ?? 0) !== 0);
      }
      return show(chat);
    },

    async archive(id: string, archived: boolean) {
      const chat = tools.chat(id);
      if ((chat.archive === true) !== archived)
        await change(
          'archiving the chat',
          attempt(() => window.require('WAWebSetArchiveChatAction').setArchive),
          [chat, archived, false],
          () => window.require('WAWebCmd').Cmd.archiveChat(chat, archived),
        );
      await confirmed('the archive is unchanged', () => (chat.archive === true) === archived);
      return show(chat);
    },

    async mute(id: string, muted: boolean, untilMs: number | null) {
      const chat = tools.chat(id);
      const expiration = untilMs === null ? -1 : Math.floor(untilMs / 1000);
      if (muted && chat.mute)
        await answered(
          'outcome_unknown',
          'muting the chat',
          chat.mute.mute({ expiration, sendDevice: true }),
        );
      else if (chat.mute?.expiration)
        await answered('outcome_unknown', 'unmuting the chat', chat.mute.unmute({ sendDevice: true }));
      await confirmed('the mute is unchanged', () => show(chat).muted === muted);
      return show(chat);
    },

    async pin(id: string, pinned: boolean) {
      const chat = tools.chat(id);
      if (Boolean(chat.pin) !== pinned) {
        if (pinned && everyChat().filter((one) => Boolean(one.pin)).length >= 3)
          tools.refuse('not_allowed', 'WhatsApp allows three pinned chats at most.');
        await change(
          'pinning the chat',
          attempt(() => window.require('WAWebSetPinChatAction').setPin),
          [chat, pinned],
          () => window.require('WAWebCmd').Cmd.pinChat(chat, pinned),
        );
      }
      await confirmed('the pin is unchanged', () => Boolean(chat.pin) === pinned);
      return show(chat);
    },

    async typing(id: string, state: 'typing' | 'recording' | 'stop') {
      const chat = tools.chat(id);
      const bridge = window.require('WAWebChatStateBridge');
      if (state === 'typing') await bridge.sendChatStateComposing(chat.id);
      else if (state === 'recording') await bridge.sendChatStateRecording(chat.id);
      else await bridge.sendChatStatePaused(chat.id);
      return { chat: text(chat.id) };
    },
  };
}
