/** Contacts, and which phone number and LID belong together. */
import type { WireContact, WireGroup } from '../wire.js';
import { knobs, whenKnobs } from './boot-record.js';
import { chatSocket } from './chat-socket.js';
import { Chats } from './chats.js';
import { Collection } from './collection.js';
import { getMaybeMeLidUser, getMaybeMePnUser, isMe } from './conn.js';
import { learnGroup } from './groups.js';
import { Model } from './model.js';
import { storage } from './storage.js';
import { createWid, type Wid } from './wid.js';

export class Contact extends Model {
  declare id: Wid;
  declare phoneNumber: Wid | undefined;
  declare name: string | undefined;
  declare pushname: string | undefined;
  declare isBusiness: boolean | undefined;
  declare isContactBlocked: boolean;
  declare type: 'in' | 'out';

  get formattedName(): string {
    return this.name ?? this.pushname ?? `+${this.id.user}`;
  }
  get shortName(): string | undefined {
    return this.name?.split(' ')[0];
  }
}

const lidOfPn = new Map<string, string>();
const pnOfLid = new Map<string, string>();

class ContactCollection extends Collection<Contact> {
  /** Contacts nobody knows are made up on the spot, as in the real page. */
  async find(like: unknown): Promise<Contact> {
    const wid = createWid(like);
    return this.get(wid) ?? this.gadd(wid);
  }

  gadd(like: unknown, { silent = false } = {}): Contact {
    const id = createWid(like);
    const pn = pnOfLid.get(String(id));
    const known = pn === undefined ? undefined : this.get(pn);
    return this.add(
      new Contact({
        id,
        phoneNumber: pn === undefined ? undefined : createWid(pn),
        pushname: known?.pushname,
        name: known?.name,
        isContactBlocked: Blocklist.get(id) !== undefined,
        type: 'out',
      }),
      { silent },
    );
  }
}

export const Contacts = new ContactCollection();
type BlockedId = Model & { id: Wid };
export const Blocklist = new Collection<BlockedId>();

export function learnIdentity(pn: string, lid: string): void {
  lidOfPn.set(pn, lid);
  pnOfLid.set(lid, pn);
}

export function learnContact(contact: WireContact): void {
  const { pn, lid, name, pushname, business } = contact;
  learnIdentity(pn, lid);
  const attributes = { name, pushname, isBusiness: business ?? false };
  const known = Contacts.get(pn);
  if (known) known.set(attributes);
  else Contacts.add(new Contact({ id: createWid(pn), isContactBlocked: false, type: 'in', ...attributes }));
}

/** What the server says at every login. */
export function learnRoster(contacts: readonly WireContact[], groups: readonly WireGroup[]): void {
  const me = getMaybeMePnUser();
  const lid = getMaybeMeLidUser();
  if (me && lid) learnIdentity(String(me), String(lid));
  for (const contact of contacts) learnContact(contact);
  for (const group of groups) learnGroup(group);
  void storage.putContacts(contacts);
  void storage.putGroups(groups);
}

export const toPn = (wid: Wid): Wid | undefined => {
  const pn = wid.isLid() ? pnOfLid.get(String(wid)) : undefined;
  return pn === undefined ? undefined : createWid(pn);
};
export const toLid = (wid: Wid): Wid | undefined => {
  const lid = wid.isLid() ? undefined : lidOfPn.get(String(wid));
  return lid === undefined ? undefined : createWid(lid);
};

/** WAWebApiContact */
export const ApiContact = {
  getCurrentLid: (wid: Wid) => (wid.isLid() ? wid : toLid(wid)),
  getPhoneNumber: (wid: Wid) => (wid.isLid() ? toPn(wid) : wid),
  getAlternateUserWid: (wid: Wid) => (wid.isLid() ? toPn(wid) : toLid(wid)),
};

interface Exists {
  wid: Wid;
  biz: boolean;
  lid?: Wid;
}

