// The errors of a configuration, as data and as text. All mistakes are reported at once.

/** The source of a value. */
export type Origin =
  | { readonly from: 'default' }
  | { readonly from: 'file'; readonly file: string; readonly line: number | null }
  | { readonly from: 'environment'; readonly name: string }
  | { readonly from: 'flag'; readonly flag: string };

/** `/etc/wad/wad.toml:3`, `WAD_LOG_LEVEL`, `--log-level` or `default`. */
export function originText(origin: Origin): string {
  switch (origin.from) {
    case 'default':
      return 'default';
    case 'file':
      return origin.line === null ? origin.file : `${origin.file}:${origin.line}`;
    case 'environment':
      return origin.name;
    case 'flag':
      return `--${origin.flag}`;
  }
}

export interface Mistake {
  readonly origin: Origin;
  /** The full name of the key as written, or null when the mistake concerns the whole file. */
  readonly key: string | null;
  readonly says: string;
  readonly expected: string | null;
  /** The given value as JSON, shortened. */
  readonly got: string | null;
  /** The nearest valid name or word. */
  readonly nearest: string | null;
}

/** One line for one mistake. */
export const mistakeText = ({ origin, key, says, expected, got, nearest }: Mistake): string =>
  [
    `${originText(origin)}: ${key === null ? '' : `${key}: `}${says}`,
    expected === null ? '' : `, expected ${expected}`,
    got === null ? '' : `, got ${got}`,
    nearest === null ? '' : `; did you mean ${nearest}?`,
  ].join('');

/** The exit statuses of a bad configuration. systemd does not restart after 64 or 78. */
export const EXIT_USAGE = 64;
export const EXIT_CONFIG = 78;

/** Thrown by loadConfig. `exit` is 64 when only flags are at fault, else 78. */
export class ConfigError extends Error {
  readonly mistakes: readonly Mistake[];
  readonly exit: typeof EXIT_USAGE | typeof EXIT_CONFIG;

  constructor(mistakes: readonly Mistake[]) {
    super(mistakes.map(mistakeText).join('\n'));
    this.name = 'ConfigError';
    this.mistakes = mistakes;
    this.exit = mistakes.every(({ origin }) => origin.from === 'flag') ? EXIT_USAGE : EXIT_CONFIG;
  }
}

/** A value for messages: JSON, shortened, without credentials in URLs. */
export function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  const safe = json.replace(/(\w+:\/\/)[^\s"/@]+@/g, '$1…@');
  return safe.length > 200 ? `${safe.slice(0, 199)}…` : safe;
}
