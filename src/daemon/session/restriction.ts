// What WhatsApp currently forbids the account, as learnt from the page, the server's refusals and the
// clock. It is kept on disk, and changes are reported. session/restriction.ts decides its consequences;
// the sender reads it here.
import type { Log } from '../../protocol/log.js';
import type { RestrictionKind } from '../../protocol/state.js';
import type { Nack } from '../../session/nack.js';
import {
  banned,
  type Facts,
  type Limits,
  NOTHING_KNOWN,
  nacked,
  nextEndMs,
  type Restriction,
  restrictionOf,
  seen,
} from '../../session/restriction.js';
import type { Tx } from '../../store/commit.js';
import type { Store } from '../../store/store.js';
import { refusedBy } from '../outgoing/refused-write.js';

export interface RestrictionOptions {
  readonly store: Pick<Store, 'restriction' | 'account' | 'write'>;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Makes the page ask WhatsApp again. May reject. */
  readonly refresh: () => Promise<void>;
}

type Watcher = (now: Restriction | null, before: RestrictionKind | null) => void;

interface Reported {
  readonly kind: RestrictionKind | null;
  readonly untilMs: number | null;
}
const NOTHING_REPORTED: Reported = { kind: null, untilMs: null };

/** The longest timer of Node. */
const LONGEST_MS = 2 ** 31 - 1;

/** Ended by `stop`. */
export class AccountRestriction {
  readonly #options: RestrictionOptions;
  readonly #now: () => number;
  readonly #watchers = new Set<Watcher>();
  #wid: string | null = null;
  #facts: Facts = NOTHING_KNOWN;
  /** What was reported last, also by an earlier process: its kind and its end. */
  #lastReported: Reported = NOTHING_REPORTED;
  /** A refusal is recorded and not reported yet. */
  #isNacked = false;
  #end: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: RestrictionOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** The current restriction, or null. */
  get current(): Restriction | null {
    this.#ofAccount();
    return restrictionOf(this.#facts, this.#now());
  }

  /** Watchers run after each change, with the previous kind. */
  watch(watcher: Watcher): void {
    this.#watchers.add(watcher);
  }

  /** Loads the restriction from disk, and starts the timer of its end. */
  start(): void {
    this.#ofAccount();
    this.#settle();
  }

  /** Called with the limits that the page shows. */
  seen(limits: Limits): void {
    this.#learn(seen(this.#known, limits));
  }

  /** @param untilMs null: the account is not banned */
  banned(untilMs: number | null): void {
    this.#learn(banned(this.#known, untilMs));
  }

  /**
   * Records, within a write, that the server has refused a message.
   * @returns until when that message waits
   */
  nacked(tx: Tx, nack: Nack): number {
    const nowMs = this.#now();
    this.#facts = nacked(this.#known, nack, nowMs);
    this.#isNacked = true;
    this.#keep(tx);
    return restrictionOf(this.#facts, nowMs)?.untilMs ?? this.#facts.nack?.untilMs ?? nowMs;
  }

  /** Called when a recorded refusal is on disk: reports it, and makes the page ask WhatsApp about it. */
  settled(): void {
    if (!this.#isNacked) return;
    this.#isNacked = false;
    this.#settle();
    this.refresh();
  }

  /** Makes the page ask WhatsApp again, if there is a page. */
  refresh(): void {
    this.#options.refresh().catch((error: unknown) => {
      this.#options.log.debug('restriction.refresh', { err: error });
    });
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#end);
  }

  get #known(): Facts {
    this.#ofAccount();
    return this.#facts;
  }

  /** Loads the facts of the linked account; those of another account do not apply to it. */
  #ofAccount(): void {
    const { store } = this.#options;
    const { wid } = store.account;
    if (wid === this.#wid) return;
    this.#wid = wid;
    const kept = wid === null ? null : store.restriction.of(wid);
    const { told = NOTHING_REPORTED, ...facts } = (kept ?? {}) as Partial<Facts> & { told?: Reported };
    this.#facts = { ...NOTHING_KNOWN, ...facts };
    this.#lastReported = told;
  }

  #keep(tx: Tx): void {
    if (this.#wid !== null)
      this.#options.store.restriction.keep(tx, this.#wid, { ...this.#facts, told: this.#lastReported });
  }

  #learn(facts: Facts): void {
    const isNew = JSON.stringify(facts) !== JSON.stringify(this.#facts);
    this.#facts = facts;
    this.#settle(isNew);
  }

  /** Reports a change, and starts the timer for the next end. @param isNew the facts are not on disk yet */
  #settle(isNew = false): void {
    const { store, log } = this.#options;
    clearTimeout(this.#end);
    if (this.#stopped) return;
    const nowMs = this.#now();
    const current = restrictionOf(this.#facts, nowMs);
    const { kind, untilMs } = this.#lastReported;
    const reported: Reported = current ?? NOTHING_REPORTED;
    const changes = reported.kind !== kind || reported.untilMs !== untilMs;
    this.#lastReported = { kind: reported.kind, untilMs: reported.untilMs };
    if (changes || isNew) store.write((tx) => this.#keep(tx), { turn: 'patient' }).catch(refusedBy(log));
    if (changes) for (const watcher of this.#watchers) watcher(current, kind);
    const endMs = nextEndMs(this.#facts, nowMs);
    if (endMs === null) return;
    this.#end = setTimeout(
      () => {
        this.#settle();
        // It has ended by the clock; WhatsApp may disagree.
        if (this.#now() >= endMs) this.refresh();
      },
      Math.min(LONGEST_MS, endMs - nowMs + 1),
    );
  }
}
