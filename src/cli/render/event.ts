// Prints one event as a line of text.
import type { EventData, WireEvent } from '../../protocol/types.js';
import { printable } from '../output.js';
import { duration } from './duration.js';
import { gistOf } from './gist.js';
import type { Names } from './name.js';
import { when } from './time.js';

// Another version of the daemon may lack a field, or have another value in it.
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(text).filter(Boolean) : []);
const between = (...parts: readonly string[]): string => parts.filter(Boolean).join(' ');

const ACKS: Readonly<Record<string, string>> = {
  '-1': 'failed',
  '0': 'not sent yet',
  '1': 'sent',
  '2': 'delivered',
  '3': 'read',
  '4': 'played',
};

/** Why events are missing, by the reason of a `gap`. */
const GAPS: Readonly<Record<string, string>> = {
  not_kept: 'older events are not kept any more',
  too_many: 'more messages came than are back-filled',
  undecrypted: 'messages could not be decrypted',
  unreadable: 'WhatsApp Web did not give the messages',
  unlinked: 'no phone was linked',
  adopted: 'events before the session was adopted are unknown',
  store_replaced: 'the store was damaged and has been replaced',
};

/** The fields of a gap depend on its reason. */
function gap(data: EventData<'gap'>, { full }: Names): string {
  const reason = text(data.reason);
  const where = 'chatId' in data ? text(data.chatId) : '';
  const since = 'since' in data ? text(data.since) : '';
  const until = 'until' in data ? text(data.until) : '';
  return between(
    GAPS[reason] ?? reason,
    where && `in ${full(where)}`,
    since && `since ${when(since)}`,
    until && `until ${when(until)}`,
    'messageIds' in data ? list(data.messageIds).join(', ') : '',
  );
}

function restriction(data: EventData<'restriction'>): string {
  const count = typeof data.used === 'number' ? `, ${data.used} of ${String(data.total)} used` : '';
  if (data.kind === null) return `${text(data.before)} is over`;
  return `${text(data.kind)}${text(data.until) && ` until ${when(text(data.until))}`}${count}`;
}

/** The event in one line. */
function gist({ type, data }: WireEvent, names: Names): string {
  const { full } = names;
  /** Who did it; in a chat with one person, that person. */
  const someone = (
    by: string | null,
    { fromMe, chatId }: { fromMe: boolean | null; chatId: string },
  ): string => (fromMe === true ? 'me' : full(text(by) || text(chatId)));
  switch (type) {
    case 'message':
    case 'message.history': {
      const who =
        data.fromMe === true
          ? `to ${full(text(data.to))}`
          : `from ${full(text(data.author) || text(data.from))}`;
      const where = text(data.chatId).endsWith('@g.us') ? ` in ${full(text(data.chatId))}` : '';
      return `${who}${where}: ${gistOf(data)}`;
    }
    case 'message.ack':
      return between(
        text(data.messageId),
        `in ${full(text(data.chatId))}:`,
        ACKS[String(data.ack)] ?? String(data.ack),
      );
    case 'message.reaction': {
      const who = someone(data.from, data);
      const message = text(data.messageId);
      if (Array.isArray(data.vote)) {
        const chosen = list(data.vote).join(', ');
        return chosen ? `${who} voted ${chosen} in ${message}` : `${who} removed a vote in ${message}`;
      }
      return text(data.emoji)
        ? `${who} ${text(data.emoji)} to ${message}`
        : `${who} removed a reaction to ${message}`;
    }
    case 'message.attendance':
      return `${someone(data.from, data)} answered ${text(data.answer).replace('_', ' ')} to ${text(data.messageId)}`;
    case 'message.edit':
      return `${someone(data.author, data)} changed ${text(data.messageId)}: ${text(data.body)}`;
    case 'message.revoke':
      return `${someone(data.author, data)} deleted ${text(data.messageId)}`;
    case 'message.transcript': {
      const { kind } = (data.error ?? {}) as { kind?: unknown };
      const said = kind === undefined ? text(data.text) : `no text (${text(kind)})`;
      return `${someone(data.author, data)} said in ${text(data.messageId)}: ${said}`;
    }
    case 'group': {
      const what = between(text(data.change), ...list(data.participants).map(full), text(data.body));
      return `${full(text(data.chatId))}: ${what}${data.author ? ` by ${full(text(data.author))}` : ''}`;
    }
    case 'group.tag': {
      const tag = text(data.tag);
      const who = full(text(data.author));
      return `${full(text(data.chatId))}: ${who} ${tag ? `has the tag ${tag}` : 'has no tag'}`;
    }
    case 'call':
      return between(
        data.video === true ? 'video call' : 'call',
        `from ${full(text(data.from))}`,
        data.state === 'ended' ? 'ended' : '',
      );
    case 'label': {
      const what = `label ${text(data.name) || text(data.id)}`;
      const chat = text(data.chatId);
      if (chat) return `${what} ${data.change === 'removed' ? 'off' : 'on'} ${full(chat)}`;
      return `${what} ${text(data.change)}`;
    }
    case 'chat.timer':
      return `${full(text(data.chatId))}: ${typeof data.seconds === 'number' ? `messages disappear after ${duration(data.seconds * 1000)}` : 'messages stay'}`;
    case 'presence': {
      const seen = text(data.lastSeenAt);
      return between(full(text(data.from)), text(data.state), seen && `(last seen ${when(seen)})`);
    }
    case 'state': {
      const why = text(data.reason);
      return `${text(data.from)} -> ${text(data.status)}${why && why !== 'none' ? `: ${why}` : ''}`;
    }
    case 'restriction':
      return restriction(data);
    case 'alert':
      return `${text(data.reason)}: ${text(data.says)}${data.hint ? `; try: ${text(data.hint)}` : ''}`;
    case 'qr':
      return `code ${String(data.number)}, until ${when(text(data.expiresAt))}`;
    case 'gap':
      return gap(data, names);
  }
}

/** The columns of a stream have fixed widths, because later rows are not known yet. */
const line = (cursor: string, time: string, type: string, event: string): string =>
  `${cursor.padEnd(13)}  ${time.padEnd(19)}  ${type.padEnd(16)}  ${event}\n`;

export const EVENT_HEADINGS = line('CURSOR', 'TIME', 'TYPE', 'EVENT');

export const renderEvent = (event: WireEvent, names: Names): string =>
  // A newer daemon may have a type that is unknown here.
  line(String(event.cursor), when(event.time), event.type, printable(gist(event, names) ?? ''));
