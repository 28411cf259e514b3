// The webhooks of the configuration: each is a consumer of the journal with its own cursor. Loaded
// only where one is configured.
import type { Config } from '../../config/keys.js';
import { readSecret } from '../../config/secret-file.js';
import type { WireEvent } from '../../protocol/events/index.js';
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import type { Webhook } from '../../protocol/methods/webhook.js';
import { isoTime } from '../../protocol/time.js';
import { parseRecipient } from '../../protocol/wid.js';
import type { Store } from '../../store/store.js';
import { Endpoint, type Ledger } from '../../webhook/endpoint.js';
import { type Format, type FormatContext, WAD } from '../../webhook/format.js';
import { Poster } from '../../webhook/post.js';
import { signer } from '../../webhook/signature.js';
import { guardedLookup, refuseAddress } from '../../webhook/target.js';
import { WAHA } from '../../webhook/waha.js';
import { WWEBJS_API } from '../../webhook/wwebjs-api.js';
import type { Feed } from './feed.js';
import { localPeer } from './local-peer.js';

type Row = Config['webhook'][string];

export interface WebhooksOptions {
  readonly config: Config['webhook'];
  /** Whether the configuration names the file of this webhook's secret: then the file must exist. */
  readonly secretIsNamed: (name: string) => boolean;
  readonly feed: Feed;
  readonly store: Store;
  /** The account that the events are about; data from the store is added here. */
  readonly context: () => Pick<FormatContext, 'account' | 'version' | 'me'>;
  readonly log: Log;
  readonly onAttempt?: (name: string, taken: boolean) => void;
}

const FORMATS: Readonly<Record<Row['format'], Format>> = { wad: WAD, 'wwebjs-api': WWEBJS_API, waha: WAHA };
const TIMEOUT_MS = 15_000;
const PAGE = 100;
const HOUR_MS = 3_600_000;

/** No client can acknowledge under such a name. */
const consumerOf = (name: string): string => `webhook:${name}`;

/** The caller closes it, before the store. */
export class Webhooks {
  readonly #config: Config['webhook'];
  readonly #store: Store;
  readonly #endpoints: ReadonlyMap<string, Endpoint>;
  readonly #closing = new AbortController();

  /** @throws (rejects) Fault usage, permission_denied, webhook_refused, disk_full */
  static async open(options: WebhooksOptions): Promise<Webhooks> {
    const endpoints = new Map<string, Endpoint>();
    for (const [name, row] of Object.entries(options.config))
      endpoints.set(name, await endpointOf(name, row, options));
    return new Webhooks(options, endpoints);
  }

