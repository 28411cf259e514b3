// Runs in the page, once per document: controls whether the account appears online, and whether sending a message marks
// the chat as read. By default the page reports the state of its window (WAWebStreamModel: available is
// document.hasFocus()), and asks to have the chat marked with each message that it sends (WAWebSendMsgRecordAction).
// What it may not mark while the account is away waits, and is marked for every chat as soon as anything makes it
// available (H22: WAWebUpdateUnreadChatAction; 2026-04-27).
import type { Emitter, PageWindow } from './page-window.js';

declare const window: PageWindow;

export interface Manners {
  /** The account appears online while it is ready. */
  readonly online: boolean;
  /** A message that is sent marks its chat as read, as on a person's own screen. */
  readonly sendMarksRead: boolean;
}

/** Returns the modules without which this build keeps its own manners; nothing else rests on them. */
export function keepManners({ online, sendMarksRead }: Manners): string[] {
  const marks = window.__wad;
  if (!marks || marks.reading !== undefined) return [];
  marks.reading = false;
  const has = (name: string): boolean => {
    try {
      return (window.require(name) ?? null) !== null;
    } catch {
      return false;
    }
  };
  const gone = ['WAWebUpdateUnreadChatAction', 'WAWebStreamModel'].filter((name) => !has(name));
  if (!sendMarksRead && !gone.includes('WAWebUpdateUnreadChatAction')) {
    type Seen = (...args: unknown[]) => unknown;
    const action = window.require('WAWebUpdateUnreadChatAction') as { sendSeen: Seen };
    const own = action.sendSeen;
    // What `chat.markRead` asks for passes, and nothing else.
    action.sendSeen = (...args) => (marks.reading ? own.apply(action, args) : Promise.resolve());
  }
  if (gone.includes('WAWebStreamModel')) return gone;
  const stream = window.require('WAWebStreamModel').Stream as Emitter & {
    readonly available: boolean;
    markAvailable(): void;
    markUnavailable(): void;
  };
  const hold = (): void => {
    if (stream.available === online) return;
    if (online) stream.markAvailable();
    else stream.markUnavailable();
  };
  stream.on('change:available', hold);
  hold();
  return gone;
}
