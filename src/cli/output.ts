// Writes to stdout (the answer) and stderr (everything else), completely before the program exits. A closed pipe is not an
// error.
import { fstatSync, writeSync } from 'node:fs';
import type { Fault } from '../protocol/fault.js';
import { printable, printableJson } from '../protocol/printable.js';

export { printable, printableIn } from '../protocol/printable.js';

export type Output = 'text' | 'json' | 'jsonl';
export const OUTPUTS: readonly Output[] = ['text', 'json', 'jsonl'];

/** Writes all data, also to a non-blocking pipe; ends the program silently when the reader of stdout has closed it. */
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

/** JSON for stdout. */
export const json = (value: unknown, output: Output): string =>
  `${printableJson(value, output === 'json' ? 2 : 0)}\n`;

/** Any character device counts as a terminal, which does no harm for /dev/null: node:tty would cost 0.3 ms. */
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

/** Prints an error on stderr: a reason and a command to try, or for JSON the error object of JSON-RPC on one line. */
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
