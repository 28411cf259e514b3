// Parses a time that a person gives: an ISO 8601 instant, or a duration from now.
import { Fault } from '../protocol/fault.js';

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
/** The help of every option with a time. */
export const MOMENT = '2026-01-31T08:00Z, or 10m from now (s, m, h, d, w)';

const refuse = (reason: string): never => {
  throw new Fault('usage', { reason, hint: null });
};

/** ms since 1970; NaN for another text, and for a day that its month does not have: Date.parse takes 30 February as 2 March. */
function dateMs(text: string): number {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(text) ?? [];
  const isDay = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  return isDay ? Date.parse(text) : Number.NaN;
}

/** ISO 8601 in UTC. @throws Fault usage */
export function moment(option: string, text: string, nowMs = Date.now()): string {
  const [, count, unit = ''] = /^\+?(\d{1,9})([smhdw])$/.exec(text) ?? [];
  const factor = UNITS[unit];
  const ms = factor !== undefined ? nowMs + Number(count) * factor : dateMs(text);
  const at = new Date(ms);
  return Number.isNaN(at.getTime())
    ? refuse(`--${option}: "${text}" is not a time; write ${MOMENT}`)
    : at.toISOString();
}

/** A time that has passed: ISO 8601, or a duration before now. @throws Fault usage */
export function past(option: string, text: string, nowMs = Date.now()): string {
  const lasted = durationMs(text);
  const ms = lasted === null ? dateMs(text) : nowMs - lasted;
  const at = new Date(ms);
  return Number.isNaN(at.getTime())
    ? refuse(
        `--${option}: "${text}" is not a time; write 2026-01-31T08:00Z, or 7d for seven days ago (s, m, h, d, w)`,
      )
    : at.toISOString();
}

/** The milliseconds of `12h`, `7d` and the like; null for another text. */
export function durationMs(text: string): number | null {
  const [, count, unit = ''] = /^(\d{1,9})([smhdw])$/.exec(text) ?? [];
  const factor = UNITS[unit];
  return factor === undefined ? null : Number(count) * factor;
}

/** A time in the future. @throws Fault usage */
export function momentToCome(option: string, text: string, nowMs = Date.now()): string {
  const at = moment(option, text, nowMs);
  return Date.parse(at) > nowMs
    ? at
    : refuse(`--${option}: ${text} has passed; it is ${new Date(nowMs).toISOString()} now`);
}

/** The time window in which a message may be sent. @throws Fault usage when it is empty */
export function windowOf(given: {
  readonly notBefore?: string | undefined;
  readonly expires?: string | undefined;
}) {
  const notBefore = given.notBefore === undefined ? undefined : moment('not-before', given.notBefore);
  const expiresAt = given.expires === undefined ? undefined : momentToCome('expires', given.expires);
  if (notBefore !== undefined && expiresAt !== undefined && notBefore >= expiresAt)
    refuse(
      `--expires: ${given.expires} is not after --not-before ${given.notBefore}; nothing would ever be sent`,
    );
  return {
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}
