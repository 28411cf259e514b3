/**
 * Every arrival of a message at the server, the repeated ones too: what "exactly once" is judged by.
 * `Contact.received` shows what a person would see, this shows what came in.
 */
import type { WireMessage } from './wire.js';

export interface Arrival {
  /** milliseconds since the epoch */
  at: number;
  id: string;
  from: string;
  to: string;
  type: string;
  body: string;
  device: string;
  /** the server had this id already */
  repeated: boolean;
}

export class Ledger {
  readonly #arrivals: Arrival[] = [];
  readonly #known = new Set<string>();

  /** Returns whether the message is new. */
  enter(sender: string, device: string, message: WireMessage): boolean {
    const key = `${sender} ${message.id}`;
    const repeated = this.#known.has(key);
    this.#known.add(key);
    this.#arrivals.push({
      at: Date.now(),
      id: message.id,
      from: sender,
      to: message.to,
      type: message.type,
      body: message.body ?? '',
      device,
      repeated,
    });
    return !repeated;
  }

  get arrivals(): readonly Arrival[] {
    return this.#arrivals;
  }

  clear(): void {
    this.#arrivals.length = 0;
    this.#known.clear();
  }
}
