// Formats a duration for people.
const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** `7980000` → `2 h 13 min`: two units at most. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const at = UNITS.findIndex(([, size]) => seconds >= size);
  if (at === -1) return '0 s';
  let left = seconds;
  const parts: string[] = [];
  for (const [unit, size] of UNITS.slice(at, at + 2)) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.join(' ');
}
