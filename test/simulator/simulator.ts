/**
 * WhatsApp Web, its server, phones and people, on one TLS port on loopback, to which Chromium's resolver is
 * directed. The library, puppeteer and the browser are the real ones. See README.md here.
 */
import { Account, type AccountOptions } from './account.js';
import type { WaitOptions } from './awaitable-event.js';
import { chromiumArgs, type WrapperOptions, writeBrowserWrapper } from './browser.js';
import type { BrowserPage } from './browser-page.js';
import { makeCertificate } from './certificate.js';
import { Channel, type ChannelOptions } from './channel.js';
import { show } from './channel-posts.js';
import { Contact, type ContactOptions } from './contact.js';
import { ControlHttp } from './control-http.js';
import { Faults } from './faults.js';
import { type Generation, generationNamed, knobsOf } from './generations.js';
import { Group, type GroupOptions } from './group.js';
import { accountsIn, changeGroup, type GroupChange, tellGroup } from './group-change.js';
import { askToJoin } from './group-requests.js';
import { HttpsServer } from './https-server.js';
import { checkKnob, knobNamed } from './knob-value.js';
import type { KnobName, KnobSettings, KnobValues } from './knobs.js';
import { type Arrival, Ledger } from './ledger.js';
import { MediaStore } from './media-store.js';
import { messageId } from './message-id.js';
import { Pages } from './pages.js';
import { Phone } from './phone.js';
import { Server } from './server.js';
import { Timers } from './timers.js';
import { WireLog } from './wire-log.js';
import type { World } from './world.js';

export interface SimulatorOptions {
  /** default 2026-04 */
  generation?: Generation;
  /** in addition to the generation's */
  knobs?: KnobSettings;
  /** TLS port; default: a free one */
  port?: number;
  /** port of the control API; default: a free one */
  controlPort?: number;
}

export class Simulator {
  readonly generation: Generation;
  readonly #knobs: KnobValues;
  readonly #timers = new Timers();
  readonly #world: World;
  readonly #server: Server;
  readonly #pages = new Pages();
  readonly #phones = new Map<string, Phone>();
  #https: HttpsServer | undefined;
  #control: ControlHttp | undefined;
  #closing: Promise<void> | undefined;
  readonly faults: Faults;

  /** Throws KnobError or RangeError. Starts nothing; use `start`. */
  private constructor({ generation = '2026-04', knobs = {} }: SimulatorOptions) {
    this.generation = generationNamed(generation);
    this.#knobs = knobsOf(this.generation);
    for (const [name, value] of Object.entries(knobs)) this.#put(name, value);
    this.#world = {
      accounts: new Map(),
      contacts: new Map(),
      groups: new Map(),
      channels: new Map(),
      ledger: new Ledger(),
      log: new WireLog(),
      media: new MediaStore(),
      timers: this.#timers,
      knobs: () => this.#knobs,
    };
    this.#server = new Server(this.#world);
    this.faults = new Faults((knob, value) => this.set(knob, value), this.#server, this.#pages);
  }

  static async start(options: SimulatorOptions = {}): Promise<Simulator> {
    const simulator = new Simulator(options);
    await simulator.#start(options);
    return simulator;
  }

  get port(): number {
    return this.#https?.port ?? 0;
  }

  /** The address of the HTTP control API. */
  get control(): string {
    return this.#control?.url ?? '';
  }

  /** The command line arguments with which a Chromium finds only the simulator. */
  get chromiumArgs(): string[] {
    return chromiumArgs(this.port);
  }

  /** Writes a script to use as the browser's path; see `writeBrowserWrapper`. */
  /** The remote ports of all connections so far. */
  get peerPorts(): ReadonlySet<number> {
    return this.#https?.peerPorts ?? new Set();
  }

  browserWrapper(directory: string, options?: WrapperOptions): Promise<string> {
    return writeBrowserWrapper(directory, this.port, options);
  }

  get knobs(): Readonly<KnobValues> {
    return this.#knobs;
  }

  /**
   * Throws KnobError at once for an unknown knob or value. The promise settles when the open pages and the
   * listening port use the value.
   */
  set<K extends KnobName>(knob: K, value: KnobValues[K]): Promise<void> {
    this.#put(knob, value);
    if (knob === 'socketFault' && value === 'half-open') this.faults.halfOpen();
    return this.#follow();
  }

