// The text of an error that ends `wad` before it serves an account.
import { ConfigError } from '../config/error.js';
import { Fault } from '../protocol/fault.js';
import { printable, printableJson } from '../protocol/printable.js';

/** In the requested form, and safe for a terminal: names of files and texts of other programs come from strangers. */
export function refusal(error: ConfigError | Fault, output: 'text' | 'json'): string {
  const fault = error instanceof Fault ? error : new Fault('bad_config', { reason: error.message });
  if (output === 'json') return printableJson(fault.toWire());
  // A wrong configuration has a line for each mistake.
  const says =
    error instanceof ConfigError
      ? fault.message.split('\n').map(printable).join('\n')
      : printable(fault.message);
  return `wad: ${says}${fault.hint === null ? '' : `\n  try: ${printable(fault.hint)}`}`;
}
