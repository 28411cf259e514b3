// A change for the worse of one place in src/, and the tests that must fail on it.

export interface Mutant {
  /** Below src/, without its ending. */
  readonly file: string;
  /** Stands once in the file: a change whose place has gone is reported, and has to be found anew. */
  readonly from: string;
  readonly to: string;
  /** Files below test/, without `.test.ts`; the first to fail is enough, so the fastest comes first. */
  readonly tests: readonly string[];
}

/** `survived`: every test passed; `gone`: the text is not there, or not once. */
export type End = { readonly end: 'noticed'; readonly by: string } | { readonly end: 'survived' | 'gone' };

export const nameOf = ({ file, from, to }: Mutant): string =>
  `${file}: ${line(from)} → ${line(to) || '(gone)'}`;

const line = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ⏎ ');
