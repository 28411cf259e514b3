/**
 * Records every arrival of a message at the server, including repeated ones: the basis for checking "exactly
 * once". `Contact.received` shows what a person would see, this shows what arrived.
 */
import { AwaitableEvent, type WaitOptions } from './awaitable-event.js';
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
  readonly #entered = new AwaitableEvent<Arrival>();

  /** Records an arrival, and returns whether the message is new. */
  enter(sender: string, device: string, message: WireMessage): boolean {
    const key = `${sender} ${message.id}`;
    const repeated = this.#known.has(key);
    this.#known.add(key);
    const arrival = {
      at: Date.now(),
      id: message.id,
      from: sender,
      to: message.to,
      type: message.type,
      body: message.body ?? '',
      device,
      repeated,
    };
    this.#arrivals.push(arrival);
    this.#entered.ring(arrival);
    return !repeated;
  }

  get arrivals(): readonly Arrival[] {
    return this.#arrivals;
  }

  /** Resolves with the first matching arrival, past or future. */
  wait(match: (arrival: Arrival) => boolean, options?: WaitOptions): Promise<Arrival> {
    const pick = (arrival: Arrival) => (match(arrival) ? arrival : undefined);
    return this.#entered.wait('arrival', pick, options, () => this.#arrivals.find(match));
  }

  clear(): void {
    this.#arrivals.length = 0;
    this.#known.clear();
  }
}
