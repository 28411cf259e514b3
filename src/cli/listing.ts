// The options of every list command, their translation to parameters of the daemon, and the output of a list.
import { Fault } from '../protocol/fault.js';
import type { Context, Options } from './command.js';

export const LISTING = {
  query: { type: 'text', alias: 'q', value: 'WORD', does: 'only entries with this in the name or number' },
  limit: { type: 'text', value: 'N', does: 'the most entries (default: 100; 1000 at most)' },
  offset: { type: 'text', value: 'N', does: 'skip the first N' },
} as const satisfies Options;

/** Parses the whole number of an option. @throws Fault usage */
export function whole(name: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value <= max) return value;
  throw new Fault('usage', { reason: `--${name}: "${text}" is not a whole number up to ${max}`, hint: null });
}

export function listing(options: { query?: string; limit?: string; offset?: string }) {
  const limit = whole('limit', options.limit, 1000);
  const offset = whole('offset', options.offset, 1_000_000);
  return {
    ...(options.query === undefined ? {} : { query: options.query }),
    ...(limit === undefined ? {} : { limit: Math.max(limit, 1) }),
    ...(offset === undefined ? {} : { offset }),
  };
}

/** Prints a list on stdout. For an empty list in text, a note goes to stderr and nothing to stdout. */
export function showList(
  { show, note, output }: Pick<Context, 'show' | 'note' | 'output'>,
  answer: unknown,
  text: string,
  none: string,
): void {
  show(answer, () => text);
  if (output === 'text' && text === '') note(none);
}
