/** The server: registers pages, links devices, signs them in, and logs them out. */
import type { WebSocket } from 'ws';
import type { Account } from './account.js';
import { AwaitableEvent } from './awaitable-event.js';
import { Checkpoint } from './checkpoint.js';
import { Connection } from './connection.js';
import { Device } from './device.js';
import { MessageRouter } from './message-router.js';
import { LinkRefused, PairingService } from './pairing-service.js';
import { PasskeyService } from './passkey-service.js';
import { answerRequest } from './requests.js';
import type { UpFrame } from './wire.js';
import type { World } from './world.js';

const HISTORY_CHUNK = 500;

export class Server {
  readonly #world: World;
  readonly pairing: PairingService;
  readonly #passkeys: PasskeyService;
  readonly post: MessageRouter;
  readonly connections = new Set<Connection>();
  /** fires when a device signs in, signs off or is unlinked */
  readonly changed = new AwaitableEvent<Device>();

  constructor(world: World) {
    this.#world = world;
    this.pairing = new PairingService(() => world.knobs());
    this.#passkeys = new PasskeyService(world);
    this.post = new MessageRouter(world);
  }

  accept(socket: WebSocket, page: string): void {
    const { log, timers } = this.#world;
    const connection = new Connection({
      socket,
      page,
      knobs: () => this.#world.knobs(),
      log,
      timers,
      onFrame: (from, frame) => this.#onFrame(from, frame),
      onClose: (from) => this.#onClose(from),
    });
    this.connections.add(connection);
  }

