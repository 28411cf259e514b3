/** Contacts, and the pairs of phone number and LID. */
import type { WireContact, WireGroup } from '../wire.js';
import { knobs, never, whenKnobs } from './boot-record.js';
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
  declare username: string | undefined;
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
  /** Unknown contacts are created on request, as in the real page. */
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
  const { pn, lid, name, pushname, username, business } = contact;
  learnIdentity(pn, lid);
  const attributes = { name, pushname, username, isBusiness: business ?? false };
  const known = Contacts.get(pn);
  const isContactBlocked = [pn, lid].some((id) => Blocklist.get(id) !== undefined);
  if (known) known.set(attributes);
  else Contacts.add(new Contact({ id: createWid(pn), isContactBlocked, type: 'in', ...attributes }));
}

/**
 * Stores the name that a sender gives themselves (WAWebHandlePushnameUpdate,
 * WAWebContactMutator.updatePushname), in the contact under either identity.
 */
export function learnPushname(from: string, pushname: string): void {
  const wid = createWid(from);
  if (!wid.isUser() || isMe(wid)) return;
  const pn = toPn(wid) ?? wid;
  const lid = toLid(pn);
  const known = [pn, lid].flatMap((one) => (one && Contacts.get(one)) ?? []);
  const contacts = known.length > 0 ? known : [Contacts.gadd(wid)];
  for (const contact of contacts) contact.set({ pushname });
  if (pn.isLid() || !lid) return;
  const { name, isBusiness } = contacts[0] ?? {};
  const more = { ...(name === undefined ? {} : { name }), ...(isBusiness ? { business: true } : {}) };
  void storage.putContacts([{ pn: String(pn), lid: String(lid), pushname, ...more }]);
}

/** Stores the server's list of blocked people (WAWebBlocklistCollection.replaceAllWith). */
export function learnBlocked(wids: readonly string[]): void {
  for (const { id } of Blocklist.models) if (!wids.includes(String(id))) unlist(id);
  for (const wid of wids) if (!Blocklist.get(wid)) list(createWid(wid));
}

/** Stores the contacts and groups that the server sends at every login. */
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
    // On a migrated account either identity is answered by the LID.
    wid: createWid(wid.isLid() || knobs.chatIds === 'lid' ? found.lid : found.pn),
    biz: found.business ?? false,
    lid: createWid(found.lid),
  };
}

/** Throws the real page's error for a number without a known LID (wwebjs and others, 2025 and 2026). */
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

/** WAWebBlockContactUtils. Its remaining functions since June 2026 open a dialog. */
export const BlockContactUtils = {
  get getContactToBlockOnlyUseIfNoAssociatedChat() {
    return knobs.blockFault === 'moved' ? undefined : (contact: Contact): Contact => contact;
  },
  handleBlock: (): void => {},
  handleUnblock: (): void => {},
};

/**
 * The migrated list has only LIDs, and a number's LID is known only if there is a chat. For others the page
 * throws its own log line.
 */
function lidToBlock({ id }: Contact): Wid {
  const lid = id.isLid() ? id : Chats.get(id) && toLid(id);
  if (lid) return lid;
  throw `[blocklist] trying to block a pn contact (id: ${id.user}) without a chat,  entryPoint: null`;
}

/**
 * Like WAWebBlockContactAction and WAWebBlocklistCollection: nothing happens if the state is already so.
 * Blocking turns a LID into the number, unblocking does not, and an id that is not on the list is not removed
 * from it.
 */
async function setBlocked(contact: Contact, blocked: boolean): Promise<void> {
  if (knobs.blockFault === 'ignored' || contact.isContactBlocked === blocked) return;
  const { id } = contact;
  const held = knobs.blockList === 'lid' ? lidToBlock(contact) : (blocked && toPn(id)) || id;
  if (!blocked && !Blocklist.get(held)) return;
  await chatSocket.request('block', { wid: String(held), blocked });
  if (blocked) list(held);
  else unlist(held);
}

function list(id: Wid): void {
  Blocklist.add(new Model({ id }) as BlockedId);
  showBlocked(id, true);
}

function unlist(id: Wid): void {
  Blocklist.remove(id);
  showBlocked(id, false);
}

/**
 * WAWebBlocklistCollection: both identities show the block; in the migrated list the number does so only with
 * a chat.
 */
function showBlocked(id: Wid, isContactBlocked: boolean): void {
  const withChat = knobs.blockList === 'pn' || Chats.get(toPn(id));
  for (const one of [id, ...(withChat ? [toPn(id), toLid(id)] : [])])
    if (one) Contacts.get(one)?.set({ isContactBlocked });
}

/** WAWebBlockContactAction */
export const BlockContactAction = {
  blockContact: ({ contact }: { contact: Contact }) => setBlocked(contact, true),
  unblockContact: (contact: Contact) => setBlocked(contact, false),
};

/** WAWebQueryPrivacySettingsJob: a setting that the server does not name is missing. */
export const getPrivacy = async (): Promise<unknown> =>
  knobs.mexFault === 'hangs' ? never() : chatSocket.request('privacy', {});

/**
 * WAWebContactStatusBridge: a person's text about themselves. A number's is queried by GraphQL, a LID's in
 * another way (WAWebGetAboutQueryJob). Null for a person who hides it.
 */
export const ContactStatusBridge = {
  async getStatus({ wid }: { wid: Wid }): Promise<{ id: Wid; status: string | null }> {
    if (knobs.mexFault === 'hangs' && !wid.isLid()) return never();
    const status = (await chatSocket.request('about', { wid: String(wid) })) as string | null;
    return { id: wid, status };
  },
  /** The job resolves with the answer of the server (WAWebSetAboutJob). */
  async setMyStatus(text: string): Promise<{ status: number }> {
    if (knobs.profileFault === 'about-refused') return { status: 406 };
    await chatSocket.request('set-about', { text });
    return { status: 200 };
  },
};
