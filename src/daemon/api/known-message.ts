// Collects all that is known of one message, sent or received: its outbox row, if it is in
// the outbox, and its event.
import type { Address } from '../../protocol/address.js';
import { Fault } from '../../protocol/fault.js';
import { type Known, type Message, messageSchema, type Named } from '../../protocol/schema.js';
import { parseMessageRef } from '../../protocol/wid.js';
import type { Store } from '../../store/store.js';
import { namedIn } from '../incoming/event-people.js';
import { namedMessage } from '../incoming/message-lookup.js';
import { show } from '../outgoing/outbox.js';

/**
 * An event of an earlier version may lack identities or names that are reported today. They are filled in
 * from what is known now.
 */
function withPeople(store: Store, data: Readonly<Record<string, unknown>>) {
  const { chat, sender, people } = namedIn(store, data);
  const had = data as Partial<Named>;
  return {
    ...data,
    chat: { ...chat, ...had.chat },
    sender: had.sender === null ? null : sender && { ...sender, ...had.sender },
    people: people.map((who, at) => ({ ...who, ...had.people?.[at] })),
  };
}

/** The message of an event, with everybody whom it names; null when an earlier version wrote it in another form. */
export const messageOf = (store: Store, data: Readonly<Record<string, unknown>>): Message | null =>
  messageSchema.safeParse(withPeople(store, data)).data ?? null;

/**
 * @param name our key, WhatsApp's id, or the id that an accept returned
 * @throws Fault no_such_message, ambiguous_message
 */
export function knownMessage(store: Store, name: string, to: Address = []): Known {
  const { own, seen } = namedMessage(store, name);
  const event = seen === null ? null : store.messages.event(seen);
  const message = event && messageOf(store, event.data);
  if (own !== null) return { ...show(own, to), key: seen?.key ?? null, message };
  const place = seen === null ? null : parseMessageRef(seen.key).place;
  if (seen === null || place === null)
    throw new Fault('no_such_message', {
      reason: `This daemon knows of no message ${name.slice(0, 64)}.`,
    });
  const { key, messageId, ack } = seen;
  return {
    id: null,
    messageId,
    chatId: place.remote,
    state: null,
    ack,
    queuedAt: null,
    sentAt: null,
    error: null,
    key,
    message,
  };
}