  /**
   * Links a device after the person has scanned or typed a code. Resolves when the page has the result.
   * Throws LinkRefused.
   */
  async link(account: Account, connection: Connection): Promise<Device> {
    const { deviceLimit, linkDelayMs, dialog, passkey } = this.#world.knobs();
    if (account.phoneOffline) throw new LinkRefused('offline', 'the phone has no connection');
    if (account.devices.size >= deviceLimit) {
      throw new LinkRefused('device-limit', `only ${deviceLimit} devices can be linked`);
    }
    this.pairing.forget(connection);
    if (passkey) await this.#passkeys.demand(account, connection);
    const device = new Device(account, dialog, (item) => this.post.confirmed(item));
    account.devices.set(device.id, device);
    return new Promise((resolve) => {
      this.#world.timers.after(linkDelayMs, () => {
        connection.send({ type: 'pair-success', credentials: device.credentials });
        this.#watchLink(device);
        resolve(device);
      });
    });
  }

  /** Removes the device. A connected device is notified now, another gets a 401 at its next login. */
  unlink(device: Device, reason = 'phone'): void {
    if (!device.account.devices.delete(device.id)) return;
    device.connection?.send({ type: 'logged-out', reason });
    device.connection = undefined;
    this.changed.ring(device);
  }

  /** Another host takes the session over. */
  conflict(device: Device): void {
    device.conflicted = true;
    device.connection?.send({ type: 'conflict' });
    device.connection = undefined;
  }

  /** Challenges the account's owner. @returns when it has been answered correctly */
  challenge(account: Account, type: 'PASSKEY' | 'CAPTCHA'): Promise<{ prf: string | null }> {
    const made = new Checkpoint(type);
    account.checkpoint = made;
    for (const { connection } of account.devices.values())
      connection?.send({ type: 'checkpoint', challenge: made.challenge });
    return made.passed;
  }

  ban(account: Account, code: 403 | 406): void {
    account.banned = code;
    for (const device of account.devices.values()) {
      device.connection?.send({ type: 'failure', code });
      device.connection = undefined;
    }
  }

  close(): void {
    for (const connection of this.connections) connection.drop();
  }

  #onFrame(connection: Connection, frame: UpFrame): void {
    const { device } = connection;
    switch (frame.type) {
      case 'register': {
        this.pairing.forget(connection);
        this.#passkeys.forget(connection, 'the page shows a code again');
        connection.send({ type: 'refs', refs: this.pairing.register(connection, frame) });
        return;
      }
      case 'secret':
        if (connection.registration) connection.registration.advSecret = frame.advSecret;
        return;
      case 'login':
        this.#login(connection, frame);
        return;
      case 'passkey-answer':
        this.#passkeys.answer(connection, frame.assertion);
        return;
      case 'passkey-failed':
        this.#passkeys.forget(connection, frame.name);
        return;
      case 'ping':
        connection.send({ type: 'pong' });
        return;
      case 'request':
        answerRequest({ world: this.#world, server: this, connection }, frame);
        return;
    }
    // All other frames require a signed-in device.
    if (!device || device.connection !== connection) return;
    switch (frame.type) {
      case 'send':
        this.post.fromDevice(device, frame.message);
        return;
      case 'received':
        device.received(frame.items);
        return;
      case 'seen':
        this.post.seen(frame.ids);
        return;
      case 'dialog-acknowledged':
        device.dialogAcknowledged = true;
        return;
      case 'presence':
        device.available = frame.available;
        return;
      case 'status-read':
        device.statusRead = true;
        return;
      case 'logout':
        this.unlink(device, 'self');
        return;
    }
  }

  #login(connection: Connection, frame: Extract<UpFrame, { type: 'login' }>): void {
    const { loginRefusal, historyLimit, tempBanMs } = this.#world.knobs();
    const device = this.#deviceOf(frame.device, frame.secret);
    const code =
      loginRefusal === 'none' ? (device?.account.banned ?? (device ? 0 : 401)) : Number(loginRefusal);
    if (!device || code > 0) {
      const expire = code === 402 ? { expire: Math.ceil(tempBanMs / 1000) } : {};
      connection.send({ type: 'failure', code, ...expire });
      return;
    }
    // The newest connection of a device counts.
    if (frame.takeover || this.#world.knobs().replacedShows === 'stream') device.conflicted = false;
    if (device.conflicted) {
      connection.send({ type: 'conflict' });
      return;
    }
    if (device.connection && device.connection !== connection) device.connection.send({ type: 'conflict' });
    device.connection = connection;
    connection.device = device;
    const { account } = device;
    const { accounts, contacts, groups, channels } = this.#world;
    const people = [...contacts.values()].filter((contact) => contact.known && contact.registered);
    const others = [...accounts.values()].filter((other) => other !== account);
    connection.send({
      type: 'login-ok',
      me: account.me,
      contacts: [...people.map(({ wire }) => wire), ...others.map(({ me }) => me)],
      groups: [...groups.values()].filter((g) => g.has(account.me.pn, account.me.lid)).map((g) => g.wire),
      channels: [...channels.values()]
        .map((channel) => channel.wireFor(account.me.pn, account.me.lid))
        .filter(({ role }) => role !== 'guest'),
      blocked: [...account.blocked],
      labels: account.labels.wire,
      queued: device.waiting,
      dialog: !device.dialogAcknowledged,
    });
    if (device.fresh) {
      device.fresh = false;
      const from = Math.max(0, account.history.length - historyLimit);
      const messages = account.history.slice(from);
      const more = [...new Set(account.history.slice(0, from).map(({ chat }) => chat))];
      for (let at = 0; at < messages.length; at += HISTORY_CHUNK) {
        connection.send({ type: 'history', messages: messages.slice(at, at + HISTORY_CHUNK), more });
      }
    }
    device.flush();
    this.changed.ring(device);
  }

  #deviceOf(id: string, secret: string): Device | undefined {
    for (const account of this.#world.accounts.values()) {
      const device = account.devices.get(id);
      if (device?.secret === secret) return device;
    }
    return undefined;
  }

  /** Ends a link some minutes after it was made, as seen in 2026. */
  #watchLink(device: Device): void {
    const { dialog, dialogUnlinkMs, statusReadUnlinks, statusUnlinkMs } = this.#world.knobs();
    const { timers } = this.#world;
    if (dialog && dialogUnlinkMs > 0) {
      timers.after(dialogUnlinkMs, () => {
        if (!device.dialogAcknowledged) this.unlink(device, 'dialog');
      });
    }
    if (statusReadUnlinks) {
      timers.after(statusUnlinkMs, () => {
        if (device.statusRead) this.unlink(device, 'status-read');
      });
    }
  }

  #onClose(connection: Connection): void {
    this.connections.delete(connection);
    this.pairing.forget(connection);
    this.#passkeys.forget(connection, 'the page is gone');
    const { device } = connection;
    if (device?.connection !== connection) return;
    device.connection = undefined;
    this.changed.ring(device);
  }
}
