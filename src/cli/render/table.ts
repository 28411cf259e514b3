// Prints rows under headings, each column as wide as its widest cell. It is for people; programs use -o json.
import { bold } from '../output.js';
import { displayWidth, padded } from './display-width.js';

/**
 * The last column is not limited in width.
 * @param rows printable cells; a row may be shorter than the headings. Without rows the result is empty, without headings
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

/** The line below a list with more entries. */
export const rest = (shown: number, offset: number, total: number): string =>
  offset + shown < total ? `(${shown} of ${total}; continue with --offset ${offset + shown})\n` : '';
