/** One linked device: its secret, its connection if there is one, and its queued items. */
import { randomBytes } from 'node:crypto';
import type { Account } from './account.js';
import type { Connection } from './connection.js';
import type { Credentials, Item } from './wire.js';

export class Device {
  readonly id = `${randomBytes(4).toString('hex')}`;
  readonly secret = randomBytes(16).toString('base64url');
  readonly linkedAtMs = Date.now();
  readonly account: Account;
  connection: Connection | undefined;
  /** true before the first login: history must still be sent */
  fresh = true;
  dialogAcknowledged: boolean;
  statusRead = false;
  /** whether it appears online */
  available = false;
  /** another host has the session until this device takes it over */
  conflicted = false;
  readonly #queue = new Map<number, Item>();
  #next = 1;
  #onReceived: (item: Item) => void;

  constructor(account: Account, dialog: boolean, onReceived: (item: Item) => void) {
    this.account = account;
    this.dialogAcknowledged = !dialog;
    this.#onReceived = onReceived;
  }

  get credentials(): Credentials {
    return { device: this.id, secret: this.secret, me: this.account.me, linkedAtMs: this.linkedAtMs };
  }

  get online(): boolean {
    return this.connection !== undefined;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /** Keeps the item until the device has confirmed it, across reconnects. */
  push(item: Item): void {
    const n = this.#next++;
    this.#queue.set(n, item);
    this.connection?.send({ type: 'item', n, item });
  }

  /** Sends all queued items after a login, oldest first. */
  flush(): void {
    for (const [n, item] of this.#queue) this.connection?.send({ type: 'item', n, item });
    this.connection?.send({ type: 'items-done' });
  }

  received(numbers: readonly number[]): void {
    for (const n of numbers) {
      const item = this.#queue.get(n);
      if (!item) continue;
      this.#queue.delete(n);
      this.#onReceived(item);
    }
  }
}
