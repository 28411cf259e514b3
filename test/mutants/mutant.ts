// The type of a mutation: a faulty change at one place in src/, and the tests that must fail on it.

export interface Mutant {
  /** The path below src/, without extension. */
  readonly file: string;
  /** Text that occurs once in the file. If it is gone, the mutation is reported and must be adapted. */
  readonly from: string;
  readonly to: string;
  /** Files below test/, without `.test.ts`. The first failure is enough, so the fastest comes first. */
  readonly tests: readonly string[];
}

/** `survived`: every test passed; `gone`: the text does not occur exactly once. */
export type End = { readonly end: 'noticed'; readonly by: string } | { readonly end: 'survived' | 'gone' };

export const nameOf = ({ file, from, to }: Mutant): string =>
  `${file}: ${line(from)} → ${line(to) || '(gone)'}`;

const line = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ⏎ ');
