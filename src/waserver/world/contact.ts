/** A person at the other end: receives messages, answers, reads, goes offline. Keeps one Signal session for each device. */
import { randomBytes } from 'node:crypto';
import { node } from '../wire/nodes.js';
import { CONTENT } from '../wire/schemas.js';
import { type Account, seconds } from './account.js';
import { type Addressing, nameOf, participantOf } from './addressing.js';
import { Calls } from './calls.js';
import type { Changes, WaitOptions } from './changes.js';
import {
  changeContent,
  fileContent,
  type MediaFiles,
  type OutgoingFile,
  openFile,
  reactionContent,
} from './compose.js';
import {
  type Appearance,
  type Presence,
  tellAbout,
  tellPicture,
  tellPresence,
  tellTyping,
} from './contact-news.js';
import { type Content, messageId, type Received, show } from './content.js';
import type { Device } from './device.js';
import { encryptFile } from './file.js';
import type { Group } from './group.js';
import { GroupKeys } from './group-keys.js';
import { Inbox, type Mail } from './inbox.js';
import { Outbox, type Sent } from './outbox.js';
import { Person, type PersonOptions } from './person.js';
import { makePicture } from './profile.js';

export interface ContactOptions extends PersonOptions {
  /** in the phone's address book; default: the pushname */
  readonly name?: string;
}
export interface SendOptions {
  /** number of the account; default: the first. In a group all of its accounts get the message */
  readonly to?: string;
  readonly group?: Group;
  readonly id?: string;
}
/** What a person sees of an account. */
export interface Observed {
  /** number */
  readonly from: string;
  readonly state: Appearance;
  readonly group?: string | undefined;
}

