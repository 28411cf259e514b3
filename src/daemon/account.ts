// One account with everything it is made of: the state, the client of the moment, and what comes out of it. The
// effects of the state machine are carried out here, one small method each.
import type { Browser as FoundBrowser } from '../config/browser.js';
import type { Config } from '../config/keys.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import type { Event } from '../session/event.js';
import type { ClientListener, ClientNews, WhatsAppClient } from '../session/port.js';
import { initialState, type Linked, reasonOf, type State } from '../session/state.js';
import type { SessionDir } from '../session-dir/layout.js';
import { clearLeftovers } from '../session-dir/leftovers.js';
import { hasSession, readMarker, writeMarker } from '../session-dir/marker.js';
import { moveAside, prune, remove } from '../session-dir/quarantine.js';
import type { ClientOptions } from '../whatsapp/client.js';
import { Actor, type Executors } from './actor.js';
import type { Feed } from './feed.js';
import { alertHint, hintFor } from './hint.js';
import { Inbox } from './inbox.js';
import { Monitor } from './monitor.js';
import { Outbox } from './outbox.js';
import { policyOf } from './policy.js';
import { QrDesk } from './qr-desk.js';

export interface AccountOptions {
  readonly name: string;
  readonly config: Config;
  readonly dir: SessionDir;
  readonly feed: Feed;
  readonly log: Log;
  readonly findBrowser: () => FoundBrowser;
  readonly createClient: (options: ClientOptions, listener: ClientListener) => WhatsAppClient;
  /** Whether the browser starts on an empty profile. */
  readonly browserWorks: () => Promise<boolean>;
}

const CORRUPT_KEPT_MS = 30 * 86_400_000;

export class Account {
  readonly name: string;
  readonly actor: Actor;
  readonly outbox: Outbox;
  readonly qr: QrDesk;
  readonly monitor: Monitor;
  /** Resolves when everything of the account is closed: the process may end. */
  readonly ended: Promise<'stopped' | 'lock-lost'>;
  readonly #options: AccountOptions;
  readonly #inbox: Inbox;
  readonly #drain = new AbortController();
  #end: (because: 'stopped' | 'lock-lost') => void = () => undefined;
  #client: WhatsAppClient | null = null;
  #lastReadyAtMs: number | null;
  capabilities: Readonly<Record<string, string>> = {};

  /** Reads what is on disk. @throws Fault permission_denied */
  static async open(options: AccountOptions): Promise<Account> {
    const marker = await readMarker(options.dir);
    const saved = await hasSession(options.dir);
    const wid = marker?.wid ?? null;
    const session: Linked = { wid, phone: wid?.replace(/@.*$/, '') ?? null, platform: null, pushname: null };
    const state = initialState(saved ? session : null, Date.now());
    return new Account(options, state, saved && marker ? Date.parse(marker.lastSeenAt) : null);
  }

  private constructor(options: AccountOptions, state: State, lastReadyAtMs: number | null) {
    const { config, feed, log, name } = options;
    this.#options = options;
    this.name = name;
    this.#lastReadyAtMs = lastReadyAtMs;
    this.actor = new Actor(state, policyOf(config), log);
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#inbox = new Inbox((type, data) => void feed.append(type, data));
    this.outbox = new Outbox(
      {
        sendText: (message) => this.client.sendText(message),
        findOwn: (message) => this.client.findOwn(message),
      },
      log,
    );
    this.qr = new QrDesk(({ number, expiresAtMs }) => {
      feed.append('qr', { number, expiresAt: new Date(expiresAtMs).toISOString() });
    });
    this.monitor = new Monitor({
      ...config.monitor,
      log,
      isDue: () => this.actor.state.name === 'ready',
      probe: (timeoutMs) => this.client.probe(timeoutMs),
      onSick: (detail) => this.#post({ type: 'client.broken', reason: 'page_unresponsive', detail }),
    });
    this.actor.begin(this.#executors());
    this.actor.watch((now, before) => this.#changed(now, before));
  }

  /** The client of the moment. @throws Fault not_ready when there is none */
  get client(): WhatsAppClient {
    if (this.#client === null) throw new Fault('not_ready');
    return this.#client;
  }

  get browser(): { pid: number | null; version: string | null; whatsappWeb: string | null } {
    const { browserPid = null, browserVersion = null, whatsappWeb = null } = this.#client ?? {};
    return { pid: browserPid, version: browserVersion, whatsappWeb };
  }

  get hint(): string | null {
    return hintFor(this.actor.state, this.name);
  }

  /** Ends the wait for messages on their way out: a second signal is in a hurry. */
  skipDrain(): void {
    this.#drain.abort();
  }

  /** An event of the client that is current now. */
  #post(event: Omit<Extract<Event, { type: 'client.broken' }>, 'generation'>): void {
    this.actor.post({ ...event, generation: this.actor.state.generation });
  }

  #changed(now: State, before: State): void {
    const { feed } = this.#options;
    if (now.name === before.name && reasonOf(now) === reasonOf(before)) return;
    feed.append('state', { status: now.name, reason: reasonOf(now), from: before.name, hint: this.hint });
    if (before.name === 'ready') this.#lastReadyAtMs = Date.now();
    if (now.name === 'ready') {
      this.monitor.proved();
      void this.outbox.reconcile();
      void this.#detectGap();
    }
  }

  /** What arrived while nobody listened is not known to the events; say so (H11). */
  async #detectGap(): Promise<void> {
    if (this.#lastReadyAtMs === null) return;
    const sinceMs = this.#lastReadyAtMs;
    try {
      const missed = (await this.client.missedSince(sinceMs)).filter((key) => !this.#inbox.knows(key));
      if (missed.length === 0) return;
      this.#options.log.warn('messages.missed', { count: missed.length });
      this.#options.feed.append('gap', {
        reason: 'away',
        since: new Date(sinceMs).toISOString(),
        messages: missed.length,
        keys: missed.slice(0, 100),
      });
    } catch (error) {
      this.#options.log.warn('messages.gap-unknown', { err: error });
    }
  }

