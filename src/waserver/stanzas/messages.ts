/** `<message>`: refuses or routes it to everybody for whom it has a ciphertext, then acknowledges it. */
import { type Attributes, child, children, type Node, node } from '../wire/nodes.js';
import { Account, seconds } from '../world/account.js';
import { addressingOf, nameOf, participantOf, senderOf } from '../world/addressing.js';
import { Contact } from '../world/contact.js';
import type { Device } from '../world/device.js';
import type { Group } from '../world/group.js';
import { GROUPS, jidOf, NUMBERS, parseJid } from '../world/jid.js';
import type { World } from '../world/world.js';
import type { Asker } from './request.js';

const FORBIDDEN = '403';
const NOT_FOUND = '404';

export function handleMessage(asker: Asker, stanza: Node): void {
  const { device } = asker;
  const { id, to = '', participant } = stanza.attrs;
  const error = parseJid(to).server === GROUPS ? toGroup(asker, stanza, to) : toPerson(asker, stanza, to);
  device.stream?.send(node('ack', { class: 'message', id, from: to, participant, t: seconds(), error }));
}

/** The ciphertexts of a stanza, with the device that each is for. */
function fanOut(stanza: Node, to: string): { jid: string; enc: Node }[] {
  const single = child(stanza, 'enc');
  const each = children(child(stanza, 'participants'), 'to').flatMap((one) => {
    const enc = child(one, 'enc');
    return enc === undefined ? [] : [{ jid: one.attrs.jid ?? '', enc }];
  });
  return single === undefined || single.attrs.type === 'skmsg' ? each : [{ jid: to, enc: single }, ...each];
}

/** @returns the code of an error */
function toPerson(asker: Asker, stanza: Node, to: string): string | undefined {
  const { world, account } = asker;
  const person = world.registered(to);
  if (person === undefined) return NOT_FOUND;
  if (person instanceof Contact) {
    const refusal = account.refusal(person.number);
    if (refusal !== undefined) return refusal;
    account.correspondents.add(person.number);
  }
  for (const { jid, enc } of fanOut(stanza, to)) deliver(asker, stanza, jid, [enc], undefined, to);
  return undefined;
}

function toGroup(asker: Asker, stanza: Node, to: string): string | undefined {
  const { world, account, device } = asker;
  const group = world.groups.get(to);
  if (group === undefined) return NOT_FOUND;
  const role = group.members.get(account.number);
  if (role === undefined || (group.announcement && role === 'member')) return FORBIDDEN;
  const { participant } = stanza.attrs;
  const each = fanOut(stanza, participant ?? to);
  // Sent again to one member that could not read it.
  if (participant !== undefined) {
    for (const { jid, enc } of each) deliver(asker, stanza, jid, [enc], group, to);
    return undefined;
  }
  const shared = children(stanza, 'enc').filter((enc) => enc.attrs.type === 'skmsg');
  const own = new Map(each.map(({ jid, enc }) => [keyOf(asker, jid), enc]));
  for (const { number, id } of devicesIn(world, group)) {
    if (number === account.number && (id === 0 || id === device.id)) continue;
    const first = own.get(`${number}:${id}`);
    const jid = jidOf(number, NUMBERS, id);
    deliver(asker, stanza, jid, first === undefined ? shared : [first, ...shared], group, to);
  }
  return undefined;
}

/** Phones and linked devices of the members. */
const devicesIn = (world: World, { members }: Group): { number: string; id: number }[] =>
  [...members.keys()].flatMap((number) =>
    [0, ...(world.accounts.get(number)?.devices.keys() ?? [])].map((id) => ({ number, id })),
  );

/** One name for a device, whether its number or its LID was written. */
function keyOf({ world }: Asker, jid: string): string {
  return `${world.person(jid)?.number ?? ''}:${parseJid(jid).device}`;
}

function deliver(
  asker: Asker,
  stanza: Node,
  jid: string,
  encs: Node[],
  group: Group | undefined,
  to: string,
): void {
  const { world, account, device } = asker;
  const person = world.person(jid);
  if (person instanceof Contact) {
    const address = account.addressOf(device);
    person.accept({ account, address, stanza, encs, group });
  } else if (person instanceof Account) toAccount(asker, person, stanza, jid, encs, group, to);
}

/** To another device of the account: under the number or the LID, as the chat is (WAWebHandleMsgParser). */
function toOwn({ world, device }: Asker, to: string): Attributes {
  const addressing = addressingOf(to);
  const number = addressing === 'lid' ? world.person(to)?.jid : undefined;
  return { from: nameOf(device, addressing), recipient: to, peer_recipient_pn: number };
}

const toOther = ({ account, device }: Asker, { addressing }: Account): Attributes => ({
  ...senderOf(account, addressing),
  from: nameOf(device, addressing),
});

const inGroup = ({ account, device }: Asker, { jid, addressing }: Group): Attributes => ({
  from: jid,
  ...participantOf(account, addressing),
  participant: nameOf(device, addressing),
});

/** To the sender's own phone, to another device of the account, or to another account. */
function toAccount(
  asker: Asker,
  target: Account,
  stanza: Node,
  jid: string,
  encs: Node[],
  group: Group | undefined,
  to: string,
): void {
  const { account, device } = asker;
  const { id = '' } = stanza.attrs;
  const { device: number } = parseJid(jid);
  if (number === 0) {
    if (group === undefined) for (const enc of encs) target.receive(account, device, id, enc, to);
    return;
  }
  const other: Device | undefined = target.devices.get(number);
  if (other === undefined || other === device) return;
  const { to: _to, participant: _participant, ...attrs } = stanza.attrs;
  const from =
    group !== undefined
      ? inGroup(asker, group)
      : target === account
        ? toOwn(asker, to)
        : toOther(asker, target);
  const identity = children(stanza, 'device-identity');
  const whole = { ...attrs, ...from, t: seconds(), notify: account.pushname };
  other.push(node('message', whole, [...encs, ...identity]));
}
