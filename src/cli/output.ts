// Writes to stdout and stderr: everything is written before the program exits, and a closed pipe is not an error.
// stdout is the answer, stderr everything else.
import { fstatSync, writeSync } from 'node:fs';
import type { Fault } from '../protocol/fault.js';

export type Output = 'text' | 'json' | 'jsonl';
export const OUTPUTS: readonly Output[] = ['text', 'json', 'jsonl'];

/** Writes all of it, also to a pipe that does not block; ends the program quietly when stdout's reader has gone. */
export function write(fd: number, data: string | Uint8Array): void {
  let rest: Uint8Array = typeof data === 'string' ? Buffer.from(data) : data;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EAGAIN') {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      } else if (fd === 2) {
        return;
      } else if (code === 'EPIPE') {
        process.exit(0);
      } else {
        write(2, `wactl: cannot write the answer: ${(error as Error).message}\n`);
        process.exit(1);
      }
    }
  }
}

/** Controls, and marks that turn the direction of a line. */
const OBEYED =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** JSON for stdout. What JSON leaves bare and terminals obey is escaped, which changes no value. */
export const json = (value: unknown, output: Output): string => {
  const text = JSON.stringify(value, null, output === 'json' ? 2 : undefined);
  return `${text.replace(OBEYED, (char) => (char === '\n' ? char : escaped(char)))}\n`;
};

/** Text from strangers, for a terminal: one line, with nothing in it that a terminal would obey. */
export const printable = (text: string): string => text.replace(/\r?\n/g, '\\n').replace(OBEYED, escaped);

/** An answer with every text in it printable, names of fields as well: what is drawn of it cannot do harm. */
export function printableIn<T>(value: T): T {
  if (typeof value === 'string') return printable(value) as T;
  if (Array.isArray(value)) return value.map(printableIn) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [printable(name), printableIn(inner)]),
  ) as T;
}

/** A character device will do for a terminal (/dev/null does not mind); node:tty costs the fast path 0.3 ms. */
const colourful = (): boolean =>
  !process.env.NO_COLOR && process.env.TERM !== 'dumb' && fstatSync(1).isCharacterDevice();

export type Paint = (text: string) => string;
const paint =
  (code: number): Paint =>
  (text) =>
    colourful() ? `\u001b[${code}m${text}\u001b[0m` : text;
export const green = paint(32);
export const yellow = paint(33);
export const red = paint(31);
export const bold = paint(1);

/** An error on stderr: for people a reason and a command to try, else JSON-RPC's error object on one line. */
export function complain(fault: Fault, output: Output): void {
  if (output !== 'text') {
    write(2, json(fault.toWire(), 'jsonl'));
    return;
  }
  const { retryAfterMs } = fault.details;
  const wait = retryAfterMs === undefined ? '' : ` (again in ${Math.ceil(retryAfterMs / 1000)} s)`;
  write(2, `wactl: ${printable(fault.message)}${wait}\n`);
  if (fault.hint !== null) write(2, `  try: ${printable(fault.hint)}\n`);
}
