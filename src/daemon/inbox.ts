// What the page reports of messages, once each: the library repeats itself after every re-injection, and acks come
// doubled and out of order (H3, H23). Keys are our own, never the page's (H1).

import type { EventType } from '../protocol/state.js';
import type { ClientNews } from '../session/port.js';

/** How many are kept for the note beside the profile: some seconds' worth. */
const RECENT = 1_000;
/** How many keys are remembered; the durable journal will know them all. */
const REMEMBERED = 20_000;

/** A message of which something was heard. `told`: it was reported itself, not only an ack of it. */
interface Known {
  readonly told: boolean;
  readonly ack: number;
}

export class Inbox {
  readonly #known = new Map<string, Known>();
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
    const known = this.#known.get(message.key);
    if (known?.told) return;
    // An ack may have overtaken its message.
    this.#remember(message.key, { told: true, ack: Math.max(message.ack, known?.ack ?? message.ack) });
    this.#publish('message', { ...message });
  }

  ack(news: Extract<ClientNews, { type: 'ack' }>): void {
    const { key, messageId, chatId, fromMe, ack } = news;
    const known = this.#known.get(key);
    // −1 counts only before the server has taken the message.
    const isNew = known === undefined || ack > known.ack || (ack < 0 && known.ack === 0);
    if (!isNew) return;
    this.#remember(key, { told: known?.told ?? false, ack });
    this.#publish('message.ack', { key, messageId, chatId, fromMe, ack });
  }

  /** Messages that an earlier run of this daemon has reported. */
  recall(keys: readonly string[]): void {
    for (const key of keys) this.#remember(key, { told: true, ack: 0 });
  }

  /** Keys of what was reported since then, newest last; a thousand at most. */
  heardSince(sinceMs: number): readonly string[] {
    return this.#heard.filter(({ atMs }) => atMs >= sinceMs).map(({ key }) => key);
  }

  /** True for a message that has been reported. */
  knows(key: string): boolean {
    return this.#known.get(key)?.told ?? false;
  }

  #remember(key: string, known: Known): void {
    this.#known.delete(key);
    this.#known.set(key, known);
    if (this.#known.size <= REMEMBERED) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      break;
    }
  }
}
