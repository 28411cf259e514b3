// What the page reports of messages, once each: the library repeats itself after every re-injection, and acks come
// doubled and out of order (H3, H23). Keys are our own, never the page's (H1).

import type { EventType } from '../protocol/state.js';
import type { ClientNews } from '../session/port.js';

/** How many are kept for the note beside the profile. */
const RECENT = 100;
/** How many keys are remembered; the durable journal will know them all. */
const REMEMBERED = 20_000;

export class Inbox {
  readonly #acks = new Map<string, number>();
  /** When something last came in; 0 before that. */
  lastHeardAtMs = 0;
  readonly #heard: { readonly key: string; readonly atMs: number }[] = [];
  readonly #publish: (type: EventType, data: Record<string, unknown>) => void;

  constructor(publish: (type: EventType, data: Record<string, unknown>) => void) {
    this.#publish = publish;
  }

  message(news: Extract<ClientNews, { type: 'message' }>): void {
    const { message } = news;
    this.lastHeardAtMs = Date.now();
    this.#heard.push({ key: message.key, atMs: this.lastHeardAtMs });
    if (this.#heard.length > RECENT) this.#heard.shift();
    if (this.#acks.has(message.key)) return;
    this.#remember(message.key, message.ack);
    this.#publish('message', { ...message });
  }

  ack(news: Extract<ClientNews, { type: 'ack' }>): void {
    const { key, messageId, chatId, fromMe, ack } = news;
    const known = this.#acks.get(key);
    // −1 counts only before the server has taken the message.
    const isNew = known === undefined || ack > known || (ack < 0 && known === 0);
    if (!isNew) return;
    this.#remember(key, ack);
    this.#publish('message.ack', { key, messageId, chatId, fromMe, ack });
  }

  /** Messages that an earlier run of this daemon has reported. */
  recall(keys: readonly string[]): void {
    for (const key of keys) this.#remember(key, 0);
  }

  /** Keys of what was reported since then, newest last; a hundred at most. */
  heardSince(sinceMs: number): readonly string[] {
    return this.#heard.filter(({ atMs }) => atMs >= sinceMs).map(({ key }) => key);
  }

  /** True for a message that has been reported. */
  knows(key: string): boolean {
    return this.#acks.has(key);
  }

  #remember(key: string, ack: number): void {
    this.#acks.delete(key);
    this.#acks.set(key, ack);
    if (this.#acks.size <= REMEMBERED) return;
    for (const oldest of this.#acks.keys()) {
      this.#acks.delete(oldest);
      break;
    }
  }
}
