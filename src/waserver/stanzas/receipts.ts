/** `<receipt>`: tells the sender how far its message came, and answers a request for it again. */
import { type Node, node } from '../wire/nodes.js';
import { Account, seconds } from '../world/account.js';
import { addressingOf, nameOf } from '../world/addressing.js';
import { Contact } from '../world/contact.js';
import { type Device, idsIn } from '../world/device.js';
import { GROUPS, parseJid } from '../world/jid.js';
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
  if (person instanceof Account && person !== account) toAccount(account, device, person, stanza);
  if (!(person instanceof Contact)) return;
  if (type === 'retry') {
    person.resend(account, device, id);
    return;
  }
  const what = PROGRESS[type ?? 'delivered'];
  if (what !== undefined) for (const one of [id, ...idsIn(stanza)]) person.progress(one, what);
}

/**
 * To the devices of the account that has sent the message. Asked for it again is only the one that has. How far the message came has
 * no other word than at a person's: a device that is not in use has received it, too.
 */
function toAccount(by: Account, device: Device, sender: Account, { attrs, content }: Node): void {
  const { to = '', participant, type, ...rest } = attrs;
  const isRetry = type === 'retry';
  const progress = PROGRESS[type ?? 'delivered'];
  if (progress === undefined && !isRetry) return;
  const writer = participant ?? to;
  const own = nameOf(device, addressingOf(writer));
  const from = parseJid(to).server === GROUPS ? { from: to, participant: own } : { from: own };
  const what = { type: progress === 'delivered' ? undefined : type, t: seconds(), notify: by.pushname };
  const receipt = node('receipt', { ...rest, ...from, ...what }, content);
  for (const other of sender.devices.values())
    if (!isRetry || other.id === parseJid(writer).device) other.push(receipt);
}
