/** `<receipt>`: tells the sender how far its message came, and answers a request for it again. */
import { type Node, node } from '../wire/nodes.js';
import { seconds } from '../world/account.js';
import { Contact } from '../world/contact.js';
import { idsIn } from '../world/device.js';
import type { Asker } from './request.js';

/** What a receipt of this type means to the sender. Others are between the devices of an account. */
const PROGRESS: Readonly<Record<string, 'delivered' | 'read'>> = {
  delivered: 'delivered',
  inactive: 'delivered',
  read: 'read',
  played: 'read',
};

export function handleReceipt({ world, account, device }: Asker, stanza: Node): void {
  const { id = '', to, participant, type } = stanza.attrs;
  device.acknowledge(stanza);
  // The page waits for this (WAWebSendReceiptJobCommon).
  device.stream?.send(node('ack', { class: 'receipt', id, from: to, participant, type, t: seconds() }));
  const person = world.person(participant ?? to ?? '');
  if (!(person instanceof Contact)) return;
  if (type === 'retry') {
    person.resend(account, device, id);
    return;
  }
  const what = PROGRESS[type ?? 'delivered'];
  if (what !== undefined) for (const one of [id, ...idsIn(stanza)]) person.progress(one, what);
}
