// Prints rows under headings, each column as wide as its widest cell. For people; programs take -o json.
import { bold } from '../output.js';
import { displayWidth, padded } from './display-width.js';

/**
 * The last column may be as long as it likes.
 * @param rows printable cells; a row may be shorter than the headings. Empty: nothing at all, not even headings
 */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const widths = headings.map((heading, i) =>
    Math.max(displayWidth(heading), ...rows.map((row) => displayWidth(row[i] ?? ''))),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => padded(cell, widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [bold(line(headings)), ...rows.map(line), ''].join('\n');
}

/** What is said below a list that was cut off. */
export const rest = (shown: number, offset: number, total: number): string =>
  offset + shown < total ? `(${shown} of ${total}; go on with --offset ${offset + shown})\n` : '';
