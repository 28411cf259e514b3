// Finds the message that a reference names: our key, the id that an accept returned, or WhatsApp's id.
// The sender chooses that last one, so it may match several messages: our own row wins, and an
// ambiguous reference is refused.
import { Fault } from '../../protocol/fault.js';
import { escapeId, type MessageRef, messageKey, parseMessageRef } from '../../protocol/wid.js';
import type { SeenMessage } from '../../store/messages.js';
import type { StoredMessage } from '../../store/outbox-row.js';
import type { Store } from '../../store/store.js';

export interface NamedMessage {
  /** With its place if that is known: the page may have the message in its store and not in its memory. */
  readonly ref: MessageRef;
  /** The row, if it is a message of the outbox. */
  readonly own: StoredMessage | null;
  /** What the journal has recorded of it. */
  readonly seen: SeenMessage | null;
}

/** @throws Fault ambiguous_message */
export function namedMessage(store: Store, name: string): NamedMessage {
  const ref = parseMessageRef(name);
  const { outbox, messages, account } = store;
  if (ref.place !== null) {
    const { fromMe, participant } = ref.place;
    const key = messageKey({ ...ref.place, id: ref.id, participant: participant ?? undefined });
    return { ref, own: fromMe ? outbox.byMessageId(ref.id) : null, seen: messages.get(key, account.wid) };
  }
  const own = outbox.get(name);
  if (own !== null) {
    const seen = seenWithId(store, own.messageId).find(isOurs) ?? null;
    const place = { fromMe: true, remote: own.chatId, participant: null };
    return { ref: seen === null ? { id: own.messageId, place } : parseMessageRef(seen.key), own, seen };
  }
  const [seen = null, ...others] = seenWithId(store, escapeId(ref.id));
  if (others.length > 0) throw ambiguous(ref.id, [seen, ...others] as SeenMessage[]);
  return { ref: seen === null ? ref : parseMessageRef(seen.key), own, seen };
}

const isOurs = ({ key }: SeenMessage): boolean => key.startsWith('true_');

/** Each message with this id once. Messages of the linked account take precedence over all others. */
function seenWithId({ messages, account }: Store, messageId: string): SeenMessage[] {
  const all = messages.withId(messageId);
  const mine = all.filter(({ wid }) => wid === account.wid);
  const found = mine.length > 0 ? mine : all;
  const journalled = found.filter(({ cursor }) => cursor !== null);
  // An ack may name the chat by the person's other identity (H23). It is the reported message all the same.
  const candidates = journalled.some(isOurs) ? journalled : found;
  return [...new Map(candidates.map((one) => [one.key, one])).values()];
}

function ambiguous(id: string, found: readonly SeenMessage[]): Fault {
  const keys = found.map(({ key }) => key);
  const reason = `${keys.length} messages have the id ${id.slice(0, 64)}; name one by its key: ${keys.join(', ')}.`;
  return new Fault('ambiguous_message', { reason, more: { keys } });
}
