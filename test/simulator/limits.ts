/**
 * Restricts an account towards people who never wrote to it: the reach-out time lock, and the cap on new
 * chats of a cycle. Names and forms are those of the page's notifications
 * (WAWebMexReachoutTimelockNotificationHandler, WAWebNewChatMessageCappingNotificationHandler). At which
 * shares the server warns is a guess.
 */
import type { KnobValues } from './knobs.js';
import type { WireCap, WireTimeLock } from './wire.js';

/** Shares of the quota at which the page is warned. */
const WARNINGS: readonly (readonly [share: number, status: string])[] = [
  [1, 'CAPPED'],
  [0.9, 'SECOND_WARNING'],
  [0.75, 'FIRST_WARNING'],
  [0, 'NONE'],
];

const seconds = (ms: number): string => String(Math.floor(ms / 1000));

export class Limits {
  /** until when it may not start chats, ms since 1970; null: it may */
  #lockedUntilMs: number | null = null;
  #type = 'DEFAULT';
  #cycleFromMs = Date.now();
  /** seconds; the page ignores an update that is not newer than its last one */
  #sentS = 0;
  /** people who have written to the account, by the id of their number */
  readonly #friends = new Set<string>();
  /** other people that it has written to in this cycle */
  readonly #begun = new Set<string>();

  /** @param untilMs null lifts the lock */
  lock(untilMs: number | null, type = 'DEFAULT'): void {
    this.#lockedUntilMs = untilMs;
    this.#type = type;
  }

  /** A person has written to the account, which may answer in spite of the limits. */
  wrote(pn: string): void {
    this.#friends.add(pn);
  }

  isFriend(pn: string): boolean {
    return this.#friends.has(pn);
  }

  get timeLock(): WireTimeLock {
    const untilMs = this.#lockedUntilMs;
    const isActive = untilMs !== null && untilMs > Date.now();
    return {
      is_active: isActive,
      // The page counts in whole seconds, so the end is rounded up.
      time_enforcement_ends: isActive ? seconds(untilMs + 999) : null,
      enforcement_type: this.#type,
    };
  }

  cap({ newChatQuota: total, newChatCycleMs: cycleMs }: KnobValues): WireCap {
    const nowMs = Date.now();
    if (nowMs >= this.#cycleFromMs + cycleMs) {
      this.#cycleFromMs = nowMs;
      this.#begun.clear();
    }
    const used = Math.min(this.#begun.size, total);
    const share = total === 0 ? 0 : used / total;
    this.#sentS = Math.max(this.#sentS + 1, Math.floor(nowMs / 1000));
    return {
      capping_status: WARNINGS.find(([from]) => share >= from)?.[1] ?? 'NONE',
      ote_status: 'NOT_ELIGIBLE',
      mv_status: 'NOT_ACTIVE',
      total_quota: total === 0 ? -1 : total,
      used_quota: used,
      cycle_start_timestamp: seconds(this.#cycleFromMs),
      cycle_end_timestamp: seconds(this.#cycleFromMs + cycleMs),
      server_sent_timestamp: String(this.#sentS),
    };
  }

  /**
   * Returns the code with which a message to a person is refused. If null, the message is accepted and
   * counted.
   */
  refuses(pn: string, knobs: KnobValues): number | null {
    if (this.#friends.has(pn)) return null;
    if (knobs.sendNack !== 'none') return Number(knobs.sendNack);
    if (this.timeLock.is_active) return 463;
    const { capping_status } = this.cap(knobs);
    if (this.#begun.has(pn)) return null;
    if (capping_status === 'CAPPED') return 475;
    this.#begun.add(pn);
    return null;
  }
}
