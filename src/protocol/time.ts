// Times as the protocol writes them: ISO 8601 in UTC.

/** @param ms milliseconds since 1970; null stays null */
export function isoTime(ms: number): string;
export function isoTime(ms: number | null): string | null;
export function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
