/** A person at the other end: receives messages, answers, reads, goes offline. Keeps one Signal session for each device. */
import { Party } from '../signal/party.js';
import { OwnSenderKey, SenderKey } from '../signal/sender-key.js';
import { type Attributes, bytes, type Node, node } from '../wire/nodes.js';
import { CONTENT, PROTOCOL_TYPE } from '../wire/schemas.js';
import { type Account, lidOf, seconds } from './account.js';
import type { Changes, WaitOptions } from './changes.js';
import { type Content, messageId, pad, type Received, show, unpad } from './content.js';
import type { Device } from './device.js';
import { encryptFile, type FileType } from './file.js';
import type { Group } from './group.js';
import { jidOf, LIDS, NUMBERS } from './jid.js';

export interface ContactOptions {
  /** digits */
  readonly number: string;
  readonly pushname?: string;
  readonly lid?: string;
}
export interface SendOptions {
  /** number of the account; default: the first */
  readonly to?: string;
  readonly group?: Group;
  readonly id?: string;
}
export interface OutgoingFile {
  readonly bytes: Buffer;
  readonly mimetype: string;
  readonly type: FileType;
  readonly caption?: string;
  readonly filename?: string;
}
/** Puts a file on the media host, and returns where it is. */
export type Upload = (stored: Buffer) => { readonly url: string; readonly directPath: string };
export interface Sent {
  readonly id: string;
  readonly to: string;
  readonly content: Content;
  readonly group: Group | undefined;
  delivered: boolean;
  read: boolean;
  /** how often a device asked for it again */
  retries: number;
}
/** A message of an account on its way to this person. */
interface Mail {
  readonly account: Account;
  readonly device: Device;
  readonly stanza: Node;
  readonly encs: readonly Node[];
  readonly group: Group | undefined;
}

export class Contact {
  readonly number: string;
  readonly lid: string;
  readonly pushname: string;
  readonly party = new Party();
  registered = true;
  readonly received: Received[] = [];
  readonly sent: Sent[] = [];
  /** Messages that could not be read, with the reason. */
  readonly unreadable: { readonly id: string; readonly reason: string }[] = [];
  /** Answers each message that is shown, if set. */
  autoReply: ((message: Received) => string | undefined) | undefined;
  readonly #accounts: ReadonlyMap<string, Account>;
  readonly #changes: Changes;
  readonly #upload: Upload;
  /** What waits while the person is offline; undefined: online. */
  #mail: Mail[] | undefined;
  readonly #ownSenderKeys = new Map<string, { key: OwnSenderKey; receivers: Set<string> }>();
  readonly #senderKeys = new Map<string, SenderKey[]>();

  constructor(
    { number, pushname = number, lid = lidOf(number) }: ContactOptions,
    accounts: ReadonlyMap<string, Account>,
    changes: Changes,
    upload: Upload,
  ) {
    this.number = number;
    this.lid = lid;
    this.pushname = pushname;
    this.#accounts = accounts;
    this.#changes = changes;
    this.#upload = upload;
  }

  get jid(): string {
    return jidOf(this.number, NUMBERS);
  }
  get lidJid(): string {
    return jidOf(this.lid, LIDS);
  }
  get isOnline(): boolean {
    return this.#mail === undefined;
  }

  offline(): void {
    this.#mail ??= [];
  }
  online(): void {
    const mail = this.#mail ?? [];
    this.#mail = undefined;
    for (const one of mail) this.#read(one);
  }

  /** Sends a text; returns its id. */
  send(body: string, options: SendOptions = {}): string {
    return this.sendContent({ conversation: body }, options);
  }

