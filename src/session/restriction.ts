// Derives what WhatsApp currently forbids the account, as a pure function of what page
// and server have reported.
//
//   facts                            restriction     new chats              existing chats   alert
//   banned for a time (402)          ban             held                   held: not ready  by the state
//   reach-out time lock, or 463      time_lock       held until its end     go               yes
//   new chats used up, or 475        new_chat_cap    held until the cycle   go               yes
//   nearly used up, by WhatsApp      quota_low       spread over the cycle  go               yes
//   a quota with enough left         quota           spread from half on    go               no
//
// The worst current restriction is reported. The page decides for each chat whether a restriction covers it:
// `canSendMsgWhileTimelocked` and `canSendMsgWhileCapped` allow messages to everyone who has given the
// account a token of trust, which people do by writing to it (WAWebReachoutTimelockUtils,
// WAWebIndividualNewChatMessageCappingLimitUtils; 2026-04-27).
import type { RestrictionKind } from '../protocol/state.js';
import type { Nack } from './nack.js';

/** The cap on new chats in a cycle. Times are ms since 1970. */
export interface Cap {
  readonly level: 'fine' | 'warned' | 'used_up';
  readonly used: number;
  readonly total: number;
  /** The end of the cycle; null if WhatsApp names none. */
  readonly untilMs: number | null;
}

/** The limits that the page shows for its account. */
export interface Limits {
  /** The end of the reach-out time lock; null: there is none. */
  readonly lockUntilMs: number | null;
  /** Null: WhatsApp counts no new chats of this account. */
  readonly cap: Cap | null;
}

/** Everything that is known, kept over restarts. */
export interface Facts extends Limits {
  /** The end of a ban; null: there is none. */
  readonly banUntilMs: number | null;
  /** The last refusal by the server, and until when it counts if the page knows no restriction. */
  readonly nack: { readonly nack: Nack; readonly untilMs: number } | null;
  /** The number of refusals in a row, and the time of the last one. */
  readonly nacks: number;
  readonly nackedAtMs: number;
}

export const NOTHING_KNOWN: Facts = {
  lockUntilMs: null,
  cap: null,
  banUntilMs: null,
  nack: null,
  nacks: 0,
  nackedAtMs: 0,
};

export interface Restriction {
  readonly kind: RestrictionKind;
  /** Its end; null if WhatsApp names none. */
  readonly untilMs: number | null;
  /** New chats of the cycle, if WhatsApp counts them. */
  readonly used: number | null;
  readonly total: number | null;
}

interface Row {
  /** New chats wait for its end. */
  readonly holds: boolean;
  /** A person should know. */
  readonly alerts: boolean;
}

export const RESTRICTIONS: Readonly<Record<RestrictionKind, Row>> = {
  ban: { holds: true, alerts: false },
  time_lock: { holds: true, alerts: true },
  new_chat_cap: { holds: true, alerts: true },
  quota_low: { holds: false, alerts: true },
  quota: { holds: false, alerts: false },
};

const HOUR = 3_600_000;
/**
 * How long new chats wait after a refusal whose end the page does not know. Each further
 * refusal doubles the time.
 */
const REST: Readonly<Record<Nack, readonly [first: number, longest: number]>> = {
  restricted: [HOUR, 24 * HOUR],
  new_chat_cap: [24 * HOUR, 24 * HOUR],
};
/** A refusal this long after the previous one counts as a first one. */
const FORGOTTEN = 48 * HOUR;

const isAhead = (ms: number | null, nowMs: number): ms is number => ms !== null && ms > nowMs;

/** The current restriction, or null. */
export function restrictionOf(facts: Facts, nowMs: number): Restriction | null {
  const { lockUntilMs, banUntilMs, nack } = facts;
  // The page keeps a restriction until it is notified otherwise, so the clock decides that one is over.
  const cap = facts.cap !== null && (facts.cap.untilMs ?? Infinity) > nowMs ? facts.cap : null;
  const { used = null, total = null } = cap ?? {};
  const of = (kind: RestrictionKind, untilMs: number | null): Restriction => ({ kind, untilMs, used, total });
  const nacked = nack !== null && nack.untilMs > nowMs ? nack : null;
  if (isAhead(banUntilMs, nowMs)) return of('ban', banUntilMs);
  if (isAhead(lockUntilMs, nowMs)) return of('time_lock', lockUntilMs);
  if (nacked?.nack === 'restricted') return of('time_lock', nacked.untilMs);
  if (cap?.level === 'used_up') return of('new_chat_cap', cap.untilMs);
  if (nacked?.nack === 'new_chat_cap') return of('new_chat_cap', cap?.untilMs ?? nacked.untilMs);
  if (cap === null) return null;
  return of(cap.level === 'warned' ? 'quota_low' : 'quota', cap.untilMs);
}

/** When the next of these ends by the clock, ms since 1970; null when none does. */
export function nextEndMs({ lockUntilMs, banUntilMs, cap, nack }: Facts, nowMs: number): number | null {
  const ends = [lockUntilMs, banUntilMs, cap?.untilMs ?? null, nack?.untilMs ?? null];
  return ends.reduce<number | null>(
    (first, ms) => (isAhead(ms, nowMs) && (first === null || ms < first) ? ms : first),
    null,
  );
}

/**
 * Applies the limits that the page shows. A limit that WhatsApp had named and names no longer is lifted, and
 * so is the refusal that followed from it. A limit that it never named is not lifted: a page marks a cap as
 * used up by itself when it receives 475, and WhatsApp refuses with 463 while it names no lock
 * (devlikeapro/waha #2219).
 */
export function seen(facts: Facts, { lockUntilMs, cap }: Limits): Facts {
  const was = facts.cap;
  const lifted =
    (facts.nack?.nack === 'restricted' && facts.lockUntilMs !== null && lockUntilMs === null) ||
    (facts.nack?.nack === 'new_chat_cap' &&
      was?.level === 'used_up' &&
      was.used >= was.total &&
      cap?.level !== 'used_up');
  return { ...facts, lockUntilMs, cap, nack: lifted ? null : facts.nack };
}

/** Records that the server has refused a message to somebody new. */
export function nacked(facts: Facts, nack: Nack, nowMs: number): Facts {
  const nacks = nowMs - facts.nackedAtMs > FORGOTTEN ? 1 : facts.nacks + 1;
  const [first, longest] = REST[nack];
  const untilMs = nowMs + Math.min(longest, first * 2 ** Math.min(nacks - 1, 10));
  return { ...facts, nack: { nack, untilMs }, nacks, nackedAtMs: nowMs };
}

/** @param untilMs null: the account is not banned */
export const banned = (facts: Facts, untilMs: number | null): Facts => ({ ...facts, banUntilMs: untilMs });

export const holdsNewChats = (restriction: Restriction | null): restriction is Restriction =>
  restriction !== null && RESTRICTIONS[restriction.kind].holds;

/** The used share of a quota from which the rest is spread over the rest of the cycle. */
const FREE_SHARE = 0.5;

/**
 * The time between two new chats that makes the rest of a quota last for the rest of its cycle, ms. 0 while
 * WhatsApp counts none, or while less than half is used and it has not warned.
 */
export function quotaGapMs(restriction: Restriction | null, nowMs: number): number {
  if (restriction === null || restriction.untilMs === null) return 0;
  const { kind, used, total, untilMs } = restriction;
  if ((kind !== 'quota' && kind !== 'quota_low') || used === null || total === null) return 0;
  if (kind === 'quota' && used < total * FREE_SHARE) return 0;
  return Math.max(0, Math.floor((untilMs - nowMs) / Math.max(1, total - used)));
}