export class Contact extends Person {
  /** in the phone's address book */
  readonly name: string;
  presence: Presence = { state: 'unavailable', lastSeenS: null };
  /** What it was told of the presence and the typing of accounts. */
  readonly observed: Observed[] = [];
  readonly calls = new Calls(this);
  registered = true;
  /** Reads each message as soon as it is shown, instead of by `read`. */
  readReceipts = false;
  /** Under which name the person writes to everybody; by default, under the one that the account has its chats by. */
  writesUnder: Addressing | undefined;
  /** Answers each message that is shown, if set. */
  autoReply: ((message: Received) => string | undefined) | undefined;
  readonly #accounts: ReadonlyMap<string, Account>;
  readonly #trusted = new Set<Account>();
  readonly #changes: Changes;
  readonly #media: MediaFiles;
  readonly #groupKeys = new GroupKeys();
  readonly #inbox = new Inbox(this.party, this.#groupKeys, (mail, addressing, shown) => {
    this.#receipt(mail.account, mail.stanza.attrs.id ?? '', mail.group, addressing);
    if (shown === undefined) return;
    if (this.readReceipts) this.read(shown);
    this.#answer(shown, mail.group);
  });
  readonly #outbox = new Outbox(this, this.#groupKeys);

  constructor(
    { name, ...options }: ContactOptions,
    accounts: ReadonlyMap<string, Account>,
    changes: Changes,
    media: MediaFiles,
  ) {
    super({ ...(name === undefined ? {} : { pushname: name }), ...options });
    this.name = name ?? this.pushname;
    this.#accounts = accounts;
    this.#changes = changes;
    this.#media = media;
  }

  get received(): readonly Received[] {
    return this.#inbox.received;
  }
  get sent(): readonly Sent[] {
    return this.#outbox.sent;
  }
  get unreadable(): Inbox['unreadable'] {
    return this.#inbox.unreadable;
  }
  get isOnline(): boolean {
    return this.#inbox.isOnline;
  }
  offline(): void {
    this.#inbox.offline();
  }
  online(): void {
    this.#inbox.online();
    this.#changes.changed();
  }

  /** Sends a text; returns its id. */
  send(body: string, options: SendOptions = {}): string {
    return this.sendContent({ conversation: body }, options);
  }

  /** Uploads a file and sends it; returns the id of the message. */
  sendFile(file: OutgoingFile, options: SendOptions = {}): string {
    return this.sendContent(fileContent(file, encryptFile(file.bytes, file.type), this.#media), options);
  }

  /** The file of a message, decrypted. @throws Error if it has none */
  download({ plain }: Received): Buffer {
    return openFile(plain, this.#media);
  }

  react(message: Pick<Received, 'id' | 'from'>, emoji: string): string {
    // Whose message it is, as this person sees it (WAWebE2EProtoUtils).
    const key = { remoteJid: this.jid, fromMe: false, id: message.id };
    return this.sendContent(reactionContent(key, emoji), { to: message.from });
  }
  edit(id: string, body: string): string {
    return this.#change(id, body);
  }
  revoke(id: string): string {
    return this.#change(id, undefined);
  }

  /** Says that a message of the account has been read. */
  read({ id, from, group: jid, addressing }: Received): void {
    const account = this.#accounts.get(from);
    if (account !== undefined)
      this.#receipt(account, id, jid === undefined ? undefined : { jid }, addressing, 'read');
  }

  sendContent(content: Content, { to, group, id = messageId() }: SendOptions = {}): string {
    const account = this.#account(to);
    const addressing = group?.addressing ?? this.writesUnder ?? account.addressing;
    const readers =
      group === undefined
        ? [account].filter(({ blocked }) => !blocked.has(this.number))
        : [...this.#accounts.values()].filter(({ number }) => group.members.has(number));
    for (const reader of readers) {
      reader.correspondents.add(this.number);
      this.#trust(reader);
    }
    this.#outbox.send(readers, {
      ...{ id, to: account.number, content, body: show(content)?.body ?? '', at: Date.now() },
      ...{ group, addressing, delivered: false, read: false, retries: 0 },
    });
    const shown = show(content);
    const plain = CONTENT.encode(content);
    const from = { from: this.number, group: group?.jid, addressing };
    if (shown !== undefined)
      for (const reader of readers)
        reader.keep({ ...shown, id, ...from, at: Date.now(), encryption: '', plain });
    return id;
  }

  /**
   * Comes online, goes offline, types or records. The account is told of the first two if it has asked for it.
   * @param lastSeenS when it was online last, in seconds; null: hidden
   */
  appear(state: Appearance, lastSeenS: number | null = Math.floor(Date.now() / 1000)): void {
    const accounts = this.#accounts.values();
    if (state !== 'available' && state !== 'unavailable') tellTyping(this, accounts, state);
    else {
      this.presence = { state, lastSeenS };
      tellPresence(this, accounts);
    }
  }

  /** @param about null: hidden */
  setAbout(about: string | null): void {
    this.profile.about = about;
    tellAbout(this, this.#accounts.values());
  }

  /** @param file a JPEG; null: none */
  setPicture(file: Buffer | null): void {
    this.profile.picture = file === null ? null : makePicture(this.#media.put(file));
    tellPicture(this, this.#accounts.values());
  }

  /** Calls the account; returns the id of the call. @param to number of the account; default: the first */
  call({ to, video = false }: { readonly to?: string; readonly video?: boolean } = {}): string {
    return this.calls.offer(this.#account(to), video).id;
  }
  hangUp(id: string, to?: string): void {
    this.calls.hangUp(this.#account(to), id);
  }

  /** Sees something of an account. */
  observe(what: Observed): void {
    this.observed.push(what);
    this.#changes.changed();
  }
  waitForObserved(match: (what: Observed) => boolean, options?: WaitOptions): Promise<Observed> {
    return this.#changes.until(`presence at ${this.number}`, () => this.observed.find(match), options);
  }

  /** Who writes to an account trusts it: its devices get a token, once (WAWebHandlePrivacyTokensNotification). */
  #trust(account: Account): void {
    if (this.#trusted.has(account)) return;
    this.#trusted.add(account);
    const token = node('token', { type: 'trusted_contact', t: seconds() }, randomBytes(16));
    const attrs = {
      type: 'privacy_token',
      from: this.jid,
      sender_lid: this.lidJid,
      id: messageId(),
      t: seconds(),
    };
    for (const device of account.devices.values())
      device.push(node('notification', attrs, [node('tokens', {}, [token])]));
  }

  /** A device could not read a message: it gets the message again in a new session. */
  resend(account: Account, device: Device, id: string): void {
    if (this.#outbox.resend(account, device, id)) this.#changes.changed();
  }

  /** Takes a message of an account, now or when the person is online again. */
  accept(mail: Mail): void {
    this.#inbox.accept(mail);
    this.#changes.changed();
  }

  progress(id: string, what: 'delivered' | 'read'): void {
    const sent = this.#outbox.find(id);
    if (sent === undefined) return;
    sent.delivered = true;
    if (what === 'read') sent.read = true;
    this.#changes.changed();
  }

  waitForMessage(match: (message: Received) => boolean, options?: WaitOptions): Promise<Received> {
    return this.#changes.until(`message at ${this.number}`, () => this.received.find(match), options);
  }
  waitForDelivery(id: string, options?: WaitOptions): Promise<Sent> {
    const find = () => this.sent.find((one) => one.id === id && one.delivered);
    return this.#changes.until(`delivery of ${id}`, find, options);
  }
  waitForRead(id: string, options?: WaitOptions): Promise<Sent> {
    const find = () => this.sent.find((one) => one.id === id && one.read);
    return this.#changes.until(`read receipt of ${id}`, find, options);
  }

  #account(number?: string): Account {
    const account = number === undefined ? [...this.#accounts.values()][0] : this.#accounts.get(number);
    if (account === undefined) throw new RangeError(`no account ${number ?? ''}`);
    return account;
  }

  #change(id: string, body: string | undefined): string {
    const sent = this.#outbox.find(id);
    if (sent === undefined) throw new RangeError(`no message ${id}`);
    const key = { remoteJid: this.#account(sent.to).jid, fromMe: true, id };
    return this.sendContent(changeContent(key, body), {
      to: sent.to,
      ...(sent.group === undefined ? {} : { group: sent.group }),
    });
  }

  #answer(message: Received, group: Group | undefined): void {
    const reply = this.autoReply?.(message);
    if (reply !== undefined)
      this.send(reply, { to: message.from, ...(group === undefined ? {} : { group }) });
  }

  /** Under the name that the account has written to. */
  #receipt(
    account: Account,
    id: string,
    group: { readonly jid: string } | undefined,
    addressing: Addressing,
    type?: string,
  ): void {
    const from =
      group === undefined
        ? { from: nameOf(this, addressing) }
        : { from: group.jid, ...participantOf(this, addressing), addressing_mode: undefined };
    for (const device of account.devices.values())
      device.push(node('receipt', { ...from, id, type, t: seconds() }));
  }
}
