// One account and all of its parts: the state, the current client, and the outgoing and incoming messages.
import type { Config } from '../config/keys.js';
import type { Address } from '../protocol/address.js';
import type { CapabilityStates } from '../protocol/capability.js';
import type { Log } from '../protocol/log.js';
import type { Reason } from '../protocol/state.js';
import { initialState, type Linked, reasonOf, type State } from '../session/state.js';
import type { SessionDir } from '../session-dir/layout.js';
import { hasSession, readMarker } from '../session-dir/marker.js';
import type { Store } from '../store/store.js';
import { Announcements } from './announcements.js';
import { type ClientEffects, clientEffects } from './client-effects.js';
import type { Feed } from './events/feed.js';
import { Incoming } from './incoming/incoming.js';
import type { ReceivedUntil } from './incoming/receive-watermark.js';
import type { StartLine } from './machine/start-line.js';
import type { ChooseId } from './outgoing/ids.js';
import { Outgoing } from './outgoing/outgoing.js';
import type { AccountProxy } from './session/account-proxy.js';
import { Actor } from './session/actor.js';
import { CapabilityTracker } from './session/capability-tracker.js';
import { ClientSlot, type ClientSlotOptions } from './session/client-slot.js';
import { CurrentQr } from './session/current-qr.js';
import { executors } from './session/effects.js';
import { Hibernation } from './session/hibernation.js';
import { hintFor } from './session/hint.js';
import { LinkedAccount } from './session/linked-account.js';
import { PendingPasskey } from './session/pending-passkey.js';
import { policyOf } from './session/policy.js';
import { PresenceSubscriptions } from './session/presence-subscriptions.js';
import { AccountRestriction } from './session/restriction.js';
import { StartPlace } from './session/start-place.js';
import { StateHistory } from './session/state-history.js';
import { Supervision } from './session/supervision.js';

export interface AccountOptions extends ClientSlotOptions {
  /** Removes files that were not used for long. */
  readonly sweepFiles: () => Promise<void>;
  readonly name: string;
  /** The address at which wactl reaches this daemon. */
  readonly address: Address;
  readonly config: Config;
  readonly dir: SessionDir;
  readonly feed: Feed;
  /** The line of the starting browsers of this machine. */
  readonly startLine: StartLine;
  readonly store: Store;
  readonly log: Log;
  /** In a fleet: makes WhatsApp's ids of messages from their keys. */
  readonly idsFromKeys?: ChooseId | undefined;
  /** Whether the browser starts on this profile; on an empty one when none is named. */
  readonly browserWorks: (signal: AbortSignal, profile?: string) => Promise<boolean>;
}

type End = 'stopped' | 'lock-lost';

export class Account {
  readonly name: string;
  readonly address: Address;
  readonly actor: Actor;
  readonly slot: ClientSlot;
  readonly outgoing: Outgoing;
  readonly incoming: Incoming;
  readonly supervision: Supervision;
  readonly hibernation: Hibernation;
  readonly restriction: AccountRestriction;
  readonly presence: PresenceSubscriptions;
  readonly qr: CurrentQr;
  readonly passkey = new PendingPasskey();
  /** The latest states, for a bug report. */
  readonly history = new StateHistory();
  /** Resolves when everything of the account is closed: the process may end. */
  readonly ended: Promise<End>;
  #end: (because: End) => void = () => undefined;
  readonly #options: AccountOptions;
  readonly #hurry = new AbortController();
  readonly #announce: Announcements;
  readonly #capabilities: CapabilityTracker;
  readonly #linkedAccount: LinkedAccount;
  readonly #effects: ClientEffects;

  /** Reads what is on disk. @throws Fault permission_denied */
  static async open(options: AccountOptions): Promise<Account> {
    const marker = await readMarker(options.dir);
    const saved = await hasSession(options.dir);
    const wid = marker?.wid ?? null;
    const phone = wid?.endsWith('@c.us') ? wid.slice(0, -5) : null;
    const session: Linked | null = saved ? { wid, phone, platform: null, pushname: null } : null;
    // A session without a time, or without a marker, has been used by another program.
    const seenAt = marker?.lastSeenAt ?? null;
    const receivedUntil = !saved ? null : seenAt === null ? 'unknown' : Date.parse(seenAt);
    const state = initialState(session, Date.now());
    const account = new Account(options, state, receivedUntil);
    account.#linkedAccount.link(state.session?.wid ?? null);
    account.restriction.start();
    await account.outgoing.sender.start();
    return account;
  }

  /**
   * The time from which statuses of others may be read (U2), in milliseconds since 1970. A session that was not
   * marked yet counts as linked now.
   */
  async statusesFromMs(): Promise<number> {
    const { dir, config } = this.#options;
    const linkedAt = (await readMarker(dir))?.linkedAt;
    return (linkedAt === undefined ? Date.now() : Date.parse(linkedAt)) + config.statuses.readAfterMs;
  }

