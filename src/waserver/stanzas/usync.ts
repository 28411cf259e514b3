/** xmlns `usync`: who has WhatsApp, with which LID and which devices. */
import { type Attributes, child, children, type Node, node, text } from '../wire/nodes.js';
import { Account } from '../world/account.js';
import { addressingOf, nameOf } from '../world/addressing.js';
import type { Contact } from '../world/contact.js';
import { keyIndexList } from '../world/device-list.js';
import { jidOf, LIDS, NUMBERS } from '../world/jid.js';
import type { Handlers } from './request.js';

type Person = Account | Contact | undefined;

function devicesOf(person: Person): Node {
  if (person === undefined) return node('devices', {}, [node('device-list', {}, [])]);
  const ids = person instanceof Account ? [...person.devices.keys()] : [];
  const list = [
    node('device', { id: '0' }),
    ...ids.map((id) => node('device', { id: String(id), 'key-index': String(id) })),
  ];
  const signed = person instanceof Account && ids.length > 0 ? [keyIndexList(person)] : [];
  return node('devices', {}, [node('device-list', {}, list), ...signed]);
}

/** A hidden text is the code 401 (WAWebUsyncStatus). */
function statusOf(person: Person): Node {
  const about = person?.profile.about ?? null;
  return about === null
    ? node('status', { code: '401', t: '0' })
    : node('status', { t: '0' }, Buffer.from(about));
}

/** WAWebUsyncPicture */
function pictureOf(person: Person): Node {
  const picture = person?.profile.picture ?? null;
  return picture === null
    ? node('picture', {}, [node('error', { code: '404', text: 'item-not-found' })])
    : node('picture', { id: picture.id });
}

/** By the protocol that is asked for. */
const PROTOCOLS: Readonly<Record<string, (person: Person) => Node>> = {
  contact: (person) => node('contact', { type: person === undefined ? 'out' : 'in' }),
  lid: (person) => node('lid', { val: person === undefined ? undefined : jidOf(person.lid, LIDS) }),
  status: statusOf,
  picture: pictureOf,
  disappearing_mode: (person) => {
    const { duration, t } = person instanceof Account ? person.disappearing : { duration: '0', t: '0' };
    return node('disappearing_mode', { duration, t });
  },
  devices: devicesOf,
};

/** Users are named by a jid, by a LID alone, or by a number as a person has written it. */
function askedFor(user: Node): string {
  const { jid, pn_jid: number } = user.attrs;
  const lid = child(user, 'lid')?.attrs.jid;
  return jid ?? number ?? lid ?? jidOf(text(child(user, 'contact')).replace(/\D/g, ''), NUMBERS);
}

/**
 * Who was asked for, and the number where the answer is under a LID: it was asked for by LID, or the query asks for LIDs
 * (WAWebUsync, WAWebContactSyncUtils).
 */
function answerName(asked: string, person: Person, byLid: boolean): Attributes {
  if (person === undefined) return { jid: asked };
  const addressing = byLid ? 'lid' : addressingOf(asked);
  return { jid: nameOf(person, addressing), pn_jid: addressing === 'lid' ? person.jid : undefined };
}

export const USYNC: Handlers = {
  'usync get usync': ({ world }, part) => {
    const { sid, mode, context } = part.attrs;
    const protocols = children(child(part, 'query')).map(({ tag }) => tag);
    const byLid = child(child(part, 'query'), 'contact')?.attrs.addressing_mode === 'lid';
    const known = protocols.filter((name) => PROTOCOLS[name] !== undefined);
    const users = children(child(part, 'list'), 'user').map((user) => {
      const asked = askedFor(user);
      const person = world.registered(asked);
      const answers = known.flatMap((name) => PROTOCOLS[name]?.(person) ?? []);
      return node('user', answerName(asked, person, byLid), answers);
    });
    const found = known.map((name) => node(name, name === 'devices' ? { version: '2' } : {}));
    return [
      node('usync', { sid, mode, context, index: '0', last: 'true' }, [
        node('result', {}, found),
        node('list', {}, users),
      ]),
    ];
  },
};
