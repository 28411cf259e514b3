/** Everybody and everything that the server knows. */
import { Account, type AccountOptions } from './account.js';
import type { Addressing } from './addressing.js';
import { Changes } from './changes.js';
import { Channel } from './channel.js';
import { Collection } from './collection.js';
import type { MediaFiles } from './compose.js';
import { Contact, type ContactOptions } from './contact.js';
import type { Device } from './device.js';
import { Group } from './group.js';
import { LIDS, NUMBERS, parseJid } from './jid.js';
import { Linking } from './linking.js';

/** A group's number follows this, as the page expects of new ones. */
const GROUP_PREFIX = '120363';
const CHANNEL_PREFIX = '1203631';
/** As E.164 has them. */
const NUMBER = /^\d{1,15}$/;
const LID = /^\d{1,20}$/;

export class World {
  readonly changes = new Changes();
  readonly linking = new Linking(this.changes);
  /** by number */
  readonly accounts = new Map<string, Account>();
  /** by number */
  readonly contacts = new Map<string, Contact>();
  /** by jid */
  readonly groups = new Map<string, Group>();
  /** by jid */
  readonly channels = new Map<string, Channel>();
  #lastGroup = 0;
  /** App state, by account and name. */
  readonly #collections = new Map<string, Collection>();
  readonly media: MediaFiles;

  constructor(media: MediaFiles) {
    this.media = media;
  }

  /** @throws RangeError if the number is none, or somebody has it or the LID */
  addAccount(options: AccountOptions): Account {
    this.#check(options.number);
    const account = new Account(options, this.changes);
    this.#checkLid(account.lid);
    this.accounts.set(account.number, account);
    return account;
  }

  /** @throws RangeError if the number is none, or somebody has it or the LID */
  addContact(options: ContactOptions): Contact {
    this.#check(options.number);
    const contact = new Contact(options, this.accounts, this.changes, this.media);
    this.#checkLid(contact.lid);
    this.contacts.set(contact.number, contact);
    return contact;
  }

  #check(number: string): void {
    if (!NUMBER.test(number)) throw new RangeError(`"${number}" is no number: it must be 1 to 15 digits`);
    if (this.numbered(number) !== undefined)
      throw new RangeError(`somebody has the number ${number} already`);
  }

  #checkLid(lid: string): void {
    if (!LID.test(lid)) throw new RangeError(`"${lid}" is no LID: it must be 1 to 20 digits`);
    if (this.#withLid(lid) !== undefined) throw new RangeError(`somebody has the LID ${lid} already`);
  }

  /** @param addressing default: by LID if one of its accounts is migrated */
  addGroup(
    subject: string,
    creator: string,
    others: readonly string[],
    addressing: Addressing = this.#addressingOf([creator, ...others]),
  ): Group {
    this.#lastGroup += 1;
    const id = `${GROUP_PREFIX}${String(this.#lastGroup).padStart(12, '0')}`;
    const group = new Group(id, subject, creator, others, addressing);
    this.groups.set(group.jid, group);
    this.changes.changed();
    return group;
  }

  addChannel(name: string, description: string, owner: string): Channel {
    const id = `${CHANNEL_PREFIX}${String(this.channels.size + 1).padStart(11, '0')}`;
    const channel = new Channel(id, name, description, owner);
    this.channels.set(channel.jid, channel);
    this.changes.changed();
    return channel;
  }

  #addressingOf(numbers: readonly string[]): Addressing {
    return numbers.some((one) => this.accounts.get(one)?.addressing === 'lid') ? 'lid' : 'pn';
  }

  collection(account: Account, name: string): Collection {
    const key = `${account.number} ${name}`;
    const collection = this.#collections.get(key) ?? new Collection();
    this.#collections.set(key, collection);
    return collection;
  }

  /** Who has this number or LID. */
  person(jid: string): Account | Contact | undefined {
    const { user, server } = parseJid(jid);
    if (server === NUMBERS) return this.numbered(user);
    if (server !== LIDS) return undefined;
    return this.#withLid(user);
  }

  #withLid(lid: string): Account | Contact | undefined {
    return [...this.accounts.values(), ...this.contacts.values()].find((one) => one.lid === lid);
  }

  /** @throws RangeError if nobody has one of the numbers */
  known(numbers: readonly string[]): void {
    const stranger = numbers.find((number) => this.numbered(number) === undefined);
    if (stranger !== undefined) throw new RangeError(`nobody has the number "${stranger}"`);
  }

  numbered(number: string): Account | Contact | undefined {
    return this.accounts.get(number) ?? this.contacts.get(number);
  }

  /** The person, if it has WhatsApp. */
  registered(jid: string): Account | Contact | undefined {
    const person = this.person(jid);
    return person instanceof Contact && !person.registered ? undefined : person;
  }

  /** The account that a client logs in to, with its device. */
  device(number: string, id: number): { account: Account; device: Device } | undefined {
    const account = this.accounts.get(number);
    const device = account?.devices.get(id);
    return account === undefined || device === undefined ? undefined : { account, device };
  }
}
