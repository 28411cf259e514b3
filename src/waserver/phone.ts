/** An account's phone, as a test controls it. */
import { node } from './wire/nodes.js';
import type { Account } from './world/account.js';
import type { WaitOptions } from './world/changes.js';
import type { Device } from './world/device.js';
import { historyOf } from './world/history.js';
import { sendFromPhone } from './world/phone-message.js';
import { firstPatch, type Setting } from './world/state-patch.js';
import type { World } from './world/world.js';

export class Phone {
  readonly #world: World;
  readonly #account: Account;

  constructor(world: World, account: Account) {
    this.#world = world;
    this.#account = account;
  }

  get number(): string {
    return this.#account.number;
  }
  get pushname(): string {
    return this.#account.pushname;
  }
  /** The account's text about itself, which its devices can change. */
  get about(): string {
    return this.#account.profile.about ?? '';
  }
  /** by category */
  get privacy(): ReadonlyMap<string, string> {
    return this.#account.privacy;
  }
  /** numbers */
  get blocked(): ReadonlySet<string> {
    return this.#account.blocked;
  }
  get picture(): Account['profile']['picture'] {
    return this.#account.profile.picture;
  }
  get jid(): string {
    return this.#account.jid;
  }
  get lidJid(): string {
    return this.#account.lidJid;
  }
  /** The linked devices. */
  get devices(): readonly Device[] {
    return [...this.#account.devices.values()];
  }
  /** What the phone shows: received, and sent by any device. */
  get messages(): Account['messages'] {
    return this.#account.messages;
  }

  /**
   * Scans the code that a client shows. Resolves once that client is linked. Rejects if it goes before that, or does not sign in
   * time; its connection is then closed.
   */
  scan(qr: string, options?: WaitOptions): Promise<Device> {
    return this.#link((welcome) => this.#world.linking.scan(this.#account, qr, welcome, options));
  }

  /** Enters the eight characters that a client shows for this number. Ends as `scan` does; each of its two answers has this time. */
  enterCode(code: string, options?: WaitOptions): Promise<Device> {
    return this.#link((welcome) => this.#world.linking.enterCode(this.#account, code, welcome, options));
  }

  async #link(by: (welcome: (linked: Device) => void) => Promise<Device>): Promise<Device> {
    const { contacts, changes } = this.#world;
    const device = await by((linked) => {
      this.#beginState();
      this.#account.tellDevices();
      this.#account.tellStateKey(linked);
      for (const { syncType, payload } of historyOf(this.#account, [...contacts.values()]))
        this.#account.tellHistory(linked, syncType, payload);
    });
    changes.changed();
    return device;
  }

  /** The settings without which the page does not open (WAWebSyncdCollectionsStateMachine), once. */
  #beginState(): void {
    const { stateKey, pushname } = this.#account;
    const timestamp = Date.now();
    const people = [...this.#world.contacts.values()].map(({ jid, lidJid, name }) => ({
      index: ['contact', jid],
      version: 2,
      value: {
        timestamp,
        contactAction: { fullName: name, firstName: name, lidJid, saveOnPrimaryAddressbook: true },
      },
    }));
    const first: Readonly<Record<string, Setting[]>> = {
      critical_block: [
        {
          index: ['setting_pushName'],
          version: 1,
          value: { timestamp, pushNameSetting: { name: pushname } },
        },
        { index: ['setting_locale'], version: 3, value: { timestamp, localeSetting: { locale: 'en_US' } } },
      ],
      critical_unblock_low: people,
    };
    for (const [name, settings] of Object.entries(first)) {
      const collection = this.#world.collection(this.#account, name);
      if (collection.version === 0) collection.add(firstPatch(name, settings, stateKey), 0);
    }
  }

  /** Sends a text from the phone itself; returns its id. @param to number of a person */
  send(body: string, { to }: { readonly to: string }): string {
    const person = this.#world.contacts.get(to);
    if (person === undefined) throw new RangeError(`no contact ${to}`);
    const id = sendFromPhone(this.#account, person, { conversation: body });
    this.#world.changes.changed();
    return id;
  }

  waitForOnline(options?: WaitOptions): Promise<Device> {
    return this.#world.changes.until(
      'linked device online',
      () => this.devices.find(({ online }) => online),
      options,
    );
  }
  async waitForOffline(options?: WaitOptions): Promise<void> {
    const isOffline = () => (this.devices.every(({ stream }) => stream === undefined) ? true : undefined);
    await this.#world.changes.until('end of the connection', isOffline, options);
  }
  async waitForUnlinked(options?: WaitOptions): Promise<void> {
    const isUnlinked = () => (this.devices.length === 0 ? true : undefined);
    await this.#world.changes.until('unlinking', isUnlinked, options);
  }

  /** Unlinks a device, or all of them. They are notified on their streams, or refused when they connect (401). */
  unlink(device?: Device): void {
    for (const one of device === undefined ? this.devices : [device]) {
      this.#account.devices.delete(one.id);
      one.end(node('stream:error', { code: '401' }, [node('conflict', { type: 'device_removed' })]));
    }
    this.#account.tellDevices();
    this.#world.changes.changed();
  }

  /**
   * Ends all connections, and refuses every login with this reason: 402 for a time, 403 or 406 for good. The refusal
   * of a login is what the page reads (WAWebHandleFailure).
   */
  ban(code: 402 | 403 | 406): void {
    this.#account.limits.ban = code;
    for (const device of this.devices) device.end();
    this.#world.changes.changed();
  }
  unban(): void {
    this.#account.limits.ban = undefined;
  }

  /** Refuses messages to people who have not written, with 463 (WAWebSendMsgResultAction), for a time. Devices are told. */
  lockReachOut(ms: number): void {
    const { limits } = this.#account;
    limits.reachOutLockedUntilMs = Date.now() + ms;
    for (const device of this.devices) device.push(limits.timeLockNotice);
  }
  /** Refuses messages that begin a chat, with 475. Devices are told. */
  useUpNewChats(usedUp = true): void {
    const { limits } = this.#account;
    limits.newChatsUsedUp = usedUp;
    for (const device of this.devices) device.push(limits.capNotice);
  }

  /** Another browser takes over: every connection is notified, and closed. */
  conflict(): void {
    for (const device of this.devices)
      device.end(node('stream:error', {}, [node('conflict', { type: 'replaced' })]));
    this.#world.changes.changed();
  }

  /** Cuts the connections of all devices without a word. */
  cut(): void {
    for (const device of this.devices) device.stream?.cut();
  }
}
