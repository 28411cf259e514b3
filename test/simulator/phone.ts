/** A person with a phone: scans, types codes, looks at linked devices, removes them, writes. */
import type { Account } from './account.js';
import type { WaitOptions } from './bell.js';
import type { Device } from './device.js';
import type { Passkey } from './passkey.js';
import type { Server } from './server.js';
import type { WireMessage } from './wire.js';
import type { World } from './world.js';

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

  /** The account's, in a password manager of this person. */
  get passkey(): Passkey {
    return this.account.passkey;
  }

  /** Every message the account has, both ways. */
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
   * Links the page that shows this QR. Resolves when the page has been told, so after it has answered with a passkey
   * where that is asked for; rejects with LinkRefused.
   */
  async scan(qr: string): Promise<Device> {
    return this.#server.link(this.account, this.#server.desk.find(qr));
  }

  /** Links the page that shows this pairing code. Rejects with LinkRefused. */
  async enterCode(code: string): Promise<Device> {
    return this.#server.link(this.account, this.#server.desk.findCode(code, this.number));
  }

  /** The QR a page shows now or next. */
  waitForQr(options?: WaitOptions): Promise<string> {
    return this.#qr(options);
  }

  /** Until a device of this account is signed in. */
  waitForOnline(options?: WaitOptions): Promise<Device> {
    const pick = (device: Device) => (device.account === this.account && device.online ? device : undefined);
    return this.#server.changed.wait(`device of ${this.number} online`, pick, options, () =>
      this.devices.find(pick),
    );
  }

  /** Until no device of this account is signed in. */
  async waitForOffline(options?: WaitOptions): Promise<void> {
    const gone = () => (this.devices.some((device) => device.online) ? undefined : true);
    await this.#server.changed.wait(`sign-off of ${this.number}`, gone, options, gone);
  }

  /** Until no device is linked any more. */
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

  /** WhatsApp stops the linked devices until the person has answered; resolves when they have. */
  challenge(type: 'PASSKEY' | 'CAPTCHA' = 'PASSKEY'): Promise<{ prf: string | null }> {
    return this.#server.challenge(this.account, type);
  }

  /** @param code 406: for good; 403: until its number has been verified again */
  ban(code: 403 | 406 = 406): void {
    this.#server.ban(this.account, code);
  }

  unban(): void {
    this.account.banned = null;
  }

  /**
   * Writing to people who never wrote to the account is locked for so long: 463 for what is sent to them. The pages are told.
   * @param ms 0: lifted
   */
  lockReachOut(ms: number, { type = 'DEFAULT' } = {}): void {
    this.account.limits.lock(ms === 0 ? null : Date.now() + ms, type);
    const lock = this.account.limits.timeLock;
    for (const { connection } of this.devices) connection?.send({ type: 'time-lock', lock });
  }

  /** WhatsApp tells the pages what is left of the new chats of the cycle; or that nothing is. */
  tellNewChats({ usedUp = false } = {}): void {
    const left = this.account.limits.cap(this.#world.knobs());
    const cap = usedUp ? { ...left, capping_status: 'CAPPED', used_quota: left.total_quota } : left;
    for (const { connection } of this.devices) connection?.send({ type: 'cap', cap });
  }

  /** Another host or tab takes the session of every device over. */
  conflict(): void {
    for (const device of this.devices) this.#server.conflict(device);
  }

  /** Linked devices go on without the phone; only linking needs it. */
  offline(): void {
    this.account.phoneOffline = true;
  }

  online(): void {
    this.account.phoneOffline = false;
  }

  /** Writes from the phone itself. `to` is a number or wid; returns the message's id. */
  async send(body: string, { to }: { to: string }): Promise<string> {
    return this.#server.post.fromPhone(this.account, to.includes('@') ? to : `${to}@c.us`, body);
  }

  /** Votes from the phone itself, in a poll of anybody's; an empty list takes the vote back. */
  async vote(id: string, options: string[]): Promise<void> {
    this.#server.post.voteFromPhone(this.account, id, options);
  }

  /** Every arrival of this account's messages at the server, repeated ones too. */
  get arrivals() {
    return this.#world.ledger.arrivals.filter((arrival) => arrival.from === this.wid);
  }
}
