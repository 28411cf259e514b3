// Declines every incoming call, and sends the caller a text, as `[calls]` asks for. Only calls that began to ring after the
// start are declined. A caller gets one text in `textHours`: its key in the outbox is derived from the caller, so this
// holds over restarts.
import type { Config } from '../../config/keys.js';
import type { EventData, WireEvent } from '../../protocol/events/index.js';
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import type { Store } from '../../store/store.js';
import type { Feed } from '../events/feed.js';
import { localPeer } from '../events/local-peer.js';
import type { CallRejections } from './call-rejections.js';

export interface CallRefuserOptions {
  readonly config: Config['calls'];
  readonly feed: Feed;
  readonly store: Store;
  readonly rejections: Pick<CallRejections, 'reject'>;
  /** Puts a text into the outbox. @throws (rejects) Fault */
  readonly send: (message: {
    readonly to: string;
    readonly text: string;
    readonly key: string;
  }) => Promise<unknown>;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const HOUR_MS = 3_600_000;

/** The caller closes it, before the store. */
export class CallRefuser {
  readonly #options: CallRefuserOptions;
  readonly #now: () => number;
  readonly #closing = new AbortController();
  readonly #startedAtMs: number;
  /** Callers whose text is being accepted. */
  readonly #texting = new Set<string>();

  constructor(options: CallRefuserOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#startedAtMs = this.#now();
    const peer = localPeer(this.#closing.signal, (event) => void this.take(event));
    options.feed.subscribe(peer, { types: ['call'] });
  }

  close(): void {
    this.#closing.abort();
  }

  /** Never rejects. */
  async take({ type, data }: WireEvent): Promise<void> {
    if (type !== 'call' || data.state !== 'ringing' || data.fromMe) return;
    if (Date.parse(data.timestamp) < this.#startedAtMs - CLOCKS_MS) return;
    const { log, rejections } = this.#options;
    try {
      await rejections.reject(data.id, 'daemon');
      log.info('call.rejected', { id: data.id });
      if (!data.group) await this.#text(data);
    } catch (error) {
      const { kind, message } = Fault.of(error);
      // Somebody was faster, or the caller hung up.
      if (kind !== 'no_such_call') log.warn('call.not-rejected', { id: data.id, kind, reason: message });
    }
  }

  async #text({ from, sender }: EventData<'call'>): Promise<void> {
    const { config, store, send } = this.#options;
    const number = sender?.phone == null ? null : `${sender.phone}@c.us`;
    // Under whichever of them the person was known at an earlier call.
    const names = [sender?.lid ?? null, from, number].filter((name) => name !== null);
    const { wid } = store.account;
    if (config.text === '' || wid === null || names.some((name) => this.#texting.has(name))) return;
    const spanMs = config.textHours * HOUR_MS;
    const nowMs = this.#now();
    const span = Math.floor(nowMs / spanMs);
    // A text of the last hours is in this span or in the one before.
    const keys = names.flatMap((name) =>
      [span, span - 1].map((number) => `call-text:${name}:${config.textHours}:${number}`),
    );
    const isRecent = keys.some((key) => (store.outbox.withKey(key, wid)?.queuedAtMs ?? 0) > nowMs - spanMs);
    if (isRecent) return;
    for (const name of names) this.#texting.add(name);
    try {
      await send({ to: from, text: config.text, key: keys[0] ?? '' });
    } finally {
      for (const name of names) this.#texting.delete(name);
    }
  }
}

/** WhatsApp's clock and ours may differ by this much. */
const CLOCKS_MS = 5_000;
