// Where a listener to all accounts continues: a cursor for each account, as one text. It is the id of each server-sent event.
//   shop:1767225600120,support:1767225600007,*:1767225600000
// `*` is for accounts that are not listed: their events from this time on, in milliseconds since 1970.
import { Fault } from '../protocol/fault.js';
import { isAccountName } from '../protocol/names.js';

const MAX_CHARS = 64 * 1024;
const REST = '*';

/** Nothing to close. */
export class CursorVector {
  readonly #cursors: Map<string, number>;
  /** Accounts without a cursor begin at this time, in milliseconds since 1970. */
  readonly sinceMs: number;

  /** True when it continues no earlier stream. */
  readonly isNew: boolean;

  private constructor(cursors: Map<string, number>, sinceMs: number, isNew: boolean) {
    this.isNew = isNew;
    this.#cursors = cursors;
    this.sinceMs = sinceMs;
  }

  static startingAt(nowMs: number): CursorVector {
    return new CursorVector(new Map(), nowMs, true);
  }

  /** @throws Fault invalid_params */
  static parse(text: string): CursorVector {
    const cursors = new Map<string, number>();
    let sinceMs: number | null = null;
    const parts = text.length > MAX_CHARS ? [''] : text.split(',');
    for (const part of parts) {
      const [, name = '', digits = ''] = /^([^:]+):(\d{1,16})$/.exec(part) ?? [];
      const value = Number(digits);
      const isValid = digits !== '' && Number.isSafeInteger(value);
      if (isValid && name === REST && sinceMs === null) sinceMs = value;
      else if (isValid && isAccountName(name) && !cursors.has(name)) cursors.set(name, value);
      else throw invalid('a part is not NAME:CURSOR');
    }
    if (sinceMs === null) throw invalid('*:MILLISECONDS is missing');
    return new CursorVector(cursors, sinceMs, false);
  }

  /** The cursor of an account; null when it begins at `sinceMs`. */
  get(account: string): number | null {
    return this.#cursors.get(account) ?? null;
  }

  set(account: string, cursor: number): void {
    this.#cursors.set(account, cursor);
  }

  toString(): string {
    const listed = [...this.#cursors].map(([name, cursor]) => `${name}:${cursor}`);
    return [...listed, `${REST}:${this.sinceMs}`].join(',');
  }
}

const invalid = (why: string): Fault =>
  new Fault('invalid_params', {
    reason: `after: not the id of an event of this stream: ${why}`,
    hint: null,
  });
