// Prints chats and their messages as tables.
import type { Chat } from '../../protocol/methods/chat.js';
import type { Message } from '../../protocol/schema.js';
import { printable } from '../output.js';
import { duration } from './duration.js';
import { gistOf } from './gist.js';
import type { Names } from './name.js';
import { phone } from './phone.js';
import { table } from './table.js';
import { when } from './time.js';

/** The number of a person, if known, else the id. Commands accept both. */
export const who = ({ id, phone: digits }: { readonly id: string; readonly phone: string | null }): string =>
  digits === null ? id : phone(digits);

const marks = (chat: Chat): string =>
  [
    chat.pinned && 'pinned',
    chat.archived && 'archived',
    ...chat.labels.map(({ name }) => printable(name)),
    chat.disappearingSeconds !== null && `disappears after ${duration(chat.disappearingSeconds * 1000)}`,
    chat.muted && (chat.mutedUntil === null ? 'muted' : `muted until ${when(chat.mutedUntil)}`),
  ]
    .filter(Boolean)
    .join(', ');

export const renderChats = (chats: readonly Chat[]): string =>
  table(
    ['UNREAD', 'NAME', 'CHAT', 'LAST', 'STATE'],
    chats.map((chat) => [
      chat.unread > 0 ? String(chat.unread) : chat.markedUnread ? '*' : '',
      printable(chat.name),
      who(chat),
      when(chat.lastMessageAt),
      marks(chat),
    ]),
  );

/** A table of messages, oldest first. Other commands accept the key. */
export const renderMessages = (messages: readonly Message[], { short }: Names): string =>
  table(
    ['TIME', 'WHO', 'KEY', 'MESSAGE'],
    messages.map((message) => [
      when(message.timestamp),
      message.fromMe ? 'me' : printable(short(message.author ?? message.from)),
      printable(message.key),
      printable(gistOf(message)),
    ]),
  );
