/** A message that the phone itself sends; its devices are told, as of what another device has sent. */
import { node } from '../wire/nodes.js';
import { CONTENT } from '../wire/schemas.js';
import { type Account, seconds } from './account.js';
import { nameOf } from './addressing.js';
import type { Contact } from './contact.js';
import { type Content, messageId, pad, show } from './content.js';

/** @returns the id */
export function sendFromPhone(account: Account, person: Contact, content: Content): string {
  const id = messageId();
  const { addressing, number } = account;
  const to = nameOf(person, addressing);
  const { type, bytes } = account.party.encrypt(`${person.number}:0`, pad(content), () =>
    person.party.bundle(),
  );
  account.correspondents.add(person.number);
  const plain = CONTENT.encode(content);
  const shown = show(content);
  if (shown !== undefined)
    account.keep({ ...shown, id, from: number, to, addressing, at: Date.now(), encryption: type, plain });
  const attrs = { id, type: 'text', t: seconds() };
  const recipient = { recipient: to, peer_recipient_pn: addressing === 'lid' ? person.jid : undefined };
  for (const device of account.devices.values()) {
    const own = account.encrypt(device, { deviceSentMessage: { destinationJid: to, message: plain } });
    device.push(node('message', { ...attrs, from: nameOf(account, addressing), ...recipient }, [own]));
  }
  const encs = [node('enc', { v: '2', type }, bytes)];
  const stanza = node('message', { ...attrs, to });
  person.accept({ account, address: `${number}:0`, stanza, encs, group: undefined });
  return id;
}
