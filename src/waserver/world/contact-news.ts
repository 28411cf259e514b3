/** What the accounts are told of a person: presence, typing, about text and picture. */
import { type Node, node } from '../wire/nodes.js';
import { type Account, seconds } from './account.js';
import { type Addressing, nameOf } from './addressing.js';
import { messageId } from './content.js';
import type { Profile } from './profile.js';

export type Appearance = 'available' | 'unavailable' | 'composing' | 'recording' | 'paused';

interface Person {
  readonly number: string;
  readonly jid: string;
  readonly lidJid: string;
  readonly pushname: string;
  readonly profile: Profile;
  readonly presence: Presence;
}
export interface Presence {
  readonly state: 'available' | 'unavailable';
  /** in seconds; null: hidden */
  readonly lastSeenS: number | null;
}

/** Somebody who is online has no `type` (WASmaxInPresenceAvailableMixin, WASmaxInPresenceUserUnavailableMixin). */
export function presenceNode(person: Person, addressing: Addressing): Node {
  const { state, lastSeenS } = person.presence;
  const from = nameOf(person, addressing);
  if (state === 'available') return node('presence', { from });
  return node('presence', {
    from,
    type: 'unavailable',
    last: lastSeenS === null ? 'deny' : String(lastSeenS),
  });
}

/** Accounts that the person is not blocked by. */
const listening = (person: Person, accounts: Iterable<Account>): Account[] =>
  [...accounts].filter(({ blocked }) => !blocked.has(person.number));

/** Only devices that have asked for it and are available themselves are told. */
export function tellPresence(person: Person, accounts: Iterable<Account>): void {
  for (const account of listening(person, accounts))
    for (const device of account.devices.values()) {
      const addressing = device.watched.get(person.number);
      if (addressing !== undefined && device.isAvailable) device.say(presenceNode(person, addressing));
    }
}

/** In the chat with each account (WASmaxInChatstateStateTypes). */
export function tellTyping(
  person: Person,
  accounts: Iterable<Account>,
  state: 'composing' | 'recording' | 'paused',
): void {
  const what =
    state === 'paused'
      ? node('paused')
      : node('composing', { media: state === 'recording' ? 'audio' : undefined });
  for (const account of listening(person, accounts)) {
    const from = nameOf(person, account.addressing);
    for (const device of account.devices.values())
      if (device.isAvailable) device.say(node('chatstate', { from }, [what]));
  }
}

function notify(
  person: Person,
  accounts: Iterable<Account>,
  type: string,
  what: (name: string) => Node,
): void {
  for (const account of listening(person, accounts)) {
    const from = nameOf(person, account.addressing);
    const attrs = { from, type, id: messageId(), t: seconds(), notify: person.pushname };
    for (const device of account.devices.values()) device.push(node('notification', attrs, [what(from)]));
  }
}

/** WAWebHandleAboutNotification */
export function tellAbout(person: Person, accounts: Iterable<Account>): void {
  const text = Buffer.from(person.profile.about ?? '');
  notify(person, accounts, 'status', () => node('set', {}, text));
}

/** WAWebHandleProfilePicNotification */
export function tellPicture(person: Person, accounts: Iterable<Account>): void {
  const { picture } = person.profile;
  notify(person, accounts, 'picture', (jid) =>
    picture === null ? node('delete', { jid }) : node('set', { jid, id: picture.id, author: jid }),
  );
}
