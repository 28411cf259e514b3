// Runs in the page, once per document: controls whether the account appears online, and whether sending a message marks
// the chat as read. By default the page appears online while its window has the focus (WAWebStreamModel: available is
// document.hasFocus()), and marks a chat as read with each message that it sends (WAWebSendMsgRecordAction). While the
// account is not available, these marks are postponed, and sent for all chats as soon as it becomes available
// (H22: WAWebUpdateUnreadChatAction; 2026-04-27).
import type { Emitter, PageWindow } from './page-window.js';

declare const window: PageWindow;

export interface PresenceOptions {
  /** The account appears online while it is ready. */
  readonly online: boolean;
  /** Sending a message marks its chat as read, as for a person who uses the page. */
  readonly sendMarksRead: boolean;
}

/** Returns the missing modules or members, without which the page's default behaviour remains. Nothing else depends on them. */
export function controlPresence({ online, sendMarksRead }: PresenceOptions): string[] {
  const marks = window.__wad;
  if (!marks || marks.reading !== undefined) return [];
  marks.reading = false;
  const [SEEN, STREAM] = ['WAWebUpdateUnreadChatAction.sendSeen', 'WAWebStreamModel.Stream'] as const;
  const has = (need: string): boolean => {
    const [name = '', member = ''] = need.split('.');
    try {
      return ((window.require(name) as Record<string, unknown>)[member] ?? null) !== null;
    } catch {
      return false;
    }
  };
  const gone = [SEEN, STREAM].filter((need) => !has(need));
  if (!sendMarksRead && !gone.includes(SEEN)) {
    type Seen = (...args: unknown[]) => unknown;
    const action = window.require('WAWebUpdateUnreadChatAction') as { sendSeen: Seen };
    const own = action.sendSeen;
    // Only the requests of `chat.markRead` pass.
    action.sendSeen = (...args) => (marks.reading ? own.apply(action, args) : Promise.resolve());
  }
  if (gone.includes(STREAM)) return gone;
  const stream = window.require('WAWebStreamModel').Stream as Emitter & {
    readonly available: boolean;
    markAvailable(): void;
    markUnavailable(): void;
  };
  const apply = (): void => {
    if (stream.available === online) return;
    if (online) stream.markAvailable();
    else stream.markUnavailable();
  };
  stream.on('change:available', apply);
  apply();
  return gone;
}
