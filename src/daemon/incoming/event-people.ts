// Adds both identities (number and LID) and the names of everyone an event names, as far as they are
// known when the event is stored.
import type { Named, Who } from '../../protocol/schema.js';
import { numberOf } from '../../protocol/wid.js';
import type { Store } from '../../store/store.js';

/** The data of an event. The docs of each event's data say which fields name people. */
type Data = Readonly<Record<string, unknown>>;

const idOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const idsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((id): id is string => idOf(id) !== null) : [];
const isPerson = (id: string): boolean => /@(c\.us|lid)$/.test(id);
const isNamed = (id: string): boolean => /@(c\.us|lid|g\.us)$/.test(id);

/** The ids in it: the chat, the person who acted, and other people who are named. */
function idsIn(data: Data, me: string | null) {
  const from = idOf(data.from);
  const chat = idOf(data.chatId) ?? from ?? '';
  // In a one-to-one chat the author is null and means the other person. An ack has no author at all.
  const other = isPerson(chat) && 'author' in data ? chat : null;
  return {
    chat,
    sender: idOf(data.author) ?? from ?? (data.fromMe === true && 'author' in data ? me : other),
    people: [...idsOf(data.mentions), ...idsOf(data.participants)],
  };
}

export function namedIn({ account, identities }: Store, data: Data): Named {
  const { chat, sender, people } = idsIn(data, account.wid);
  const who = (id: string): Who => {
    const pair = identities.pairOf(id);
    const lid = pair?.lid ?? (id.endsWith('@lid') ? id : null);
    const { name = null, pushname = null } = identities.namesOf(id) ?? {};
    return { id, phone: numberOf(pair?.number ?? id), lid, name, pushname };
  };
  return { chat: who(chat), sender: sender === null ? null : who(sender), people: people.map(who) };
}

/** People in it of whom only one identity is known, and people and groups whose names were never reported. */
export function halfKnownIn({ account, identities }: Store, data: Data): string[] {
  const { chat, sender, people } = idsIn(data, account.wid);
  return [chat, ...(sender === null ? [] : [sender]), ...people].filter(
    (id) =>
      (isPerson(id) && identities.pairOf(id) === null) || (isNamed(id) && identities.namesOf(id) === null),
  );
}
