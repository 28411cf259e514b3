// Runs in the page: subscribes to the presence of people, and reports its changes. The page subscribes only to people with a
// chat, and the server reports only to accounts that are available (WAWebPresenceCollection, WAWebStreamModel;
// 2026-04-27). A person's presence is a model with a `chatstate`, whose type and time change.
import type { Tools } from './messages.js';
import type { Emitter, PageModel, PageWindow } from './page-window.js';

declare const window: PageWindow;

export function makeSubscriptions(tools: Tools) {
  const { answered, attempt, text } = tools;
  /** The ids of those who are reported, with what was reported last. */
  const reported = new Map<string, string>();
  const STATES: Readonly<Record<string, 'available' | 'unavailable' | 'typing' | 'recording'>> = {
    available: 'available',
    unavailable: 'unavailable',
    typing: 'typing',
    recording_audio: 'recording',
  };
  const watched = new Set<unknown>();

  const watch = (id: string, chatstate: (Emitter & PageModel) | undefined): void => {
    if (!chatstate || watched.has(chatstate)) return;
    watched.add(chatstate);
    const look = (): void => {
      // Later, because the page sets type and time one after the other.
      window.setTimeout(() => {
        const state = STATES[String(chatstate.type)];
        const before = reported.get(id);
        if (state === undefined || before === undefined) return;
        const lastSeen = state === 'unavailable' && chatstate.deny !== true ? tools.count(chatstate.t) : 0;
        const now = `${state} ${lastSeen}`;
        if (now === before) return;
        reported.set(id, now);
        window.__wad?.report({ kind: 'presence', id, state, lastSeenS: lastSeen > 0 ? lastSeen : null });
      }, 0);
    };
    chatstate.on('change:type', look);
    chatstate.on('change:t', look);
  };

  return {
    /** @returns the person, with both identities */
    async add(id: string) {
      const chat = tools.chat(id);
      const name = text(chat.id);
      const { Presence } = window.require('WAWebCollections');
      reported.set(name, reported.get(name) ?? '');
      const known = Presence.get(chat.id) as (PageModel & { stale?: boolean }) | undefined;
      watch(name, known?.chatstate as never);
      // A model that is not stale is not subscribed to again by the page.
      const again = known && attempt(() => known.isSubscribed) === true ? undefined : Presence.find(chat.id);
      const found = (await answered(
        'outcome_unknown',
        'the subscription',
        Promise.resolve(again),
      )) as PageModel;
      watch(name, (found ?? Presence.get(chat.id))?.chatstate as never);
      return { ...tools.identity(name), name: tools.nameOf(name) };
    },

    /** Changes are no longer reported. The page has no function to end its own subscription. */
    remove(id: string) {
      for (const name of tools.names(id)) reported.delete(name);
      const chat = tools.findChat(id);
      if (chat) reported.delete(text(chat.id));
    },

    isOnline: (): boolean => attempt(() => window.require('WAWebStreamModel').Stream.available) === true,
  };
}
