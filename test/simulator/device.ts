/** One linked device: its secret, its connection if it has one, and what waits for it. */
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
  /** no login yet: history is still due */
  fresh = true;
  dialogAcknowledged: boolean;
  statusRead = false;
  /** somebody else holds the session until this device takes over */
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

  /** Keeps the item until the device has confirmed it, over as many connections as that takes. */
  push(item: Item): void {
    const n = this.#next++;
    this.#queue.set(n, item);
    this.connection?.send({ type: 'item', n, item });
  }

  /** After a login: all that waits, oldest first. */
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
