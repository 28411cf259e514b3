// Formats times for text output: local time, to the second. JSON has ISO 8601 in UTC.

/** `2026-01-01T00:00:00.000Z` → `2026-01-01 00:00:00` in this machine's time; nothing for null. */
export function when(instant: string | null): string {
  if (instant === null) return '';
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return instant;
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** The time of day only, for times within minutes. */
export const clock = (instant: string): string => when(instant).slice(11);
