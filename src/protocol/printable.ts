/** Texts from strangers, such as messages and errors of a page, made safe to print on a terminal. */

/** Control characters, and marks that change the direction of text. */
const OBEYED =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
/** Of one such character: its escape sequence in JSON. */
const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Makes text from strangers safe for a terminal: one line, without characters that a terminal interprets. */
export const printable = (text: string): string => text.replace(/\r?\n/g, '\\n').replace(OBEYED, escaped);

/** Makes every string in an answer printable, including the names of fields. */
export function printableIn<T>(value: T): T {
  if (typeof value === 'string') return printable(value) as T;
  if (Array.isArray(value)) return value.map(printableIn) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [printable(name), printableIn(inner)]),
  ) as T;
}

/** JSON for a terminal. Characters that terminals interpret and JSON does not escape are escaped, which changes no value. */
export const printableJson = (value: unknown, indent = 0): string =>
  JSON.stringify(value, null, indent).replace(OBEYED, (char) => (char === '\n' ? char : escaped(char)));