  /**
   * Resets everything: the generation's knobs; no phones, contacts, groups, channels, media or records. Cuts
   * every socket.
   */
  async reset(): Promise<void> {
    this.#timers.clear();
    Object.assign(this.#knobs, knobsOf(this.generation));
    const { accounts, contacts, groups, channels, ledger, log, media } = this.#world;
    for (const part of [accounts, contacts, groups, channels, ledger, log, media, this.#phones, this.#pages])
      part.clear();
    this.#server.post.clear();
    this.faults.dropSockets();
    await this.#follow();
  }

  createPhone(options: AccountOptions): Phone {
    this.#refuseTaken(options.number);
    const account = new Account(options);
    this.#world.accounts.set(options.number, account);
    const phone = new Phone(this.#world, this.#server, account, (wait) => this.waitForQr(wait));
    this.#phones.set(options.number, phone);
    return phone;
  }

  createContact(options: ContactOptions): Contact {
    this.#refuseTaken(options.number);
    const contact = new Contact(this.#server.post, this.#world.media, options);
    this.#world.contacts.set(options.number, contact);
    if (contact.known) {
      for (const account of this.#world.accounts.values())
        account.push({ kind: 'contact', contact: contact.wire });
    }
    return contact;
  }

  createGroup(options: GroupOptions): Group {
    const group = new Group(options);
    this.#world.groups.set(group.id, group);
    tellGroup(this.#world, group, group.wire.owner, { what: 'create' });
    return group;
  }

  createChannel(options: ChannelOptions): Channel {
    const channel = new Channel(options);
    this.#world.channels.set(channel.id, channel);
    this.tellChannel(channel);
    return channel;
  }

  /** The owner of a channel posts a text. Returns the id of the post. */
  postIn(channel: Channel, body: string): string {
    const id = messageId.android();
    const t = Math.floor(Date.now() / 1000);
    const message = {
      id,
      chat: channel.id,
      from: channel.owner,
      to: channel.id,
      fromMe: true,
      type: 'chat',
      body,
      t,
    };
    show(this.#world, channel, channel.owner, 'text', message);
    return id;
  }

  /** Notifies the accounts that own or follow a channel of a change. */
  tellChannel(channel: Channel): void {
    for (const account of this.#world.accounts.values()) {
      const wire = channel.wireFor(account.me.pn, account.me.lid);
      if (wire.role !== 'guest') account.push({ kind: 'channel', channel: wire });
    }
  }

  /** A member of a group chooses a tag; empty: removes it. @param lid of the member */
  tagIn(group: Group, lid: string, tag: string): void {
    group.tags.set(lid, tag);
    const t = Math.floor(Date.now() / 1000);
    for (const account of accountsIn(this.#world, group))
      account.push({ kind: 'tag', group: group.id, member: lid, tag, t });
  }

  /** Changes a group on behalf of a member; `by` is the member's wid. */
  changeGroup(group: Group, by: string, change: GroupChange): void {
    changeGroup(this.#world, group, by, change);
  }

  /** A person asks to join a group; `by` is the member who wants to add them. */
  askToJoin(group: Group, id: string, by?: string): void {
    askToJoin(this.#world, group, id, by);
  }

  get phones(): Phone[] {
    return [...this.#phones.values()];
  }
  get contacts(): Contact[] {
    return [...this.#world.contacts.values()];
  }
  get channels(): Channel[] {
    return [...this.#world.channels.values()];
  }
  get groups(): Group[] {
    return [...this.#world.groups.values()];
  }

  /** The documents that are open in a browser now. */
  get pages(): BrowserPage[] {
    return this.#pages.all;
  }

  /** Resolves with the first matching page, open now or later. */
  waitForPage(
    match: (page: BrowserPage) => boolean = () => true,
    options?: WaitOptions,
  ): Promise<BrowserPage> {
    return this.#pages.wait(match, 'page', options);
  }

  /** Resolves with the QR code that a page shows now or next, as the page itself composed it. */
  waitForQr(options?: WaitOptions): Promise<string> {
    return this.#pages.waitForQr(options);
  }

  /** The documents that were loaded, oldest first. */
  get loads() {
    return this.#pages.loads;
  }

  /** Every arrival of a message at the server, including repeated ones. */
  get ledger() {
    return this.#world.ledger.arrivals;
  }

  /** Resolves with the first matching arrival, past or future. */
  waitForArrival(match: (arrival: Arrival) => boolean, options?: WaitOptions): Promise<Arrival> {
    return this.#world.ledger.wait(match, options);
  }

  /** All traffic, oldest first. */
  get log() {
    return this.#world.log.events;
  }

  /** Names that require() did not find. */
  get missing(): string[] {
    return [...this.#pages.missing.keys()];
  }

  get media(): MediaStore {
    return this.#world.media;
  }

  /** Closes servers, sockets and timers; safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #start({ port = 0, controlPort = 0 }: SimulatorOptions): Promise<void> {
    this.#https = new HttpsServer({
      certificate: await makeCertificate(),
      knobs: () => this.#knobs,
      media: this.#world.media,
      onDocument: (document) => this.#pages.expect(document),
      mayLoad: (document) => this.#pages.mayLoad(document),
      onSocket: (path, socket) => {
        const url = new URL(path, 'wss://web.whatsapp.com');
        if (url.pathname === '/ws/instrument') this.#pages.accept(socket, () => this.#knobs);
        else this.#server.accept(socket, url.searchParams.get('document') ?? '');
      },
      onRequest: (method, path, status) => this.#world.log.add('http', '', `${method} ${path}`, status),
    });
    await this.#https.start(port);
    await this.#https.applyKnobs();
    this.#control = new ControlHttp(this);
    await this.#control.start(controlPort);
  }

  async #close(): Promise<void> {
    this.#timers.clear();
    await Promise.all([this.#https?.close(), this.#control?.close()]);
    this.#timers.clear();
  }

  async #follow(): Promise<void> {
    await Promise.all([this.#pages.applyKnobs(this.#knobs), this.#https?.applyKnobs()]);
  }

  #put(name: string, value: unknown): void {
    const knob = knobNamed(name);
    Object.assign(this.#knobs, { [knob]: checkKnob(knob, value) });
  }

  #refuseTaken(number: string): void {
    if (!/^\d{5,15}$/.test(number)) throw new RangeError(`"${number}" is no number: 5 to 15 digits`);
    if (this.#world.accounts.has(number) || this.#world.contacts.has(number)) {
      throw new RangeError(`number ${number} is taken`);
    }
  }
}
