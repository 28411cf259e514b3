// One account with everything it is made of, and what comes out of it: the state, the client of the moment, messages
// on their way out and in.
import type { Config } from '../config/keys.js';
import type { Content } from '../protocol/content.js';
import type { Log } from '../protocol/log.js';
import type { Reason, StateName } from '../protocol/state.js';
import { accountOf } from '../protocol/wid.js';
import type { ClientNews } from '../session/port.js';
import { initialState, type Linked, reasonOf, type State } from '../session/state.js';
import type { SessionDir } from '../session-dir/layout.js';
import { hasSession, readMarker, writeMarker } from '../session-dir/marker.js';
import type { Tx } from '../store/commit.js';
import type { StoredMessage } from '../store/outbox-row.js';
import type { Store } from '../store/store.js';
import { Actor } from './actor.js';
import { Backfill } from './backfill.js';
import { type Capabilities, changed, lostOf } from './capabilities.js';
import { ClientSlot, type ClientSlotOptions } from './client-slot.js';
import { Courier } from './courier.js';
import { executors } from './effects.js';
import type { Feed, Keep } from './feed.js';
import { alertHint, hintFor } from './hint.js';
import { Inbox } from './inbox.js';
import { Monitor } from './monitor.js';
import { Outbox } from './outbox.js';
import { PasskeyDesk } from './passkey-desk.js';
import { policyOf } from './policy.js';
import { QrDesk } from './qr-desk.js';
import { Recipients } from './recipients.js';
import { Upkeep } from './upkeep.js';

export interface AccountOptions extends ClientSlotOptions {
  /** Files that nobody has used for long go. */
  readonly sweepFiles: () => Promise<void>;
  readonly name: string;
  readonly config: Config;
  readonly dir: SessionDir;
  readonly feed: Feed;
  readonly store: Store;
  readonly log: Log;
  /** Whether the browser starts on this profile; on an empty one when none is named. */
  readonly browserWorks: (profile?: string) => Promise<boolean>;
}

/** What came in while a page was on its way out may have been lost with it: so much of its end is in doubt (H11). */
const IN_DOUBT_MS = 10_000;
/** And so much before that is looked through again: times are whole seconds, by clocks that are not ours. */
const MARGIN_MS = 300_000;
/** What the monitor asks of the page. A page that shows a QR has no more to do than to live. */
const EXPECTED: Partial<Record<StateName, 'health' | 'answer'>> = { ready: 'health', linking: 'answer' };
/** How many states a report tells of. */
const HISTORY = 50;
/** No message for so long is a quiet moment. */
const QUIET_MS = 60_000;

export class Account {
  readonly name: string;
  readonly actor: Actor;
  readonly slot: ClientSlot;
  readonly outbox: Outbox;
  readonly courier: Courier;
  readonly recipients: Recipients;
  readonly qr: QrDesk;
  readonly passkey = new PasskeyDesk();
  readonly monitor: Monitor;
  /** Resolves when everything of the account is closed: the process may end. */
  readonly ended: Promise<'stopped' | 'lock-lost'>;
  /** What the page can do, by capability; empty until it was probed. */
  capabilities: Capabilities = {};
  /** The newest states, oldest first: for a report. */
  readonly history: { atMs: number; status: string; reason: string; cause: string }[] = [];
  readonly #options: AccountOptions;
  readonly #inbox: Inbox;
  readonly #upkeep: Upkeep;
  readonly #hurry = new AbortController();
  /** The client that is in the slot. */
  #launched = 0;
  /** Everything up to here has been told of; null before the first link. */
  #heardUntilMs: number | null;
  /** Until when an earlier link of this run was heard; null when there was none. */
  #unlinkedAtMs: number | null = null;
  /** And since then all that the page raises is heard. */
  #isCaughtUp = false;
  readonly #backfill: Backfill;

  /** Reads what is on disk. @throws Fault permission_denied */
  static async open(options: AccountOptions): Promise<Account> {
    const marker = await readMarker(options.dir);
    const saved = await hasSession(options.dir);
    const wid = marker?.wid ?? null;
    const phone = wid?.endsWith('@c.us') ? wid.slice(0, -5) : null;
    const session: Linked | null = saved ? { wid, phone, platform: null, pushname: null } : null;
    const heardUntilMs = saved && marker ? Date.parse(marker.lastSeenAt) : null;
    const state = initialState(session, Date.now());
    const account = new Account(options, state, heardUntilMs);
    account.#link(state.session?.wid ?? null);
    await account.courier.start();
    return account;
  }