  private constructor({ config, feed, store, log }: WebhooksOptions, endpoints: Map<string, Endpoint>) {
    this.#config = config;
    this.#store = store;
    this.#endpoints = endpoints;
    const peer = localPeer(this.#closing.signal, () => {
      for (const endpoint of endpoints.values()) endpoint.wake();
    });
    feed.subscribe(peer, {});
    for (const endpoint of endpoints.values()) endpoint.start();
    log.info('webhook.started', { webhooks: [...endpoints.keys()] });
  }

  list(): Webhook[] {
    const { last } = this.#store.journal;
    return [...this.#endpoints.values()].map(({ name, status, ledger }) => {
      const { url, format, types } = this.#config[name] as Row;
      const { state, attempts, nextAttemptAtMs, lastError, deliveredAtMs } = status;
      return {
        name,
        url: cut(url),
        format,
        types: [...types],
        state,
        attempts,
        lastError,
        cursor: ledger.place,
        behind: Math.max(0, last - status.position),
        nextAttemptAt: isoTime(nextAttemptAtMs),
        deliveredAt: isoTime(deliveredAtMs),
        dead: this.dead(name),
      };
    });
  }

  /** @throws Fault no_such_webhook */
  get(name: string): Endpoint {
    const endpoint = this.#endpoints.get(name);
    if (endpoint !== undefined) return endpoint;
    const names = [...this.#endpoints.keys()].join(', ') || 'none';
    throw new Fault('no_such_webhook', { reason: `There is no webhook of this name; configured: ${names}.` });
  }

  /** How many dead letters it has. */
  dead(name: string): number {
    return this.#store.deadLetters.count(name);
  }

  /** Bounded; never rejects. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#endpoints.values()].map((endpoint) => endpoint.close()));
  }
}

async function endpointOf(name: string, row: Row, options: WebhooksOptions): Promise<Endpoint> {
  const url = new URL(row.url);
  refuseAddress(url);
  const key = `webhook.${name}.secretFile`;
  const make = options.secretIsNamed(name) ? null : 'whsec_';
  const secret = await readSecret({ path: row.secretFile, key, make });
  const { onAttempt, log } = options;
  const context = () => ({ ...options.context(), ...knownTo(options.store) });
  return new Endpoint({
    name,
    secret,
    context,
    log,
    ledger: await ledgerOf(name, options),
    wants: filterOf(row),
    format: FORMATS[row.format],
    sign: signer(secret, key),
    poster: new Poster({ url, lookup: guardedLookup(row.allowPrivate), timeoutMs: TIMEOUT_MS }),
    retryMs: row.retryHours * HOUR_MS,
    ...(onAttempt && { onAttempt: (taken) => onAttempt(name, taken) }),
  });
}

/** Looks up messages that an event only names. */
const knownTo = ({ messages, outbox, account }: Store): Pick<FormatContext, 'message' | 'isSentHere'> => ({
  message: (key) => {
    const seen = messages.get(key, account.wid);
    return seen === null ? null : (messages.event(seen)?.data ?? null);
  },
  isSentHere: (messageId) => outbox.byMessageId(messageId) !== null,
});

/**
 * A new webhook begins with the next event. Its place is stored at once, so that it misses none from then on.
 */
async function ledgerOf(name: string, { feed, store }: WebhooksOptions): Promise<Ledger> {
  const consumer = consumerOf(name);
  const { consumers, deadLetters } = store;
  if (consumers.place(consumer) === null) await feed.ack(consumer, feed.last);
  return {
    get place() {
      return consumers.place(consumer) ?? 0;
    },
    page: (after) => feed.list({ after, limit: PAGE }),
    isPurged: (cursor) => store.isPurged(cursor),
    keep: async (place) => {
      await feed.ack(consumer, place);
    },
    bury: ({ event, atMs, attempts, reason }) =>
      store.write((tx) => {
        const { cursor } = event;
        if (!store.isPurged(cursor))
          deadLetters.add(tx, name, { cursor, atMs, attempts, reason, event: JSON.stringify(event) });
        consumers.ack(tx, consumer, cursor, atMs);
      }),
    dead: (limit) =>
      deadLetters.list(name, limit).map(({ event, cursor: _, ...more }) => ({
        ...more,
        event: JSON.parse(event) as WireEvent,
      })),
    unbury: (cursor) =>
      store.write((tx) => {
        deadLetters.remove(tx, name, cursor);
      }),
  };
}

/** The filter of a webhook. A gap passes every filter, because events may be missing. @throws Fault usage */
function filterOf({ types, chats }: Row): (event: WireEvent) => boolean {
  const wanted = new Set(types);
  const among = new Set(chats.map((chat) => parseRecipient(chat) as string));
  return ({ type, data }) => {
    const { chatId, chat } = data as { chatId?: unknown; chat?: Record<string, unknown> | null };
    if (type === 'gap') return true;
    if (wanted.size > 0 && !wanted.has(type)) return false;
    if (among.size === 0 || typeof chatId !== 'string') return true;
    // WhatsApp names a chat by its number or by its LID, and the configuration by either.
    const ids = [chatId, chat?.id, chat?.lid, chat?.phone && `${chat.phone}@c.us`];
    return ids.some((id) => typeof id === 'string' && among.has(id));
  };
}

/** A password, a path and a query may be secrets. */
function cut(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return pathname === '/' && search === '' ? origin : `${origin}/…`;
}
