// Decides what a purge removes: whether an event, an outgoing message, the key of a message or a file is of the time, chat or person.
import { parseMessageRef } from '../protocol/wid.js';
import { sentAtMs } from '../store/event.js';
import type { StoredMessage } from '../store/outbox-row.js';
import type { FileOrigin } from './media/media-store.js';

/** Exactly one. Ids are both identities of a person. */
export type PurgeFilter =
  | { readonly by: 'age'; readonly beforeMs: number }
  | { readonly by: 'chat'; readonly ids: readonly string[] }
  | { readonly by: 'person'; readonly ids: readonly string[] };

/** An event, or as much as a dead letter has of it. */
export interface Recorded {
  readonly type: string;
  readonly timeMs: number;
  readonly data: unknown;
}

export interface Matcher {
  event(event: Recorded): boolean;
  message(message: StoredMessage): boolean;
  key(key: string): boolean;
  file(origin: FileOrigin): boolean;
}

/** A shorter number may be a part of any text. */
const SHORTEST = 8;

export function matcherOf(filter: PurgeFilter): Matcher {
  if (filter.by === 'age') {
    const { beforeMs } = filter;
    return {
      event: (event) => sentAtMs(event) < beforeMs,
      message: ({ changedAtMs }) => changedAtMs < beforeMs,
      key: () => false,
      file: ({ atMs }) => atMs < beforeMs,
    };
  }
  const { ids } = filter;
  const isOne = (id: unknown) => typeof id === 'string' && ids.includes(id);
  if (filter.by === 'chat')
    return {
      event: ({ data }) => {
        const { chatId, chat } = (data ?? {}) as { chatId?: unknown; chat?: Record<string, unknown> };
        return (
          isOne(chatId) || isOne(chat?.id) || isOne(chat?.lid) || isOne(chat?.phone && `${chat.phone}@c.us`)
        );
      },
      message: ({ recipient, chatId }) => isOne(recipient) || isOne(chatId),
      key: (key) => isOne(parseMessageRef(key.replace(/^\S+ /, '')).place?.remote),
      file: ({ chat }) => isOne(chat),
    };
  // Anywhere: as sender or member, in a list of people, in the text as @NUMBER, on a contact card.
  const words = ids.map((id) => {
    const [user = id] = id.split('@');
    return user.length < SHORTEST ? `${user}@` : `${user}(?!\\d)`;
  });
  const named = new RegExp(`(?<!\\d)(?:${words.join('|')})`);
  return {
    event: ({ data }) => named.test(JSON.stringify(data)),
    message: ({ recipient, chatId, payload }) =>
      isOne(recipient) || isOne(chatId) || named.test(JSON.stringify(payload)),
    key: (key) => named.test(key),
    file: ({ chat, author }) => isOne(chat) || isOne(author),
  };
}
