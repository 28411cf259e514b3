// Where a command prints: on the terminal, or among the answers of other accounts (many.ts).
import type { Fault } from '../protocol/fault.js';
import { complain, json, type Output, write } from './output.js';

export interface Sink {
  /** Prints the result as JSON, or the text made from it. */
  show(result: unknown, text: () => string): void;
  /** Prints one entry of a stream: a line of JSON, or its text. The headings come before the first text. */
  item(entry: object, text: () => string, headings?: string): void;
  /** Prints a remark on stderr. */
  note(text: string): void;
  /** Prints an error on stderr. */
  complain(fault: Fault): void;
}

export function terminal(output: Output): Sink {
  let isFirst = true;
  return {
    show: (result, text) => write(1, output === 'text' ? text() : json(result, output)),
    item: (entry, text, headings = '') => {
      if (output !== 'text') write(1, json(entry, 'jsonl'));
      else write(1, (isFirst ? headings : '') + text());
      isFirst = false;
    },
    note: (text) => write(2, `wactl: ${text}\n`),
    complain: (fault) => complain(fault, output),
  };
}
