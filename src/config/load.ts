// Loads the configuration: defaults < files < environment < flags. It is validated completely before anything starts, and
// the source of every value is recorded.
import { resolve } from 'node:path';
import { readBounded, UnfitFile } from '../local/bounded-file.js';
import { ConfigError, type Mistake, type Origin } from './error.js';
import { type Config, FAMILIES, memberRows, type NamedRow, ROWS } from './keys.js';
import { check, type Reading, readEnvironment, readFlags, readToml } from './read.js';

export interface LoadFrom {
  readonly account: string;
  readonly stateDir: string;
  /** The files, in reading order; a missing one is skipped. */
  readonly configFiles: readonly string[];
  /** `--config`: read instead of the files above; it must exist. */
  readonly configFile?: string | undefined;
  /** Read after `--config`, too; a missing one is skipped. */
  readonly fleetFile?: string | null | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Flags by name without the dashes; true for one that takes no value. */
  readonly flags?: Readonly<Record<string, string | true | undefined>>;
  /** The base of relative paths, also in a file: `dataPath = "./.wwebjs_auth"` means the project's folder. */
  readonly cwd: string;
  readonly home: string;
}

export interface Loaded {
  readonly config: Config;
  /** By full name of the key. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** The files that existed and were read. */
  readonly files: readonly string[];
  /** One sentence each. They do not stop the daemon. */
  readonly warnings: readonly string[];
}

/** A larger file is not a configuration. */
const MAX_BYTES = 1_048_576;

/**
 * The configuration of one daemon.
 * @throws ConfigError with every mistake of every source; `exit` is 64 when only flags are at fault, else 78
 */
export function loadConfig(from: LoadFrom): Loaded {
  const mistakes: Mistake[] = [];
  const readings: Reading[] = [];
  const tables = new Set<string>();
  const files: string[] = [];
  const required = from.configFile === undefined ? null : resolve(from.cwd, from.configFile);
  const beside = from.fleetFile ? [from.fleetFile] : [];
  for (const file of required === null ? from.configFiles : [required, ...beside]) {
    const toml = readFile(file, file === required, mistakes);
    if (toml === null) continue;
    files.push(file);
    const read = readToml(file, toml);
    readings.push(...read.readings);
    mistakes.push(...read.mistakes);
    for (const table of read.tables) tables.add(table);
  }
  const environment = readEnvironment(from.env);
  readings.push(...environment.readings, ...readFlags(from.flags ?? {}).readings);

  // Each value is checked, even one that a later source overrides.
  const values = new Map<string, unknown>();
  const origins = new Map<string, Origin>();
  for (const reading of readings) {
    const wrong = check(reading);
    if (wrong !== null) mistakes.push(wrong);
    tables.add(tableOf(reading.row.name));
    values.set(reading.row.name, reading.value);
    origins.set(reading.row.name, reading.origin);
  }
  const members = [...tables].filter((table) => table.includes('.'));
  const rows = [...ROWS, ...members.flatMap(memberRows)];
  for (const row of rows) if (row.required && !values.has(row.name)) mistakes.push(missing(row, readings));
  if (mistakes.length > 0) throw new ConfigError(mistakes);

  const tree: Record<string, unknown> = Object.fromEntries(Object.keys(FAMILIES).map((name) => [name, {}]));
  for (const row of rows) {
    const given = values.get(row.name);
    if (given === undefined) origins.set(row.name, { from: 'default' });
    const member = tableOf(row.name).split('.')[1] ?? '';
    const value =
      given ?? (typeof row.default === 'function' ? row.default({ ...from, tables, member }) : row.default);
    place(tree, row.name, row.written === 'path' ? located(value, row, from) : value);
  }
  // The cast is safe: the tree has exactly the rows of the table, each checked by its schema.
  return { config: tree as unknown as Config, origins, files, warnings: environment.warnings };
}

function readFile(file: string, required: boolean, mistakes: Mistake[]): string | null {
  try {
    return readBounded(file, MAX_BYTES).toString();
  } catch (error) {
    const { code = 'EIO' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !required) return null;
    const why = {
      ENOENT: 'there is no such file',
      EACCES: 'no permission to read it',
    };
    mistakes.push({
      origin: required ? { from: 'flag', flag: 'config' } : { from: 'file', file, line: null },
      key: required ? file : null,
      says: error instanceof UnfitFile ? error.why : ((why as Record<string, string>)[code] ?? code),
      expected: null,
      got: null,
      nearest: null,
    });
    return null;
  }
}

/** Resolves a path. A bare name of a browser is kept, because it is looked up in PATH. */
function located(value: unknown, row: NamedRow, { cwd, home }: LoadFrom): unknown {
  if (typeof value !== 'string') return value;
  if (row.name === 'browser.path' && !value.includes('/')) return value;
  return value === '~' || value.startsWith('~/') ? resolve(home, value.slice(2)) : resolve(cwd, value);
}

/** `webhook.crm` of `webhook.crm.url`; empty for a key at the top. */
const tableOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('.')));

/** The mistake of a missing key; its origin is the first occurrence of its table. */
const missing = (row: NamedRow, readings: readonly Reading[]): Mistake => ({
  origin: readings.find(({ row: other }) => tableOf(other.name) === tableOf(row.name))?.origin ?? {
    from: 'default',
  },
  key: row.name,
  says: 'is missing',
  expected: row.expects,
  got: null,
  nearest: null,
});

function place(tree: Record<string, unknown>, name: string, value: unknown): void {
  const words = name.split('.');
  const last = words.pop() ?? '';
  let table = tree;
  for (const word of words) {
    table[word] ??= {};
    table = table[word] as Record<string, unknown>;
  }
  table[last] = value;
}
