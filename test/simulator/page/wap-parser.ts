/**
 * WADeprecatedWapParser: reads the parts of a stanza. Only refusals are simulated, with the private parser of
 * WAWebHandleFailure.
 */
import { knobs } from './boot-record.js';

interface Stanza {
  readonly tag: string;
  readonly attrs: Readonly<Record<string, string>>;
}

export class WapParser<T> {
  readonly #read: (stanza: Stanza) => T;

  constructor(_name: string, read: (stanza: Stanza) => T) {
    this.#read = read;
  }

  parse(stanza: Stanza): { success: T } {
    return { success: this.#read(stanza) };
  }
}

const failures = new WapParser('failureParser', ({ attrs }) => ({ reason: Number(attrs.reason) }));

/** Reports that the server has refused the account. */
export function hearFailure(code: number): void {
  if (knobs.refusalIsHeard) failures.parse({ tag: 'failure', attrs: { reason: String(code) } });
}