/** WAWebQueryExistsJob.queryWidExists: null for a number that is not on WhatsApp. */
export async function queryWidExists(wid: Wid): Promise<Exists | null> {
  const found = (await chatSocket.request('exists', { wid: String(wid) })) as WireContact | null;
  if (!found) return null;
  learnIdentity(found.pn, found.lid);
  return {
    // Of a migrated account either is answered by its LID.
    wid: createWid(wid.isLid() || knobs.chatIds === 'lid' ? found.lid : found.pn),
    biz: found.business ?? false,
    lid: createWid(found.lid),
  };
}

/** Throws what the real page throws for a number it has no LID of (wwebjs and others, 2025 and 2026). */
export async function requireLid(wid: Wid): Promise<void> {
  if (!wid.isUser() || wid.isLid() || isMe(wid)) return;
  await whenKnobs(() => knobs.coldChat !== 'held');
  const known = lidOfPn.has(String(wid));
  if (
    knobs.coldChat === 'opens' ? known || (await queryWidExists(wid)) : known && knobs.coldChat !== 'no-lid'
  )
    return;
  throw new Error('No LID for user');
}

export const isMyContact = (contact: Contact): boolean => contact.name !== undefined;

/** WAWebContactGetters */
export const ContactGetters = {
  getIsMe: (contact: Contact) => isMe(contact.id),
  getIsUser: (contact: Contact) => contact.id.isUser(),
  getIsGroup: (contact: Contact) => contact.id.isGroup(),
  getIsWAContact: (contact: Contact) => contact.id.isUser(),
  getUserid: (contact: Contact) => (toPn(contact.id) ?? contact.id).user,
  getVerifiedName: () => undefined,
  getVerifiedLevel: () => undefined,
  getStatusMute: () => false,
  getName: (contact: Contact) => contact.name,
  getShortName: (contact: Contact) => contact.shortName,
  getPushname: (contact: Contact) => contact.pushname,
  getIsEnterprise: () => false,
  getFormattedName: (contact: Contact) => contact.formattedName,
};

/** WAWebBlockContactUtils. What is left there since June 2026 asks a person in a dialog. */
export const BlockContactUtils = {
  get getContactToBlockOnlyUseIfNoAssociatedChat() {
    return knobs.blockFault === 'moved' ? undefined : (contact: Contact): Contact => contact;
  },
  handleBlock: (): void => {},
  handleUnblock: (): void => {},
};

/** In the migrated list everybody is a LID, which a number has by its chat only; the page throws its own log line at others. */
function lidToBlock({ id }: Contact): Wid {
  const lid = id.isLid() ? id : Chats.get(id) && toLid(id);
  if (lid) return lid;
  throw `[blocklist] trying to block a pn contact (id: ${id.user}) without a chat,  entryPoint: null`;
}

/**
 * As WAWebBlockContactAction and WAWebBlocklistCollection do it: who is so already is left alone; blocking turns a LID into the
 * number, unblocking does not, and what the list does not hold is not taken out of it.
 */
async function setBlocked(contact: Contact, blocked: boolean): Promise<void> {
  if (knobs.blockFault === 'ignored' || contact.isContactBlocked === blocked) return;
  const { id } = contact;
  const held = knobs.blockList === 'lid' ? lidToBlock(contact) : (blocked && toPn(id)) || id;
  if (blocked) Blocklist.add(new Model({ id: held }) as BlockedId);
  else if (Blocklist.get(held)) Blocklist.remove(held);
  else return;
  const withChat = knobs.blockList === 'pn' || Chats.get(toPn(held));
  for (const one of [held, ...(withChat ? [toPn(held), toLid(held)] : [])])
    if (one) Contacts.get(one)?.set({ isContactBlocked: blocked });
}

/** WAWebBlockContactAction */
export const BlockContactAction = {
  blockContact: ({ contact }: { contact: Contact }) => setBlocked(contact, true),
  unblockContact: (contact: Contact) => setBlocked(contact, false),
};
