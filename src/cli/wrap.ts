// Wraps text to 80 columns: paragraphs, and two columns of terms and descriptions.

export const COLUMNS = 80;
/** A longer term gets a line of its own. */
const MAX_TERM = 26;

/** Lines of at most `width` characters; words stay whole. */
export function wrap(text: string, width = COLUMNS): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) lines[lines.length - 1] += ` ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Wraps paragraphs, which are separated by empty lines. */
export const paragraphs = (text: string): string =>
  text
    .split('\n\n')
    .map((one) => wrap(one).join('\n'))
    .join('\n\n');

/** Terms and their descriptions in two columns. */
export function columns(rows: readonly (readonly [term: string, says: string])[]): string {
  const left = Math.min(Math.max(...rows.map(([term]) => term.length)), MAX_TERM);
  return rows
    .flatMap(([term, says]) => {
      const [first = '', ...rest] = wrap(says, COLUMNS - left - 4);
      const indented = rest.map((line) => `${' '.repeat(left + 4)}${line}`);
      return term.length <= left
        ? [`  ${term.padEnd(left)}  ${first}`, ...indented]
        : [`  ${term}`, `${' '.repeat(left + 4)}${first}`, ...indented];
    })
    .join('\n');
}
