// A moment that a person names: an instant of ISO 8601, or so long from now.
import { Fault } from '../protocol/fault.js';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** ISO 8601 in UTC. @throws Fault usage */
export function moment(option: string, text: string, nowMs = Date.now()): string {
  const [, count, unit = ''] = /^\+?(\d{1,9})([smhd])$/.exec(text) ?? [];
  const factor = UNITS[unit];
  const ms =
    factor !== undefined
      ? nowMs + Number(count) * factor
      : /^\d{4}-\d\d-\d\d/.test(text)
        ? Date.parse(text)
        : NaN;
  const at = new Date(ms);
  if (Number.isNaN(at.getTime()))
    throw new Fault('usage', {
      reason: `--${option}: "${text}" is no moment; say 2026-01-31T08:00Z, or 10m from now (s, m, h, d)`,
      hint: null,
    });
  return at.toISOString();
}
