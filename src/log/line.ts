// Formats one record as one line that a journal can read: bounded, without raw control characters, with its
// priority in front if a journal reads it. It knows JSON and priorities, not where lines go.

/** `journalctl -o json` does not show fields over 4 KiB. */
export const MAX_LINE_BYTES = 4_096;

/** syslog priorities, as the journal reads them from `<N>` at the start of a line. */
const PRIORITY: Readonly<Record<string, number>> = {
  fatal: 2,
  error: 3,
  warn: 4,
  info: 6,
  debug: 7,
  trace: 7,
};

/** Characters that JSON leaves raw and that would make the journal show bytes instead of text. */
const RAW = /[\u007f-\u009f\u2028\u2029\ufeff]/g;
const escaped = (text: string): string =>
  text.replace(RAW, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

const KEPT = ['level', 'time', 'account', 'event'];

/**
 * The record in at most this many bytes: long texts are cut, and in the end all fields are
 * dropped. `cut: true` marks it.
 */
function fit(json: string, bytes: number): string {
  if (Buffer.byteLength(json) <= bytes) return json;
  const record = JSON.parse(json) as Record<string, unknown>;
  for (const chars of [500, 120, 30]) {
    const shorter = escaped(
      JSON.stringify({ ...record, cut: true }, (key, value: unknown) =>
        typeof value === 'string' && value.length > chars && !KEPT.includes(key)
          ? `${value.slice(0, chars)}…`
          : value,
      ),
    );
    if (Buffer.byteLength(shorter) <= bytes) return shorter;
  }
  const kept = KEPT.filter((key) => record[key] !== undefined);
  const bare = Object.fromEntries(kept.map((key) => [key, String(record[key]).slice(0, 200)]));
  return escaped(JSON.stringify({ ...bare, cut: true }));
}

/**
 * @param json one JSON object, with or without its newline
 * @param level the name of its level
 * @param journal whether the reader is a journal
 */
export function logLine(json: string, level: string, journal: boolean): string {
  const prefix = journal ? `<${PRIORITY[level] ?? 6}>` : '';
  return `${prefix}${fit(escaped(json.trimEnd()), MAX_LINE_BYTES - prefix.length - 1)}\n`;
}
