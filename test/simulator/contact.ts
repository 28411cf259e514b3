/** A person at the other end: receives messages, answers, reads, goes offline. */
import { ABOUT, lidOf } from './account.js';
import { AwaitableEvent, type WaitOptions } from './awaitable-event.js';
import { decryptMedia, encryptMedia } from './media-crypto.js';
import type { MediaStore } from './media-store.js';
import { messageId } from './message-id.js';
import type { MessageRouter } from './message-router.js';
import type { Json, WireBusiness, WireContact, WireMessage } from './wire.js';

export interface ContactOptions {
  number: string;
  /** their own display name */
  pushname?: string;
  /** their name in the phone's address book */
  name?: string;
  /** digits; by default derived from the number */
  lid?: string;
  /** true: in the phone's address book, and so among the page's contacts from the start */
  known?: boolean;
  business?: boolean;
  /** their user name, without the `@` */
  username?: string;
  /** their text about themselves; null: hidden */
  about?: string | null;
  /** their picture, which everybody may see */
  picture?: Buffer;
  /** the profile of a business */
  profile?: WireBusiness;
}

/** A message on this person's screen, where each is shown once. `Simulator.ledger` has every arrival. */
export interface Received {
  id: string;
  from: string;
  body: string;
  type: string;
  /** milliseconds since the epoch */
  at: number;
  group?: string;
  message: WireMessage;
}

export interface Sent {
  id: string;
  to: string;
  body: string;
  at: number;
  delivered: boolean;
  read: boolean;
}

export interface SendOptions {
  /** number or wid of the account; default: the first phone */
  to?: string;
  group?: string;
  id?: string;
  type?: string;
  extra?: { [key: string]: Json };
  /**
   * Overrides fields of the message on the wire with values of any type, as a stranger's own client could
   * send them.
   */
  malformed?: { [field in 't' | 'type' | 'body' | 'notifyName']?: Json };
}

export interface OutgoingMedia {
  bytes: Buffer;
  mimetype: string;
  /** image, video, audio, ptt, sticker or document; by default chosen from the mimetype */
  type?: string;
  caption?: string;
  filename?: string;
  /** The claimed size; by default the true one. */
  says?: number;
  /** duration of audio or video */
  seconds?: number;
}

function mediaTypeOf(mimetype: string): string {
  const [kind = ''] = mimetype.split('/');
  return ['image', 'video', 'audio'].includes(kind) ? kind : 'document';
}

export class Contact {
  readonly number: string;
  readonly wire: WireContact;
  known: boolean;
  /** whether the phone's own address book has the name as well */
  onPhone = false;
  readonly received: Received[] = [];
  readonly sent: Sent[] = [];
  readonly #post: MessageRouter;
  readonly #media: MediaStore;
  readonly #arrived = new AwaitableEvent<Received>();
  readonly #progress = new AwaitableEvent<Sent>();
  #waiting: { message: WireMessage; onRead: (level: 2 | 3) => void }[] = [];
  #online = true;
  /** whether the number exists on WhatsApp */
  registered = true;
  readReceipts = true;
  about: string | null;
  /** the path of the picture in the media store */
  readonly picture: string | null;
  readonly profile: WireBusiness | null;
  /** whether others may add this person to a group */
  addable = true;
  /** answers a message with the returned text; undefined: no answer */
  autoReply: ((message: Received) => string | undefined) | undefined;

  constructor(post: MessageRouter, media: MediaStore, options: ContactOptions) {
    const { number, pushname, name, lid = lidOf(number), known = true, business, about = ABOUT } = options;
    this.#post = post;
    this.#media = media;
    this.number = number;
    this.known = known;
    this.about = about;
    this.picture = options.picture === undefined ? null : media.put(options.picture);
    this.profile = options.profile ?? null;
    this.wire = {
      pn: `${number}@c.us`,
      lid: `${lid}@lid`,
      pushname: pushname ?? name ?? number,
      ...(name === undefined ? {} : { name }),
      ...(business === undefined ? {} : { business }),
      ...(options.username === undefined ? {} : { username: options.username }),
    };
  }

  get wid(): string {
    return this.wire.pn;
  }

  /** The account saves this person under a name; undefined: removes the name. */
  save(name: string | undefined, onPhone: boolean): void {
    if (name === undefined) delete this.wire.name;
    else this.wire.name = name;
    this.known = true;
    this.onPhone = onPhone;
  }

  get isOnline(): boolean {
    return this.#online;
  }

  is(wid: string): boolean {
    return wid === this.wire.pn || wid === this.wire.lid;
  }