  #heard(generation: number, news: ClientNews): void {
    if (generation !== this.actor.state.generation) return;
    switch (news.type) {
      case 'qr':
        this.qr.show(news.payload);
        break;
      case 'qr-gone':
        this.qr.clear();
        break;
      case 'message':
        this.#inbox.message(news);
        break;
      case 'ack':
        this.outbox.acked(news.messageId, news.ack);
        this.#inbox.ack(news);
        break;
      case 'capabilities':
        this.capabilities = news.capabilities;
        this.#options.log.info('session.capabilities', { capabilities: news.capabilities });
        break;
    }
  }

  #executors(): Executors {
    const { dir, log, feed, config } = this.#options;
    return {
      launch: ({ generation }) => this.#launch(generation),
      close: () => this.#close(),
      nudge: ({ by }) => {
        // Its end is seen in the page's state, and its failure by the timer that was armed with it.
        this.client.nudge(by).catch((error: unknown) => log.warn('session.nudge', { by, err: error }));
      },
      drain: () =>
        this.outbox.drained({
          signal: AbortSignal.any([AbortSignal.timeout(config.shutdown.drainMs), this.#drain.signal]),
        }),
      logout: async ({ generation }) => {
        const unlinked = (await this.#client?.logout(config.shutdown.logoutMs)) ?? false;
        this.actor.post({ type: 'logout-done', generation, unlinked });
      },
      'remove-profile': async () => {
        await remove(dir).catch((error: unknown) => log.error('session.remove-failed', { err: error }));
        this.actor.post({ type: 'profile-removed' });
      },
      'move-profile-aside': async ({ why }) => {
        const to = await moveAside(dir, why);
        log.warn('session.moved-aside', { why, to });
      },
      'examine-profile': async () =>
        this.actor.post({ type: 'profile-suspect', corrupt: await this.#options.browserWorks() }),
      'mark-linked': () => this.#mark(),
      'prune-profiles': async () => {
        const gone = [
          ...(await prune(dir, 'authfailed')),
          ...(await prune(dir, 'corrupt', { olderThanMs: CORRUPT_KEPT_MS })),
        ];
        for (const path of gone) log.info('session.pruned', { path });
      },
      alert: ({ reason, says }) => {
        const hint = alertHint(reason, this.name) ?? `wactl -a ${this.name} status`;
        log.error('session.alert', { reason, says, hint });
        feed.append('alert', { reason, says, hint });
      },
      exit: async ({ because }) => {
        this.monitor.stop();
        this.actor.end();
        this.#end(because);
      },
    };
  }

  async #launch(generation: number): Promise<void> {
    await this.#close();
    const { config, dir, log, findBrowser, createClient } = this.#options;
    const broken = (reason: 'browser_missing' | 'launch_failed', detail: string): void =>
      this.actor.post({ type: 'client.broken', generation, reason, detail });
    if (generation !== this.actor.state.generation) return;
    const browser = findBrowser();
    if (!browser.found) return broken('browser_missing', browser.says);
    try {
      await clearLeftovers(dir, { log });
    } catch (error) {
      return broken('launch_failed', (error as Error).message);
    }
    const client = createClient(
      {
        dataPath: dir.dataPath,
        clientId: dir.clientId,
        chrome: {
          executablePath: browser.path,
          sandbox: config.browser.sandbox,
          headed: config.browser.headed,
          args: config.browser.args,
        },
        expectsSession: this.actor.state.session !== null,
        loadMs: config.deadlines.loadMs,
        log,
      },
      {
        event: (event) => this.actor.post({ ...event, generation }),
        news: (news) => this.#heard(generation, news),
      },
    );
    this.#client = client;
    void client.launch();
  }

  async #close(): Promise<void> {
    const client = this.#client;
    this.qr.clear();
    if (client === null) return;
    await client.close();
    this.#client = null;
    this.capabilities = {};
    this.outbox.lost();
    if (this.actor.state.session !== null && this.#lastReadyAtMs !== null) await this.#mark();
  }

  async #mark(): Promise<void> {
    const { session } = this.actor.state;
    if (session === null) return;
    const { dir } = this.#options;
    const now = new Date().toISOString();
    const before = await readMarker(dir);
    const lastSeenAt = this.#lastReadyAtMs === null ? now : new Date(this.#lastReadyAtMs).toISOString();
    await writeMarker(dir, { linkedAt: before?.linkedAt ?? now, wid: session.wid, lastSeenAt });
  }
}
