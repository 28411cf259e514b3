// One account and all of its parts: the state, the current client, and the outgoing and incoming messages.
import type { Config } from '../config/keys.js';
import type { Address } from '../protocol/address.js';
import type { Content } from '../protocol/content.js';
import type { Log } from '../protocol/log.js';
import type { Reason, RestrictionKind, StateName } from '../protocol/state.js';
import { isoTime } from '../protocol/time.js';
import { RESTRICTIONS, type Restriction } from '../session/restriction.js';
import { initialState, type Linked, reasonOf, type State } from '../session/state.js';
import type { SessionDir } from '../session-dir/layout.js';
import { hasSession, readMarker } from '../session-dir/marker.js';
import type { Store } from '../store/store.js';
import type { Feed } from './events/feed.js';
import { Backfill } from './incoming/backfill.js';
import { ClientReports } from './incoming/client-reports.js';
import { Inbox } from './incoming/inbox.js';
import { People } from './incoming/people.js';
import { type HeardUntil, ReceiveWatermark } from './incoming/receive-watermark.js';
import { Outbox } from './outgoing/outbox.js';
import { Recipients } from './outgoing/recipients.js';
import { Sender } from './outgoing/sender.js';
import { Actor } from './session/actor.js';
import { type Capabilities, CapabilityTracker, lostOf } from './session/capability-tracker.js';
import { ClientSlot, type ClientSlotOptions } from './session/client-slot.js';
import { CurrentQr } from './session/current-qr.js';
import { executors } from './session/effects.js';
import { alertHint, hintFor } from './session/hint.js';
import { LinkedAccount } from './session/linked-account.js';
import { Monitor } from './session/monitor.js';
import { PendingPasskey } from './session/pending-passkey.js';
import { policyOf } from './session/policy.js';
import { AccountRestriction } from './session/restriction.js';
import { inWords, showRestriction } from './session/restriction-words.js';
import { StateHistory } from './session/state-history.js';
import { Upkeep } from './session/upkeep.js';

export interface AccountOptions extends ClientSlotOptions {
  /** Files that nobody has used for long go. */
  readonly sweepFiles: () => Promise<void>;
  readonly name: string;
  /** What makes wactl reach this daemon. */
  readonly address: Address;
  readonly config: Config;
  readonly dir: SessionDir;
  readonly feed: Feed;
  readonly store: Store;
  readonly log: Log;
  /** Whether the browser starts on this profile; on an empty one when none is named. */
  readonly browserWorks: (signal: AbortSignal, profile?: string) => Promise<boolean>;
}

/** The other identity of a person; null where it is not known, and for groups. */
function otherOf({ identities }: Store, id: string): string | null {
  const pair = identities.pairOf(id);
  if (pair === null) return null;
  return pair.lid === id ? pair.number : pair.lid;
}

/** What the monitor asks of the page. A page that shows a QR has no more to do than to live. */
const EXPECTED: Partial<Record<StateName, 'health' | 'answer'>> = { ready: 'health', linking: 'answer' };
/** How long without a message counts as a quiet moment. */
const QUIET_MS = 60_000;

export class Account {
  readonly name: string;
  readonly address: Address;
  readonly actor: Actor;
  readonly slot: ClientSlot;
  readonly outbox: Outbox;
  readonly sender: Sender;
  readonly recipients: Recipients;
  readonly restriction: AccountRestriction;
  readonly qr: CurrentQr;
  readonly passkey = new PendingPasskey();
  readonly monitor: Monitor;
  /** Resolves when everything of the account is closed: the process may end. */
  readonly ended: Promise<'stopped' | 'lock-lost'>;
  readonly people: People;
  /** The newest states, for a report. */
  readonly history = new StateHistory();
  readonly #options: AccountOptions;
  readonly #clientReports: ClientReports;
  readonly #receiveWatermark: ReceiveWatermark;
  readonly #linkedAccount: LinkedAccount;
  readonly #capabilities: CapabilityTracker;
  readonly #upkeep: Upkeep;
  readonly #hurry = new AbortController();
  /** Aborted when the page is not ready any more. */
  #opening = new AbortController();
  /** The client that is in the slot. */
  #launched = 0;

  /** Reads what is on disk. @throws Fault permission_denied */
  static async open(options: AccountOptions): Promise<Account> {
    const marker = await readMarker(options.dir);
    const saved = await hasSession(options.dir);
    const wid = marker?.wid ?? null;
    const phone = wid?.endsWith('@c.us') ? wid.slice(0, -5) : null;
    const session: Linked | null = saved ? { wid, phone, platform: null, pushname: null } : null;
    // A session without a time, or without a marker, is one that another program has used.
    const seenAt = marker?.lastSeenAt ?? null;
    const heardUntil = !saved ? null : seenAt === null ? 'unknown' : Date.parse(seenAt);
    const state = initialState(session, Date.now());
    const account = new Account(options, state, heardUntil);
    account.#linkedAccount.link(state.session?.wid ?? null);
    account.restriction.start();
    await account.sender.start();
    return account;
  }

