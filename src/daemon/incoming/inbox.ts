// Records each reported message and ack once. The library repeats itself after every re-injection, and acks
// arrive twice and out of order (H3, H23). Keys are our own, never the page's (H1), and outlive their events.

import type { Unnamed } from '../../protocol/events/index.js';
import type { EventType } from '../../protocol/state.js';
import type { InboundMessage } from '../../session/inbound-message.js';
import type { Revocation } from '../../session/page-port.js';
import type { ClientReport } from '../../session/port.js';
import type { Tx } from '../../store/commit.js';
import type { NewEvent, StoredEvent } from '../../store/event.js';
import type { Store } from '../../store/store.js';
import { namedIn } from './event-people.js';

/** No key of a message starts like this. */
const revocationMark = (key: string): string => `revoked ${key}`;

/** Nothing to close. Methods that write take the transaction that they are part of. */
export class Inbox {
  readonly #store: Store;
  readonly #now: () => number;
  /** When the last message arrived; 0 before the first. */
  lastReceivedAtMs = 0;

  constructor(store: Store, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  /**
   * A message that cannot be decrypted yet has its own event, and another one when it can be decrypted.
   * @param type of the event: `message.history` for a message that was asked for
   * @returns the event to publish, or null when this message has had one
   */
  message(
    tx: Tx,
    message: InboundMessage,
    type: 'message' | 'message.history' = 'message',
  ): StoredEvent | null {
    const { key, messageId, ack } = message;
    if (!message.backfilled) this.lastReceivedAtMs = this.#now();
    const { messages } = this.#store;
    const event = this.#event(type, { ...message });
    if (message.type === 'ciphertext') return messages.appendPlaceholder(tx, { key, messageId, ack }, event);
    return messages.appendOnce(tx, { key, messageId, ack }, event);
  }

  /** @returns the event to publish, or null when it contains nothing new */
  ack(tx: Tx, report: Extract<ClientReport, { type: 'ack' }>): StoredEvent | null {
    const { key, messageId, chatId, fromMe, ack } = report;
    const event = this.#event('message.ack', { key, messageId, chatId, fromMe, ack });
    return this.#store.messages.ackOnce(tx, { key, messageId, ack }, event);
  }

  /** @returns the event to publish, or null when this deletion has had one */
  revoke(tx: Tx, { key, ...rest }: Revocation): StoredEvent | null {
    const seen = { key: revocationMark(key), messageId: '', ack: 0 };
    return this.#store.messages.appendOnce(tx, seen, this.#event('message.revoke', { key, ...rest }));
  }

  /** True for a message whose deletion has been reported. */
  knowsRevoked(key: string): boolean {
    return this.knows(revocationMark(key));
  }

  /** True for a message that has been reported, even if only as undecrypted. */
  hasEvent(key: string): boolean {
    return (this.#store.messages.get(key, this.#store.account.wid)?.cursor ?? null) !== null;
  }

  /** True for a message that has been reported with its content. */
  knows(key: string): boolean {
    return this.#store.messages.knows(key, this.#store.account.wid);
  }

  #event<T extends EventType>(type: T, data: Unnamed<T>): NewEvent {
    const named = namedIn(this.#store, data);
    return { type, timeMs: this.#now(), wid: this.#store.account.wid, data: { ...data, ...named } };
  }
}
