// What the events of the journal mean for the full-text index: which text a message has, and by which words it is filtered.
import type { EventData } from '../../protocol/events/index.js';
import type { Message } from '../../protocol/schema.js';
import type { EventType } from '../../protocol/state.js';
import { hasMessage, MESSAGE_EVENTS, type StoredEvent } from '../../store/event.js';
import type { Change } from '../../store/search-index.js';
import { indexed } from '../../store/search-text.js';
import type { Store } from '../../store/store.js';

/** The events that change the index. */
export const INDEXED: readonly EventType[] = [...MESSAGE_EVENTS, 'message.edit', 'message.revoke'];

/** A longer text is found by its beginning. */
const MAX_TEXT = 20_000;

/** The text by which a message is found: what a person reads of it, and the name of its file. Null without any. */
export function textOf({ body, media, details }: Pick<Message, 'body' | 'media' | 'details'>): string | null {
  const { title, question, options = [], footer } = details ?? {};
  const parts = [title, body, question, ...options, footer, media?.name];
  const text = [...new Set(parts)].filter(Boolean).join('\n').slice(0, MAX_TEXT);
  return text === '' ? null : text;
}

/** Only letters and digits, so that the tokenizer takes it for one word. */
const word = (prefix: string, value: string): string =>
  `${prefix}${value.replace(/[^a-z0-9]/gi, '').toLowerCase()}`;

/** The words by which the index filters. Each begins with a letter of its own. */
export const TAG = {
  chat: (id: string) => word('c', id),
  sender: (id: string) => word('s', id),
  kind: (type: string) => word('k', type),
  direction: (fromMe: boolean) => (fromMe ? 'dout' : 'din'),
  month: (at: string) => word('m', at.slice(0, 7)),
} as const;

/** Every id of a person or group that an event knows. */
export function idsOf(who: Message['sender'], ...more: readonly (string | null)[]): string[] {
  const phone = who?.phone ? `${who.phone}@c.us` : null;
  const ids = [who?.id, who?.lid, phone, ...more];
  return [...new Set(ids.filter((id): id is string => typeof id === 'string' && id !== ''))];
}

function tagsOf(message: Message): string[] {
  const { chat, sender, chatId, author, from, fromMe, type, timestamp } = message;
  return [
    ...idsOf(chat, chatId).map(TAG.chat),
    ...idsOf(sender, author ?? from).map(TAG.sender),
    TAG.kind(type),
    TAG.direction(fromMe),
    TAG.month(timestamp),
  ];
}

/** What an event changes; null for nothing. */
export function changeOf(store: Store, event: StoredEvent): Change | null {
  if (hasMessage(event.type)) {
    const message = event.data as EventData<'message'>;
    const text = textOf(message);
    return text === null
      ? null
      : { of: event.cursor, text: indexed(text), tags: tagsOf(message), from: event.cursor };
  }
  if (event.type !== 'message.edit' && event.type !== 'message.revoke') return null;
  const { key } = event.data as EventData<'message.edit'>;
  const of = store.messages.get(key, event.wid)?.cursor ?? null;
  // An edit that is older than the message's event in the journal: the page reported the message late, with its new text.
  if (of === null || of > event.cursor) return null;
  if (event.type === 'message.revoke') return { of, text: null };
  const message = store.journal.get(of);
  if (message === null || !hasMessage(message.type)) return null;
  const data = message.data as EventData<'message'>;
  const text = textOf({ ...data, body: (event.data as EventData<'message.edit'>).body });
  return text === null
    ? { of, text: null }
    : { of, text: indexed(text), tags: tagsOf(data), from: event.cursor };
}