  private constructor(options: AccountOptions, state: State, heardUntil: HeardUntil) {
    const { config, dir, feed, log, name, browserWorks, store } = options;
    this.#options = options;
    this.name = name;
    this.address = options.address;
    this.slot = new ClientSlot(options);
    this.actor = new Actor(state, policyOf(config), log);
    this.outbox = new Outbox(store, log);
    this.qr = new CurrentQr(({ number, expiresAtMs }) => {
      feed.append('qr', { number, expiresAt: isoTime(expiresAtMs) });
    });
    this.#capabilities = new CapabilityTracker((words, changes) => this.#capable(words, changes));
    const inbox = new Inbox(store);
    const { outbox, qr, passkey } = this;
    this.people = new People({
      ...{ store, log },
      ask: async (ids) => this.slot.client.pairsOf(ids),
      learnt: (pairs, moved) => this.sender.identified(pairs, moved),
    });
    const { people } = this;
    this.restriction = new AccountRestriction({
      ...{ store, log },
      refresh: async () => {
        if (this.actor.state.name === 'ready') await this.slot.client.refreshLimits();
      },
    });
    this.restriction.watch((now, before) => this.#restricted(now, before));
    outbox.onNack = (tx, nack) => this.restriction.nacked(tx, nack);
    outbox.watch((row) => {
      if (row.state === 'queued' && row.error !== null) this.restriction.settled();
    });
    this.#clientReports = new ClientReports({
      ...{ feed, store, people, inbox, outbox, qr, passkey, capabilities: this.#capabilities },
      restriction: this.restriction,
      heardFrom: (chatId) => this.sender.heardFrom(chatId),
    });
    const backfill = new Backfill({
      ...{ feed, store, log, inbox },
      page: () => this.slot.client.missed,
      acked: (report) => this.#clientReports.acked(report),
    });
    this.#receiveWatermark = new ReceiveWatermark({ dir, feed, log, backfill, heardUntil });
    feed.onRecovered = (refusedFromMs) => {
      const { name, session } = this.actor.state;
      if (name === 'ready') this.#linkedAccount.again(session?.wid ?? null);
      this.#receiveWatermark.again(refusedFromMs);
    };
    this.recipients = new Recipients((recipient, signal) => this.slot.client.resolve(recipient, signal));
    this.sender = new Sender({
      ...{ store, log, outbox, recipients: this.recipients, pacing: config.pacing },
      restriction: () => this.restriction.current,
      page: {
        send: async ({ chatId, messageId, kind, payload, attempts }) =>
          this.slot.client.send({
            ...{ chatId, messageId, again: attempts > 1 },
            content: { kind, ...payload } as unknown as Content,
          }),
        resend: async (message) => this.slot.client.resend(message),
        findOwn: async ({ chatId, messageId }) =>
          this.slot.client.findOwn({ chatId, messageId, other: otherOf(store, chatId) }),
        mayWrite: async (chatId) => this.slot.client.mayWrite(chatId),
        knowsChat: async (chatId) => this.slot.client.knowsChat(chatId),
      },
    });
    this.#linkedAccount = new LinkedAccount({
      ...{ store, log, outbox, recipients: this.recipients },
      sender: { open: (wid) => this.#open(wid) },
    });
    this.monitor = new Monitor({
      ...config.monitor,
      log,
      expects: () => EXPECTED[this.actor.state.name] ?? null,
      probe: (timeoutMs) => this.slot.client.probe(timeoutMs),
      oldestUnsentMs: () => this.sender.oldestUnsentMs(),
      onSick: (ailment, detail) => {
        this.actor.post({ type: 'client.sick', generation: this.actor.state.generation, ailment, detail });
      },
    });
    this.#upkeep = new Upkeep({
      ...config.browser,
      log,
      dataPath: dir.dataPath,
      storePath: store.report.path,
      browser: () => (this.actor.state.name === 'ready' ? this.slot.running : null),
      isQuiet: () => !outbox.isInFlight && Date.now() - inbox.lastHeardAtMs > QUIET_MS,
      recycle: (why) => this.actor.post({ type: 'recycle', why }),
      disk: (freeMb, low) => {
        if (low)
          this.#alert('disk_full', `Only ${freeMb} MB are free where the session or its messages live.`);
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
        this.restriction.refresh();
        await options.sweepFiles();
        await feed.touchListening();
        const swept = await store.sweep({ ...config.journal, nowMs: Date.now() });
        log.info('store.swept', { ...swept });
      },
      jumped: () => this.monitor.checkNow(),
    });
    let end: (because: 'stopped' | 'lock-lost') => void;
    this.ended = new Promise((resolve) => {
      end = resolve;
    });
    const { actor, slot, sender } = this;
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
          this.restriction.stop();
          sender.stop();
          this.#receiveWatermark.stop();
          this.actor.end();
          end(because);
        },
      }),
    );
    this.actor.watch((now, before, { type }) => this.#changed(now, before, type));
  }

  /** What the page can do, by capability; empty until it was probed. */
  get capabilities(): Capabilities {
    return this.#capabilities.known;
  }

  /** What a person can do now: a command, or null. */
  get hint(): string | null {
    return hintFor(this.actor.state, this.address);
  }

  /** Begins: the heartbeat, the upkeep, and the account itself where that is configured. */
  start(): void {
    this.monitor.start();
    this.#upkeep.start();
    if (this.#options.config.autoInitialize) this.actor.post({ type: 'initialize', restart: false });
  }

  /** One event and one line at `err` per incident, with a command that helps. */
  #alert(reason: Reason | 'restricted', says: string): void {
    const hint = alertHint(reason, this.address);
    this.#options.log.error('session.alert', { reason, says, hint });
    this.#options.feed.append('alert', { reason, says, hint });
  }

  /** Ends the wait for messages on their way out: a second signal is in a hurry. */
  skipDrain(): void {
    this.#hurry.abort();
  }

  /** The queues of the account: once the page has said which of them are one person's. */
  #open(wid: string): void {
    const opening = new AbortController();
    this.#opening.abort();
    this.#opening = opening;
    const { identities, outbox } = this.#options.store;
    const unmet = [wid, ...outbox.openLanes()].filter(
      (id) => /@(c\.us|lid)$/.test(id) && identities.pairOf(id) === null,
    );
    void this.people.meet(unmet).then(() => {
      if (!opening.signal.aborted) this.sender.open(wid);
    });
  }

  #changed(now: State, before: State, cause: string): void {
    if (before.name === 'ready' && now.name !== 'ready') {
      this.#opening.abort();
      this.sender.close();
      this.#receiveWatermark.left();
    }
    if (now.session === null) this.#receiveWatermark.unlinked();
    else if (now.session.wid !== before.session?.wid) this.#linkedAccount.link(now.session.wid);
    if (now.name === before.name && reasonOf(now) === reasonOf(before)) return;
    if (now.name === 'stopped') this.#capabilities.forget();
    this.history.note({ atMs: Date.now(), status: now.name, reason: reasonOf(now), cause });
    const data = { status: now.name, reason: reasonOf(now), from: before.name, hint: this.hint };
    this.#options.feed.append('state', data);
    if (now.name !== 'ready' || before.name === 'ready') return;
    this.monitor.proved();
    this.#linkedAccount.ready(now.session?.wid ?? null);
    this.#receiveWatermark.ready(now.sinceMs);
  }

  /** One event for each change, and one alert where a person should know. */
  #restricted(now: Restriction | null, before: RestrictionKind | null): void {
    const { feed, log } = this.#options;
    this.sender.restrictionChanged(now);
    const shown = showRestriction(now) ?? { kind: null, until: null, used: null, total: null };
    log.info('session.restriction', { ...shown, before });
    feed.append('restriction', { ...shown, before });
    if (now !== null && now.kind !== before && RESTRICTIONS[now.kind].alerts)
      this.#alert('restricted', inWords(now));
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
  #capable(words: Capabilities, changes: Capabilities): void {
    const { log, feed } = this.#options;
    const { whatsappWeb } = this.slot.browser;
    log.info('session.capabilities', { words, whatsappWeb });
    if (Object.keys(changes).length === 0) return;
    const { state } = this.actor;
    feed.append('state', {
      ...{ status: state.name, reason: reasonOf(state), from: state.name, hint: this.hint },
      capabilities: changes,
    });
    const lost = lostOf(changes).map((name) => `${name} is ${changes[name]}`);
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
      // Heard as long as the client is there: a stop that waits for messages on their way has to hear of them.
      report: (report) => generation === this.#launched && this.#clientReports.take(report),
    });
  }

  async #close(): Promise<void> {
    this.qr.clear();
    this.passkey.clear();
    await this.slot.close();
    this.sender.lost();
    if (!this.#receiveWatermark.hasBegun) return;
    // A full disk must not keep the next browser from its start: what was heard last is then told again as missed.
    await this.#mark().catch((error: unknown) =>
      this.#options.log.warn('session.mark-failed', { err: error }),
    );
  }

  /** Notes beside the profile whose session it is and until when it was heard. @throws Fault disk_full */
  async #mark(): Promise<void> {
    const { state } = this.actor;
    // Without the lock the profile and what lies beside it are somebody else's.
    if (state.session !== null && reasonOf(state) !== 'lock_held')
      await this.#receiveWatermark.mark(state.session);
  }
}