  /** Sends a text to an account or a group, and returns the message's id. */
  async send(body: string, options: SendOptions = {}): Promise<string> {
    const { id = messageId.android(), type = 'chat', extra, malformed } = options;
    const to = this.#post.deliverFrom(this, {
      id,
      type,
      body,
      t: Math.floor(Date.now() / 1000),
      ...(options.to === undefined ? {} : { to: options.to }),
      ...(options.group === undefined ? {} : { group: options.group }),
      ...(extra === undefined ? {} : { extra }),
      ...(malformed as object | undefined),
    });
    if (type === 'chat' || extra?.directPath) {
      this.sent.push({ id, to, body, at: Date.now(), delivered: false, read: false });
    }
    return id;
  }

  /** Encrypts, uploads and sends a file, and returns the message's id. */
  async sendMedia(media: OutgoingMedia, options: Omit<SendOptions, 'type' | 'extra'> = {}): Promise<string> {
    const { bytes, mimetype, caption, filename } = media;
    const type = media.type ?? mediaTypeOf(mimetype);
    const { file, mediaKey, filehash, encFilehash } = encryptMedia(bytes, type);
    const extra = {
      directPath: this.#media.put(file),
      mediaKey,
      mediaKeyTimestamp: Math.floor(Date.now() / 1000),
      filehash,
      encFilehash,
      mimetype,
      size: media.says ?? bytes.length,
      ...(caption === undefined ? {} : { caption }),
      ...(filename === undefined ? {} : { filename }),
      // A string, as WAWebParseVideoMessageProto makes it.
      ...(media.seconds === undefined ? {} : { duration: String(media.seconds) }),
    };
    return this.send('', { ...options, type, extra });
  }

  /** Returns the bytes of a message with media, decrypted and checked. */
  download({ message: { type, extra } }: Received): Buffer {
    const text = (name: string) => String(extra?.[name] ?? '');
    const file = this.#media.get(text('directPath'));
    if (!file) throw new Error(`no media under "${text('directPath')}"`);
    // Media of a channel are not encrypted.
    return extra?.mediaKey ? decryptMedia(file, type, text('mediaKey'), text('filehash')) : file;
  }

  /** Plays a voice message of the account, which gives its fourth ack (WAWebAck.ACK.PLAYED). */
  async play(id: string): Promise<void> {
    this.#post.playedBy(this, id);
  }

  /** Edits the text or caption of a message that this person sent. */
  async edit(id: string, body: string): Promise<void> {
    this.#post.editFrom(this, id, body);
  }

  /** Deletes a message that this person sent, for everyone. */
  async revoke(id: string): Promise<void> {
    this.#post.revokeFrom(this, id);
  }

  /** Reacts to a message; an empty emoji removes the reaction. */
  async react(id: string, emoji: string): Promise<void> {
    this.#post.reactFrom(this, id, emoji);
  }

  /** Votes in a poll of an account, by the names of the options. */
  async vote(id: string, options: string[]): Promise<void> {
    this.#post.voteFrom(this, id, options);
  }

  /** Sets after how many seconds the messages of the chat with an account disappear; 0: they stay. */
  setTimer(seconds: number): void {
    this.#post.timerFrom(this, seconds);
  }

  /** Answers an event of an account or of a group: 1 going, 2 not going, 3 maybe. */
  async attend(id: string, answer: number): Promise<void> {
    this.#post.attendFrom(this, id, answer);
  }

  async call({ to, video = false }: { to?: string; video?: boolean } = {}): Promise<string> {
    return this.#post.callFrom(this, to, video);
  }

  /**
   * Comes online, goes offline, types or records: reported to the accounts that have asked for it and are
   * available themselves. @param lastSeenS when the person was online last, in seconds
   */
  appear(
    state: 'available' | 'unavailable' | 'composing' | 'recording' | 'paused',
    lastSeenS?: number,
  ): void {
    this.#post.presenceOf(this, state, lastSeenS);
  }

  /** Ends this person's own call. */
  async hangUp(id: string, to?: string): Promise<void> {
    this.#post.hangUp(this, to, id);
  }

  offline(): void {
    this.#online = false;
  }

  online(): void {
    this.#online = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { message, onRead } of waiting) this.#show(message, onRead);
  }

  /** Resolves with the first matching message, past or future. */
  waitForMessage(
    match: (message: Received) => boolean = () => true,
    options?: WaitOptions,
  ): Promise<Received> {
    const pick = (message: Received) => (match(message) ? message : undefined);
    return this.#arrived.wait(`message for ${this.number}`, pick, options, () => this.received.find(match));
  }

  /** Waits until a device of the account has the message. */
  waitForDelivery(id: string, options?: WaitOptions): Promise<Sent> {
    return this.#waitForSent(id, (sent) => sent.delivered, 'delivery', options);
  }

  /** Waits until the account has read the message. */
  waitForRead(id: string, options?: WaitOptions): Promise<Sent> {
    return this.#waitForSent(id, (sent) => sent.read, 'reading', options);
  }

  /** Called by the server. */
  accept(message: WireMessage, onRead: (level: 2 | 3) => void): void {
    if (this.#online) this.#show(message, onRead);
    else this.#waiting.push({ message, onRead });
  }

  /** Called by the server. */
  progress(id: string, what: 'delivered' | 'read'): void {
    const sent = this.sent.findLast((one) => one.id === id);
    if (!sent) return;
    sent[what] = true;
    this.#progress.ring(sent);
  }

  #show(message: WireMessage, onRead: (level: 2 | 3) => void): void {
    const shown: Received = {
      id: message.id,
      from: message.author ?? message.from,
      body: message.body ?? '',
      type: message.type,
      at: Date.now(),
      ...(message.to.endsWith('@g.us') ? { group: message.to } : {}),
      message,
    };
    this.received.push(shown);
    onRead(2);
    if (this.readReceipts) onRead(3);
    this.#arrived.ring(shown);
    const isPost = /@(broadcast|newsletter)$/.test(message.to);
    const answer = message.type === 'chat' && !isPost ? this.autoReply?.(shown) : undefined;
    if (answer !== undefined)
      void this.send(answer, shown.group ? { group: shown.group } : { to: shown.from });
  }

  #waitForSent(
    id: string,
    match: (sent: Sent) => boolean,
    what: string,
    options?: WaitOptions,
  ): Promise<Sent> {
    const pick = (sent: Sent) => (sent.id === id && match(sent) ? sent : undefined);
    return this.#progress.wait(`${what} of ${id}`, pick, options, () => this.sent.find((sent) => pick(sent)));
  }
}
