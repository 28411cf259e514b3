// The type of a row in the table of configuration keys, and one constructor per kind of value: its schema, its text for
// "expected", and its form in an environment variable or a flag.
import { z } from 'zod';
import { nearest } from '../protocol/nearest.js';

/** The values that a default may depend on; they are known before any key. */
export interface DefaultFrom {
  readonly account: string;
  readonly stateDir: string;
  /** The tables that occur in a source, even an empty `[http]`: some switch on what they configure. */
  readonly tables: ReadonlySet<string>;
  /** `crm` for a key of `[webhook.crm]`; empty for a key outside a family. */
  readonly member: string;
}

/** How a value is parsed from the string of an environment variable or a flag. */
export type Written = 'text' | 'path' | 'word' | 'yes-no' | 'number' | 'numbers' | 'words';

export interface Kind<T> {
  readonly schema: z.ZodType<T>;
  readonly written: Written;
  /** Completes "expected …". */
  readonly expects: string;
  readonly unit: string | null;
  /** The nearest valid value, for "did you mean". */
  readonly suggest?: (wrong: string) => string | null;
}

/** A flag of `wad` that sets a key. */
export interface KeyFlag {
  /** Without the dashes. `no-…` means that giving the flag sets the key to false. */
  readonly name: string;
  /** The placeholder of its value in `--help`; null: it takes no value. */
  readonly value: string | null;
  readonly does: string;
}

export interface KeyRow<T = unknown> extends Kind<T> {
  readonly row: true;
  readonly default: T | ((from: DefaultFrom) => T);
  /** The default in words, if it is not a plain value. */
  readonly defaultSays?: string;
  readonly doc: string;
  readonly flag?: KeyFlag;
  /** Another environment variable with the same meaning, in addition to the derived name. */
  readonly alsoEnv?: string;
  /** It has no default and must be given. */
  readonly required?: true;
  /** False: it can be changed while the daemon runs. */
  readonly restart: boolean;
}

type Rest<T> = Omit<KeyRow<T>, keyof Kind<T> | 'row' | 'restart'> & { readonly restart?: boolean };

/** Declares a row: the kind of value, then the other fields. */
export const key = <T>(kind: Kind<T>, rest: NoInfer<Rest<T>>): KeyRow<T> => ({
  row: true,
  restart: true,
  ...kind,
  ...rest,
});

export const yesNo = (): Kind<boolean> => ({
  schema: z.boolean(),
  written: 'yes-no',
  expects: 'true or false',
  unit: null,
});

export const choice = <const W extends string>(words: readonly W[]): Kind<W> => ({
  schema: z.enum(words) as unknown as z.ZodType<W>,
  written: 'word',
  expects: `one of ${words.map((w) => JSON.stringify(w)).join(', ')}`,
  unit: null,
  suggest: (wrong) => nearest(wrong, words),
});

export const count = (min: number, max: number, unit: string | null = null): Kind<number> => ({
  schema: z.int().min(min).max(max),
  written: 'number',
  expects: `a whole number from ${min} to ${max}${unit ? ` (${unit})` : ''}`,
  unit,
});

/** Milliseconds. */
export const ms = (min: number, max: number): Kind<number> => count(min, max, 'ms');

/** Minutes, with decimals. */
export const minutes = (max: number): Kind<number> => ({
  schema: z.number().min(0).max(max),
  written: 'number',
  expects: `a number from 0 to ${max} (minutes)`,
  unit: 'min',
});

/** A list of at least one number of milliseconds. */
export const msList = (min: number, max: number): Kind<readonly number[]> => ({
  schema: z.array(z.int().min(min).max(max)).min(1).max(100),
  written: 'numbers',
  expects: `a list of whole numbers from ${min} to ${max} (ms)`,
  unit: 'ms',
});

export const text = (pattern: RegExp, expects: string): Kind<string> => ({
  schema: z.string().regex(pattern),
  written: 'text',
  expects,
  unit: null,
});

// The kernel would end the path at a NUL.
const pathSchema = z
  .string()
  .min(1)
  .refine((path) => !path.includes('\0'));

/** A path, relative to the working directory, or with `~/` to the home directory. */
export const path = (): Kind<string> => ({
  schema: pathSchema,
  written: 'path',
  expects: 'a path (a string)',
  unit: null,
});

/** A path, or null when the daemon finds one by itself. Null cannot be written in a file. */
export const pathOrFound = (): Kind<string | null> => ({ ...path(), schema: pathSchema.nullable() });

/** An http or https URL. */
export const webAddress = (): Kind<string> => ({
  schema: z.url({ protocol: /^https?$/ }).max(2_000),
  written: 'text',
  expects: 'an address that begins with http:// or https://',
  unit: null,
});

/** A list of strings that each pass `accept`. */
export const words = (accept: (word: string) => boolean, expects: string): Kind<readonly string[]> => ({
  schema: z.array(z.string().refine(accept)).max(200),
  written: 'words',
  expects,
  unit: null,
});