  private constructor(options: AccountOptions, state: State, receivedUntil: ReceivedUntil) {
    const { config, dir, feed, store, log, steps, name, address, browserWorks, startLine, idsFromKeys } =
      options;
    this.#options = options;
    this.name = name;
    this.address = address;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.actor = new Actor(state, policyOf(config), log);
    this.slot = new ClientSlot(options);
    const { actor, slot, passkey } = this;
    const client = () => slot.client;
    this.#announce = new Announcements({ feed, log, address, actor, slot });
    const announce = this.#announce;
    this.qr = new CurrentQr((qr) => announce.qr(qr));
    this.#capabilities = new CapabilityTracker((now, changes) => announce.capabilities(now, changes));
    this.restriction = new AccountRestriction({
      store,
      log,
      refresh: async () => {
        if (actor.state.name === 'ready') await client().refreshLimits();
      },
    });
    this.presence = new PresenceSubscriptions(() => client().presence, log);
    const { qr, restriction } = this;
    const { pacing } = config;
    this.outgoing = new Outgoing({ store, log, pacing, client, restriction, idsFromKeys });
    const { outgoing } = this;
    const { outbox, recipients, sender } = outgoing;
    restriction.watch((now, before) => {
      sender.restrictionChanged(now);
      announce.restriction(now, before);
    });
    this.incoming = new Incoming({
      store,
      feed,
      dir,
      log,
      receivedUntil,
      client,
      outgoing,
      qr,
      passkey,
      restriction,
      capabilities: this.#capabilities,
    });
    const { incoming } = this;
    this.#linkedAccount = new LinkedAccount({ store, log, outbox, recipients, sender: incoming.queues });
    this.supervision = new Supervision({
      config,
      dir,
      store,
      log,
      actor,
      slot,
      outgoing,
      lastReceivedAtMs: () => incoming.inbox.lastReceivedAtMs,
      diskLow: (freeMb) =>
        announce.alert('disk_full', `Only ${freeMb} MB are free where the session or its messages live.`),
      hourly: () => this.#hourly(),
      copies: options.copies,
    });
    this.hibernation = new Hibernation({
      afterMs: config.hibernate.afterMinutes * 60_000,
      actor,
      store,
      outbox,
      sender,
      isReading: () => incoming.backfill.isReading,
      lastReceivedAtMs: () => incoming.inbox.lastReceivedAtMs,
    });
    const place = new StartPlace(startLine, log);
    this.#effects = clientEffects({ log, steps, actor, slot, place, qr, passkey, outgoing, incoming });
    feed.onRecovered = (refusedFromMs) => this.#recovered(refusedFromMs);
    actor.begin(
      executors({
        config,
        dir,
        log,
        actor,
        slot,
        outbox,
        browserWorks,
        ...this.#effects,
        hurry: this.#hurry.signal,
        alert: (reason, says) => announce.alert(reason, says),
        end: (because) => this.#stop(because),
      }),
    );
    actor.watch((now, before, { type }) => this.#changed(now, before, type));
  }

  /** What the page can do, by capability; empty until it has been probed. */
  get capabilities(): CapabilityStates {
    return this.#capabilities.known;
  }

  /** Null without one. */
  get proxy(): AccountProxy | null {
    return this.#options.proxy;
  }

  /** The command that helps a person now, or null. */
  get hint(): string | null {
    return hintFor(this.actor.state, this.address, this.proxy?.view.cause ?? null);
  }

  /** Tells people of an incident, once. */
  readonly alert = (reason: Reason, says: string): void => this.#announce.alert(reason, says);

  /** Starts the heartbeat, the upkeep, and the account itself if that is configured. */
  start(): void {
    this.supervision.start();
    this.hibernation.start();
    const { config, steps } = this.#options;
    if (!config.autoInitialize) steps.end();
    else this.actor.post({ type: 'initialize', restart: false });
  }

  /** Ends the wait for messages in flight and for a page that is woken, because a second signal asked for a quick end. */
  hurry(): void {
    this.#hurry.abort();
    this.actor.post({ type: 'hurry' });
  }

  #stop(because: End): void {
    this.supervision.stop();
    this.hibernation.stop();
    this.restriction.stop();
    this.outgoing.sender.stop();
    this.incoming.watermark.stop();
    this.actor.end();
    this.#end(because);
  }

  #changed(now: State, before: State, cause: string): void {
    const { watermark, queues } = this.incoming;
    if (before.name === 'ready' && now.name !== 'ready') {
      queues.cancel();
      this.outgoing.sender.close();
      watermark.left();
    }
    if (now.session === null) watermark.unlinked();
    else if (now.session.wid !== before.session?.wid) this.#linkedAccount.link(now.session.wid);
    if (now.session?.wid !== before.session?.wid) this.presence.clear();
    if (now.name === before.name && reasonOf(now) === reasonOf(before)) return;
    if (reasonOf(now) === 'network_down') this.proxy?.suspect();
    if (now.name === 'stopped') this.#capabilities.forget();
    this.history.note({ atMs: Date.now(), status: now.name, reason: reasonOf(now), cause });
    this.#announce.state(now, before);
    if (now.name !== 'ready' || before.name === 'ready') return;
    this.proxy?.works();
    this.#options.steps.done('ready');
    this.supervision.ready();
    this.#linkedAccount.ready(now.session?.wid ?? null);
    watermark.ready(now.sinceMs);
    void this.presence.ready();
  }

  /**
   * Called when the disk takes events again.
   * @param refusedFromMs the time of the first refusal, ms since 1970
   */
  #recovered(refusedFromMs: number): void {
    const { name, session } = this.actor.state;
    if (name === 'ready') this.#linkedAccount.again(session?.wid ?? null);
    this.incoming.watermark.again(refusedFromMs);
  }

  async #hourly(): Promise<void> {
    const { config, feed, store, log, sweepFiles } = this.#options;
    if (this.actor.state.name === 'ready') await this.#effects.mark();
    this.restriction.refresh();
    await sweepFiles();
    await feed.touchListening();
    const { retentionDays, maxMb } = config.journal;
    const swept = await store.sweep({ retentionDays, maxMb, nowMs: Date.now() });
    log.info('store.swept', { ...swept });
  }
}
