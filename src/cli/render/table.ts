// Rows under headings, each column as wide as its widest cell. For people; programs take -o json.
import { bold } from '../output.js';

/** @param rows printable cells; a row may be shorter than the headings. Empty: nothing but a word for it. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  none: string,
): string {
  if (rows.length === 0) return `${none}\n`;
  const widths = headings.map((heading, i) =>
    Math.max(heading.length, ...rows.map((row) => (row[i] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [bold(line(headings)), ...rows.map(line), ''].join('\n');
}

/** `2026-01-01T00:00:00.000Z` → `2026-01-01 00:00` in this machine's time. */
export function when(instant: string | null): string {
  if (instant === null) return '';
  const at = new Date(instant);
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** What is said below a list that was cut off. */
export const rest = (shown: number, offset: number, total: number): string =>
  offset + shown < total ? `(${shown} of ${total}; go on with --offset ${offset + shown})\n` : '';
