/** `<presence>` and `<chatstate>`: what a device wants to know of people, and what they are told of the account. */
import { children, type Node } from '../wire/nodes.js';
import { addressingOf } from '../world/addressing.js';
import { Contact } from '../world/contact.js';
import { presenceNode } from '../world/contact-news.js';
import { parseJid } from '../world/jid.js';
import type { Asker } from './request.js';

/** WASmaxOutPresenceSubscribeRequest, WASmaxOutPresenceAvailabilityRequest */
export function handlePresence({ world, account, device }: Asker, stanza: Node): void {
  const { type = 'available', to = '' } = stanza.attrs;
  if (type === 'subscribe') {
    const person = world.person(to);
    if (!(person instanceof Contact) || account.blocked.has(person.number)) return;
    device.watched.set(person.number, addressingOf(to));
    if (device.isAvailable) device.say(presenceNode(person, addressingOf(to)));
    return;
  }
  device.isAvailable = type === 'available';
  const state = [...account.devices.values()].some(({ isAvailable }) => isAvailable)
    ? 'available'
    : 'unavailable';
  for (const contact of world.contacts.values()) contact.observe({ from: account.number, state });
}

/** WASmaxOutChatstateStateTypes */
export function handleChatstate({ world, account }: Asker, stanza: Node): void {
  const { to = '' } = stanza.attrs;
  const [what] = children(stanza);
  if (what === undefined) return;
  const state =
    what.tag === 'composing' ? (what.attrs.media === 'audio' ? 'recording' : 'composing') : 'paused';
  const group = world.groups.get(to);
  const people = group === undefined ? [parseJid(to).user] : group.members.keys();
  for (const one of people) {
    const person = group === undefined ? world.person(to) : world.numbered(one);
    if (person instanceof Contact) person.observe({ from: account.number, state, group: group?.jid });
  }
}