  private constructor(options: AccountOptions, state: State, heardUntilMs: number | null) {
    const { config, dir, feed, log, name, browserWorks, store } = options;
    this.#options = options;
    this.#heardUntilMs = heardUntilMs;
    this.name = name;
    this.slot = new ClientSlot(options);
    this.actor = new Actor(state, policyOf(config), log);
    this.#inbox = new Inbox(store);
    this.outbox = new Outbox(store, log);
    this.#backfill = new Backfill({
      ...{ feed, store, log, inbox: this.#inbox },
      client: () => this.slot.client,
      acked: (news) => this.#acked(news),
    });
    feed.onRecovered = () => {
      const { state } = this.actor;
      if (state.name === 'ready') this.#beginCatchUp(state.sinceMs);
    };
    this.recipients = new Recipients((recipient, signal) => this.slot.client.resolve(recipient, signal));
    this.courier = new Courier({
      ...{ store, log, outbox: this.outbox, recipients: this.recipients, pacing: config.pacing },
      page: {
        send: async ({ chatId, messageId, kind, payload, attempts }) =>
          this.slot.client.send({
            ...{ chatId, messageId, again: attempts > 1 },
            content: { kind, ...payload } as unknown as Content,
          }),
        findOwn: async (message) => this.slot.client.findOwn(message),
        knowsChat: async (chatId) => this.slot.client.knowsChat(chatId),
      },
    });
    this.qr = new QrDesk(({ number, expiresAtMs }) => {
      feed.append('qr', { number, expiresAt: new Date(expiresAtMs).toISOString() });
    });
    this.monitor = new Monitor({
      ...config.monitor,
      log,
      expects: () => EXPECTED[this.actor.state.name] ?? null,
      probe: (timeoutMs) => this.slot.client.probe(timeoutMs),
      oldestUnsentMs: () => this.outbox.oldestUnsentMs(),
      onSick: (ailment, detail) => {
        this.actor.post({ type: 'client.sick', generation: this.actor.state.generation, ailment, detail });
      },
    });
    this.#upkeep = new Upkeep({
      ...config.browser,
      log,
      dataPath: dir.dataPath,
      browser: () => (this.actor.state.name === 'ready' ? this.slot.running : null),
      isQuiet: () => !this.outbox.isInFlight && Date.now() - this.#inbox.lastHeardAtMs > QUIET_MS,
      recycle: (why) => this.actor.post({ type: 'recycle', why }),
      disk: (freeMb, low) => {
        if (low) this.#alert('disk_full', `Only ${freeMb} MB are free where the session lives.`);
        else log.info('disk.fine', { freeMb });
      },
      // Closed in order while it still can write; it comes back when there is room.
      diskFull: (freeMb) => {
        if (this.slot.running === null) return;
        const detail = `only ${freeMb} MB are free where the session lives`;
        const { generation } = this.actor.state;
        this.actor.post({ type: 'client.broken', generation, reason: 'disk_full', detail });
      },
      hourly: async () => {
        if (this.actor.state.name === 'ready') await this.#mark();
        await options.sweepFiles();
        const swept = await store.sweep({ ...config.journal, nowMs: Date.now() });
        log.info('store.swept', { ...swept });
      },
      jumped: () => this.monitor.checkNow(),
    });
    let end: (because: 'stopped' | 'lock-lost') => void;
    this.ended = new Promise((resolve) => {
      end = resolve;
    });
    const { actor, slot, outbox, courier } = this;
    this.actor.begin(
      executors({
        ...{ config, dir, log, actor, slot, outbox, browserWorks },
        hurry: this.#hurry.signal,
        launch: (generation) => this.#launch(generation),
        close: () => this.#close(),
        mark: () => this.#mark(),
        refusePasskey: () => this.#refusePasskey(),
        alert: (reason, says) => this.#alert(reason, says),
        end: (because) => {
          this.monitor.stop();
          this.#upkeep.stop();
          courier.stop();
          this.#backfill.stop();
          this.actor.end();
          end(because);
        },
      }),
    );
    this.actor.watch((now, before, { type }) => this.#changed(now, before, type));
  }

  /** What a person can do now: a command, or null. */
  get hint(): string | null {
    return hintFor(this.actor.state, this.name);
  }

  /** Begins: the heartbeat, the upkeep, and the account itself where that is configured. */
  start(): void {
    this.monitor.start();
    this.#upkeep.start();
    if (this.#options.config.autoInitialize) this.actor.post({ type: 'initialize', restart: false });
  }

  /** One event and one line at `err` per incident, with a command that helps. */
  #alert(reason: Reason, says: string): void {
    const hint = alertHint(reason, this.name);
    this.#options.log.error('session.alert', { reason, says, hint });
    this.#options.feed.append('alert', { reason, says, hint });
  }

  /** Ends the wait for messages on their way out: a second signal is in a hurry. */
  skipDrain(): void {
    this.#hurry.abort();
  }

  /**
   * Outbox and journal belong to the account that is linked: what waits for another one is not sent any more. On disk
   * before anything of this account is told or accepted.
   */
  #link(wid: string | null): void {
    const { store, log } = this.#options;
    const own = wid === null ? null : accountOf(wid);
    if (own === null || own === store.account.wid) return;
    try {
      const failed = store.writeNow((tx) => {
        const isFirst = store.account.wid === null;
        store.account.link(tx, own, Date.now());
        return isFirst ? [] : store.outbox.accountChanged(tx, own, Date.now());
      });
      log.info('account.linked', { waiting: failed.length });
      this.outbox.told(failed);
    } catch (error) {
      log.error('account.link-refused', { err: error });
    }
  }

  #changed(now: State, before: State, cause: string): void {
    if (now.session === null) {
      this.#unlinkedAtMs = this.#heardUntilMs ?? this.#unlinkedAtMs;
      this.#heardUntilMs = null;
    }
    if (now.session?.wid !== before.session?.wid && now.session !== null) this.#link(now.session.wid);
    if (now.name !== 'ready' && before.name === 'ready') this.courier.close();
    if (now.name === before.name && reasonOf(now) === reasonOf(before)) return;
    if (now.name === 'stopped') this.capabilities = {};
    this.history.push({ atMs: Date.now(), status: now.name, reason: reasonOf(now), cause });
    if (this.history.length > HISTORY) this.history.shift();
    const data = { status: now.name, reason: reasonOf(now), from: before.name, hint: this.hint };
    this.#options.feed.append('state', data);
    if (now.name === before.name) return;
    if (before.name === 'ready') {
      this.#backfill.stop();
      if (this.#isCaughtUp)
        this.#heardUntilMs = Math.max(this.#heardUntilMs ?? 0, before.sinceMs, Date.now() - IN_DOUBT_MS);
      this.#isCaughtUp = false;
    }
    if (now.name === 'ready') {
      this.monitor.proved();
      const { wid } = this.#options.store.account;
      if (wid !== null) this.courier.open(wid);
      this.#beginCatchUp(now.sinceMs);
    }
  }

  #beginCatchUp(readyAtMs: number): void {
    this.#catchUp(readyAtMs).catch((error: unknown) =>
      this.#options.log.error('backfill.failed', { err: error }),
    );
  }

  /** Tells of what came in while nobody listened (H11); what predates the link is nobody's business. */
  async #catchUp(readyAtMs: number): Promise<void> {
    const { dir } = this.#options;
    const linkedAtMs = Date.parse((await readMarker(dir))?.linkedAt ?? new Date(readyAtMs).toISOString());
    if (this.actor.state.name !== 'ready' || this.actor.state.sinceMs !== readyAtMs) return;
    const heardUntilMs = this.#heardUntilMs ?? linkedAtMs;
    this.#heardUntilMs = heardUntilMs;
    if (this.#unlinkedAtMs !== null) {
      // A phone hands its history to a new link without a word on what is new in it.
      const [since, until] = [this.#unlinkedAtMs, linkedAtMs].map((ms) => new Date(ms).toISOString());
      this.#options.feed.append('gap', { reason: 'unlinked', since, until });
      this.#unlinkedAtMs = null;
    }
    this.#backfill.start(Math.max(linkedAtMs, heardUntilMs - MARGIN_MS), () => {
      this.#heardUntilMs = Math.max(heardUntilMs, readyAtMs);
      this.#isCaughtUp = true;
    });
  }

  /** Heard as long as the client is there: a stop that waits for messages on their way has to hear of them. */
  #heard(generation: number, news: ClientNews): void {
    if (generation !== this.#launched) return;
    switch (news.type) {
      case 'qr':
        this.qr.show(news.payload);
        break;
      case 'qr-gone':
        this.qr.clear();
        break;
      case 'passkey':
        this.passkey.show({ ...news, expiresAtMs: Date.now() + news.limitMs });
        break;
      case 'passkey-gone':
        this.passkey.clear();
        break;
      case 'message':
        this.#keep((tx, keep) => {
          keep(this.#inbox.message(tx, news.message));
          return null;
        });
        break;
      case 'ack':
        this.#acked(news);
        break;
      case 'happened':
        this.#options.feed.append(news.event, { ...news.data });
        break;
      case 'capabilities':
        this.#capable(news.capabilities);
        break;
    }
  }

  #acked(news: Extract<ClientNews, { type: 'ack' }>): void {
    this.#keep((tx, keep) => {
      keep(this.#inbox.ack(tx, news));
      return this.outbox.step(tx, news.messageId, { type: 'ack', ack: news.ack });
    });
  }

  /** What the page tells, on disk and then told. What the disk refuses is found again when there is room. */
  #keep(run: (tx: Tx, keep: Keep) => StoredMessage | null): void {
    this.#options.feed.write(run).then(
      (row) => this.outbox.told([row]),
      () => undefined, // the feed has said so
    );
  }

  /** Its time is over; the page may have ended it by itself at the same moment. */
  #refusePasskey(): void {
    const request = this.passkey.pending;
    if (request === null) return;
    this.slot.client.answerPasskey(request.id, 'refused').catch((error: unknown) => {
      this.#options.log.debug('session.refuse-passkey', { err: error });
    });
  }

  /** What a build lacks is logged and told, by name, when it comes to be so and when it is over. */
  #capable(capabilities: Capabilities): void {
    const { log, feed } = this.#options;
    const news = changed(this.capabilities, capabilities);
    // A document that has just begun says less than the one before.
    this.capabilities = { ...this.capabilities, ...capabilities };
    const { whatsappWeb } = this.slot.browser;
    log.info('session.capabilities', { capabilities, whatsappWeb });
    if (Object.keys(news).length === 0) return;
    const { state } = this.actor;
    const reason = reasonOf(state);
    feed.append('state', {
      status: state.name,
      reason,
      from: state.name,
      hint: this.hint,
      capabilities: news,
    });
    const lost = lostOf(news).map((name) => `${name} is ${news[name]}`);
    if (lost.length > 0)
      this.#alert('outdated_library', `WhatsApp Web ${whatsappWeb ?? ''}: ${lost.join('; ')}.`);
  }

  async #launch(generation: number): Promise<void> {
    await this.#close();
    // Another start or a stop may have come while the old browser took its time.
    if (generation !== this.actor.state.generation) return;
    this.#launched = generation;
    await this.slot.launch(this.actor.state.session !== null, {
      event: (event) => this.actor.post({ ...event, generation }),
      news: (news) => this.#heard(generation, news),
    });
  }

  async #close(): Promise<void> {
    this.qr.clear();
    this.passkey.clear();
    await this.slot.close();
    this.courier.lost();
    if (this.#heardUntilMs === null) return;
    // A full disk must not keep the next browser from its start: what was heard last is then told again as missed.
    await this.#mark().catch((error: unknown) =>
      this.#options.log.warn('session.mark-failed', { err: error }),
    );
  }

  /** Notes beside the profile that there is a session, whose it is, and until when everything was heard. */
  async #mark(): Promise<void> {
    const { name, session } = this.actor.state;
    // Without the lock the profile and what lies beside it are somebody else's.
    if (session === null || reasonOf(this.actor.state) === 'lock_held') return;
    const { dir } = this.#options;
    const now = new Date().toISOString();
    const linkedAt = (await readMarker(dir))?.linkedAt ?? now;
    this.#heardUntilMs ??= Date.parse(linkedAt);
    // While it is still being caught up with, what came before is not told of yet.
    const isHearing = name === 'ready' && this.#isCaughtUp;
    const lastMs = isHearing ? Date.now() - IN_DOUBT_MS : this.#heardUntilMs;
    await writeMarker(dir, {
      linkedAt,
      wid: session.wid,
      lastSeenAt: new Date(lastMs).toISOString(),
    });
  }
}
