/** `<call>`: a device refuses a call. Calls of the account itself reach nobody. */
import { children, type Node, node } from '../wire/nodes.js';
import { Contact } from '../world/contact.js';
import type { Asker } from './request.js';

export function handleCall({ world, device }: Asker, stanza: Node): void {
  const { id, to = '' } = stanza.attrs;
  const [what] = children(stanza);
  const person = world.person(to);
  if (what?.tag === 'reject' && person instanceof Contact) {
    person.calls.rejected(what.attrs['call-id'] ?? '');
    world.changes.changed();
  }
  device.stream?.send(node('ack', { class: 'call', id, from: to, type: what?.tag }));
}
