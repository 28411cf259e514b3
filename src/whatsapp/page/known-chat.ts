// Runs in the page: checks whether a chat with a person exists, under either identity (H21).
import type { PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

export function knowsChat(chatId: string): boolean {
  const { Chat } = window.require('WAWebCollections') as { Chat: { get(wid: unknown): unknown } };
  const wid = window.require('WAWebWidFactory').createWid(chatId) as PageWid;
  if (Chat.get(wid)) return true;
  const { getAlternateUserWid } = window.require('WAWebApiContact') as {
    getAlternateUserWid?: (wid: PageWid) => PageWid | null | undefined;
  };
  const other = getAlternateUserWid?.(wid);
  return other ? Boolean(Chat.get(other)) : false;
}