  /** Uploads a file and sends it; returns the id of the message. */
  sendFile(
    { bytes: file, mimetype, type, caption, filename }: OutgoingFile,
    options: SendOptions = {},
  ): string {
    const { stored, ...described } = encryptFile(file, type);
    const all = { ...described, ...this.#upload(stored), mimetype, caption };
    return type === 'image'
      ? this.sendContent({ imageMessage: all }, options)
      : this.sendContent({ documentMessage: { ...all, fileName: filename } }, options);
  }

  react(message: Received, emoji: string): string {
    const key = { remoteJid: this.jid, fromMe: true, id: message.id };
    return this.sendContent(
      { reactionMessage: { key, text: emoji, senderTimestampMs: Date.now() } },
      { to: message.from },
    );
  }

  edit(id: string, body: string): string {
    return this.#change(id, {
      type: PROTOCOL_TYPE.edit,
      editedMessage: CONTENT.encode({ conversation: body }),
    });
  }

  revoke(id: string): string {
    return this.#change(id, { type: PROTOCOL_TYPE.revoke });
  }

  /** Says that a message of the account has been read. */
  read({ id, from, group }: Received): void {
    const account = this.#accounts.get(from);
    if (account !== undefined) this.#receipt(account, id, group, 'read');
  }

  sendContent(content: Content, { to, group, id = messageId() }: SendOptions = {}): string {
    const account = this.#account(to);
    const sent: Sent = { id, to: account.number, content, group, delivered: false, read: false, retries: 0 };
    this.sent.push(sent);
    account.correspondents.add(this.number);
    for (const device of account.devices.values()) this.#sendTo(account, device, sent);
    const shown = show(content);
    if (shown !== undefined)
      account.keep({
        ...shown,
        id,
        from: this.number,
        at: Date.now(),
        group: group?.jid,
        encryption: '',
        plain: CONTENT.encode(content),
      });
    return id;
  }

  /** A device could not read a message: it gets the message again in a new session. */
  resend(account: Account, device: Device, id: string): void {
    const sent = this.sent.find((one) => one.id === id);
    if (sent === undefined) return;
    sent.retries += 1;
    this.party.forget(account.addressOf(device));
    for (const { receivers } of this.#ownSenderKeys.values()) receivers.delete(account.addressOf(device));
    this.#sendTo(account, device, sent);
    this.#changes.changed();
  }

  /** Takes a message of an account, now or when the person is online again. */
  accept(mail: Mail): void {
    if (this.#mail === undefined) this.#read(mail);
    else this.#mail.push(mail);
  }

  progress(id: string, what: 'delivered' | 'read'): void {
    const sent = this.sent.find((one) => one.id === id);
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

  #change(id: string, change: NonNullable<Content['protocolMessage']>): string {
    const sent = this.sent.find((one) => one.id === id);
    if (sent === undefined) throw new RangeError(`no message ${id}`);
    const key = { remoteJid: this.#account(sent.to).jid, fromMe: true, id };
    return this.sendContent(
      { protocolMessage: { ...change, key, timestampMs: Date.now() } },
      { to: sent.to, ...(sent.group === undefined ? {} : { group: sent.group }) },
    );
  }

  #sendTo(account: Account, device: Device, { id, content, group, retries }: Sent): void {
    const address = account.addressOf(device);
    const again = retries === 0 ? {} : { count: String(retries) };
    const seal = (what: Content): Node => {
      const { type, bytes: sealed } = this.party.encrypt(address, pad(what), () => device.keys.bundle());
      return node('enc', { v: '2', type, ...again }, sealed);
    };
    const type =
      (content.imageMessage ?? content.documentMessage)
        ? 'media'
        : content.reactionMessage
          ? 'reaction'
          : 'text';
    const edit = { [PROTOCOL_TYPE.edit]: '1', [PROTOCOL_TYPE.revoke]: '7' }[
      content.protocolMessage?.type ?? -1
    ];
    const attrs: Attributes = { id, type, t: seconds(), notify: this.pushname, edit };
    if (group === undefined) {
      device.push(node('message', { ...attrs, from: this.jid, sender_lid: this.lidJid }, [seal(content)]));
      return;
    }
    const from = {
      from: group.jid,
      participant: this.jid,
      participant_lid: this.lidJid,
      addressing_mode: 'pn',
    };
    device.push(node('message', { ...attrs, ...from }, this.#sealForGroup(group, address, content, seal)));
  }

  #sealForGroup(group: Group, address: string, content: Content, seal: (what: Content) => Node): Node[] {
    const own = this.#ownSenderKeys.get(group.jid) ?? {
      key: new OwnSenderKey(),
      receivers: new Set<string>(),
    };
    this.#ownSenderKeys.set(group.jid, own);
    const distribution = own.key.distribution();
    const sealed = node('enc', { v: '2', type: 'skmsg' }, own.key.encrypt(pad(content)));
    if (own.receivers.has(address)) return [sealed];
    own.receivers.add(address);
    return [seal({ senderKeyDistributionMessage: { groupId: group.jid, distribution } }), sealed];
  }

  #read({ account, device, stanza, encs, group }: Mail): void {
    const id = stanza.attrs.id ?? '';
    try {
      for (const enc of encs) this.#open(account, device, id, enc, group);
      this.#receipt(account, id, group?.jid, undefined);
    } catch (error) {
      this.unreadable.push({ id, reason: String(error) });
    }
    this.#changes.changed();
  }

  #open(account: Account, device: Device, id: string, enc: Node, group: Group | undefined): void {
    const encryption = enc.attrs.type ?? '';
    const address = account.addressOf(device);
    const plain = unpad(
      encryption === 'skmsg'
        ? this.#openGroup(`${group?.jid} ${address}`, bytes(enc))
        : this.party.decrypt(address, encryption, bytes(enc)),
    );
    const content = CONTENT.decode(plain);
    const { groupId, distribution } = content.senderKeyDistributionMessage ?? {};
    if (groupId !== undefined && distribution !== undefined) {
      const name = `${groupId} ${address}`;
      this.#senderKeys.set(name, [...(this.#senderKeys.get(name) ?? []), new SenderKey(distribution)]);
    }
    const shown = show(content);
    // A repeated id is one message to people.
    if (shown === undefined || this.received.some((one) => one.id === id)) return;
    const message = {
      ...shown,
      id,
      from: account.number,
      at: Date.now(),
      group: group?.jid,
      encryption,
      plain,
    };
    this.received.push(message);
    const reply = this.autoReply?.(message);
    if (reply !== undefined)
      this.send(reply, { to: account.number, ...(group === undefined ? {} : { group }) });
  }

  #openGroup(name: string, message: Buffer): Buffer {
    let reason: unknown = new Error(`no sender key for ${name}`);
    for (const key of (this.#senderKeys.get(name) ?? []).toReversed()) {
      try {
        return key.decrypt(message);
      } catch (error) {
        reason = error;
      }
    }
    throw reason;
  }

  #receipt(account: Account, id: string, group: string | undefined, type: string | undefined): void {
    const from = group === undefined ? { from: this.jid } : { from: group, participant: this.jid };
    for (const device of account.devices.values())
      device.push(node('receipt', { ...from, id, type, t: seconds() }));
  }
}
