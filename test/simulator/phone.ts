/** A person with a phone: scans codes, types codes, lists linked devices and removes them, sends messages. */
import type { Account } from './account.js';
import type { WaitOptions } from './awaitable-event.js';
import type { Device } from './device.js';
import type { Passkey } from './passkey.js';
import type { Server } from './server.js';
import type { WireMessage } from './wire.js';
import { siblingOf, type World } from './world.js';

export class Phone {
  readonly account: Account;
  readonly #world: World;
  readonly #server: Server;
  readonly #qr: (options?: WaitOptions) => Promise<string>;

  constructor(
    world: World,
    server: Server,
    account: Account,
    qr: (options?: WaitOptions) => Promise<string>,
  ) {
    this.#world = world;
    this.#server = server;
    this.account = account;
    this.#qr = qr;
  }

  get number(): string {
    return this.account.me.pn.split('@')[0] ?? '';
  }

  get wid(): string {
    return this.account.me.pn;
  }

  get devices(): Device[] {
    return [...this.account.devices.values()];
  }

  /** The account's passkey, in this person's password manager. */
  get passkey(): Passkey {
    return this.account.passkey;
  }

  /** All messages of the account, in both directions. */
  get messages(): readonly WireMessage[] {
    return this.account.history;
  }

  get sent(): WireMessage[] {
    return this.account.history.filter((message) => message.fromMe);
  }

  get received(): WireMessage[] {
    return this.account.history.filter((message) => !message.fromMe);
  }

  /**
   * Links the page that shows this QR code. Resolves when the page is linked, after it has answered with a
   * passkey if one is required. Rejects with LinkRefused.
   */
  async scan(qr: string): Promise<Device> {
    return this.#server.link(this.account, this.#server.pairing.find(qr));
  }

  /** Links the page that shows this pairing code. Rejects with LinkRefused. */
  async enterCode(code: string): Promise<Device> {
    return this.#server.link(this.account, this.#server.pairing.findCode(code, this.number));
  }

  /** Resolves with the QR code that a page shows now or next. */
  waitForQr(options?: WaitOptions): Promise<string> {
    return this.#qr(options);
  }

  /** Waits until a device of this account is signed in. */
  waitForOnline(options?: WaitOptions): Promise<Device> {
    const pick = (device: Device) => (device.account === this.account && device.online ? device : undefined);
    return this.#server.changed.wait(`device of ${this.number} online`, pick, options, () =>
      this.devices.find(pick),
    );
  }

  /** Waits until no device of this account is signed in. */
  async waitForOffline(options?: WaitOptions): Promise<void> {
    const gone = () => (this.devices.some((device) => device.online) ? undefined : true);
    await this.#server.changed.wait(`sign-off of ${this.number}`, gone, options, gone);
  }

  /** Waits until no device is linked any more. */
  async waitForUnlinked(options?: WaitOptions): Promise<void> {
    const gone = () => (this.devices.length > 0 ? undefined : true);
    await this.#server.changed.wait(`unlinking of ${this.number}`, gone, options, gone);
  }

  /** Removes one linked device, or all of them. */
  unlink(device?: Device | string): void {
    const id = typeof device === 'string' ? device : device?.id;
    const doomed = id === undefined ? this.devices : this.devices.filter((one) => one.id === id);
    if (id !== undefined && doomed.length === 0) throw new Error(`no linked device ${id}`);
    for (const one of doomed) this.#server.unlink(one);
  }

  /** Blocks the linked devices until the person has answered; resolves then. */
  challenge(type: 'PASSKEY' | 'CAPTCHA' = 'PASSKEY'): Promise<{ prf: string | null }> {
    return this.#server.challenge(this.account, type);
  }

  /** @param code 406: permanent; 403: until the number has been verified again */
  ban(code: 403 | 406 = 406): void {
    this.#server.ban(this.account, code);
  }

  unban(): void {
    this.account.banned = null;
  }

  /**
   * Locks writing to people who never wrote to the account, for `ms`: messages to them are refused with 463.
   * The pages are notified.
   * @param ms 0 lifts the lock
   */
  lockReachOut(ms: number, { type = 'DEFAULT' } = {}): void {
    this.account.limits.lock(ms === 0 ? null : Date.now() + ms, type);
    const lock = this.account.limits.timeLock;
    for (const { connection } of this.devices) connection?.send({ type: 'time-lock', lock });
  }

  /** Reports the remaining new chats of the cycle to the pages, or that none are left. */
  tellNewChats({ usedUp = false } = {}): void {
    const left = this.account.limits.cap(this.#world.knobs());
    const cap = usedUp ? { ...left, capping_status: 'CAPPED', used_quota: left.total_quota } : left;
    for (const { connection } of this.devices) connection?.send({ type: 'cap', cap });
  }

  /** Another host or tab takes over the session of every device. */
  conflict(): void {
    for (const device of this.devices) this.#server.conflict(device);
  }

  /** Takes the phone offline. Linked devices work without it; only linking needs it. */
  offline(): void {
    this.account.phoneOffline = true;
  }

  online(): void {
    this.account.phoneOffline = false;
  }

  /** Sends a message from the phone itself. `to` is a number or wid. Returns the message's id. */
  async send(body: string, { to }: { to: string }): Promise<string> {
    return this.#server.post.fromPhone(this.account, to.includes('@') ? to : `${to}@c.us`, body);
  }

  /** Creates a label on the phone, or gives the one of this name another colour. Returns its id. */
  label(name: string, color = 0): string {
    const { labels } = this.account;
    const known = labels.wire.labels.find((label) => label.name === name);
    const id = known?.id ?? labels.nextId;
    labels.put({ id, name, color });
    this.#tellLabels();
    return id;
  }

  /** Deletes a label on the phone. */
  deleteLabel(name: string): void {
    this.account.labels.delete(this.account.labels.named(name).id);
    this.#tellLabels();
  }

  /** Puts a label on a chat, or takes it off, on the phone. @param chat a wid */
  labelChat(name: string, chat: string, labeled = true): void {
    const { id } = this.account.labels.named(name);
    this.account.labels.assign(id, chat, labeled);
    // A page may have put it on the other identity.
    if (!labeled) this.account.labels.assign(id, siblingOf(this.#world, chat), false);
    this.#tellLabels();
  }

  #tellLabels(): void {
    const labels = this.account.labels.wire;
    for (const { connection } of this.devices) connection?.send({ type: 'labels', labels });
  }

  /** Votes from the phone itself, in anybody's poll; an empty list removes the vote. */
  async vote(id: string, options: string[]): Promise<void> {
    this.#server.post.voteFromPhone(this.account, id, options);
  }

  /** Every arrival of this account's messages at the server, including repeated ones. */
  get arrivals() {
    return this.#world.ledger.arrivals.filter((arrival) => arrival.from === this.wid);
  }
}
