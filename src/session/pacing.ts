// Computes the pace of outgoing messages as a pure function of what was sent before, so that the account
// behaves like a person. The past is five values; the daemon reads the clock.
import type { WaitsFor } from '../protocol/state.js';

export interface PacingRules {
  readonly mode: 'on' | 'off';
  readonly perMinute: number;
  readonly burst: number;
  readonly strangerGapMs: number;
  /** 0: no limit. */
  readonly dailyCap: number;
  /** Strangers per day; 0: no limit. */
  readonly strangersPerDay: number;
  /** `22:00-07:00`, local time; empty for none. */
  readonly quietHours: string;
}

/** What was sent, as far as it matters for the next message. Times are ms since 1970. */
export interface PacingPast {
  /**
   * The time at which the pace would have been kept exactly: each message advances it by its interval (GCRA).
   */
  readonly dueMs: number;
  /** The last first message to a stranger; null when there was none. */
  readonly strangerAtMs: number | null;
  /** The local day that `sent` and `strangers` count. */
  readonly day: string;
  readonly sent: number;
  readonly strangers: number;
}

export const NOTHING_SENT: PacingPast = { dueMs: 0, strangerAtMs: null, day: '', sent: 0, strangers: 0 };

export interface Hold {
  readonly why: Extract<
    WaitsFor,
    'pace' | 'stranger' | 'daily_cap' | 'stranger_cap' | 'quiet_hours' | 'quota' | 'restriction'
  >;
  readonly untilMs: number;
}

const MINUTE = 60_000;
/** An interval is between half and one and a half of the average. */
const SPREAD = 0.5;

/** What holds back every message now, or null. */
export function holdsAll(past: PacingPast, rules: PacingRules, nowMs: number): Hold | null {
  if (rules.mode === 'off') return null;
  const quietUntilMs = quietUntil(rules.quietHours, nowMs);
  if (quietUntilMs !== null) return { why: 'quiet_hours', untilMs: quietUntilMs };
  if (rules.dailyCap > 0 && past.day === dayOf(nowMs) && past.sent >= rules.dailyCap)
    return { why: 'daily_cap', untilMs: midnightAfter(nowMs) };
  const interval = MINUTE / rules.perMinute;
  const ahead = (rules.burst - 1) * interval;
  // After the clock was set back, messages must not wait until it reaches the old time again.
  const dueMs = Math.min(past.dueMs, nowMs + ahead + interval * (1 + SPREAD));
  return dueMs - ahead > nowMs ? { why: 'pace', untilMs: Math.ceil(dueMs - ahead) } : null;
}

/**
 * What delays a first message to a stranger in addition, while other messages may be sent.
 * @param quotaGapMs the time between two of them that WhatsApp's own quota requires; 0: none
 */
export function holdsStranger(
  past: PacingPast,
  rules: PacingRules,
  nowMs: number,
  quotaGapMs = 0,
): Hold | null {
  if (rules.mode === 'off') return null;
  if (rules.strangersPerDay > 0 && past.day === dayOf(nowMs) && past.strangers >= rules.strangersPerDay)
    return { why: 'stranger_cap', untilMs: midnightAfter(nowMs) };
  if (past.strangerAtMs === null || past.strangerAtMs > nowMs) return null;
  const untilMs = past.strangerAtMs + Math.max(rules.strangerGapMs, quotaGapMs);
  if (untilMs <= nowMs) return null;
  return { why: quotaGapMs > rules.strangerGapMs ? 'quota' : 'stranger', untilMs };
}

/** The past after one more message. @param chance from 0 up to 1 */
export function passed(
  past: PacingPast,
  rules: PacingRules,
  { nowMs, isStranger, chance }: { nowMs: number; isStranger: boolean; chance: number },
): PacingPast {
  const day = dayOf(nowMs);
  const today = past.day === day ? past : NOTHING_SENT;
  const interval = (MINUTE / rules.perMinute) * (1 - SPREAD + 2 * SPREAD * chance);
  const longest = nowMs + (rules.burst * MINUTE * (1 + SPREAD)) / rules.perMinute;
  return {
    dueMs: Math.round(Math.max(nowMs, Math.min(past.dueMs, longest)) + interval),
    strangerAtMs: isStranger ? nowMs : past.strangerAtMs,
    day,
    sent: today.sent + 1,
    strangers: today.strangers + Number(isStranger),
  };
}

function dayOf(ms: number): string {
  const at = new Date(ms);
  return `${at.getFullYear()}-${at.getMonth() + 1}-${at.getDate()}`;
}

function midnightAfter(ms: number): number {
  const at = new Date(ms);
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() + 1).getTime();
}

/** The end of the quiet hours if it is quiet now, else null. */
function quietUntil(hours: string, nowMs: number): number | null {
  const parts = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(hours);
  if (parts === null) return null;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = parts.slice(1).map(Number);
  const now = new Date(nowMs);
  const at = now.getHours() * 60 + now.getMinutes();
  const from = fromHour * 60 + fromMinute;
  const to = toHour * 60 + toMinute;
  const isQuiet = from <= to ? at >= from && at < to : at >= from || at < to;
  if (!isQuiet) return null;
  const days = from > to && at >= from ? 1 : 0;
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, toHour, toMinute).getTime();
}
