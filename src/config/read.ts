// Reads the values of one source (a TOML text, the environment, or flags), each with its key and origin, and the mistakes
// in it.
import { parse, TomlError } from 'smol-toml';
import { nearest } from '../protocol/nearest.js';
import { type Mistake, type Origin, shown } from './error.js';
import { FAMILIES, MEMBER, memberRows, type NamedRow, ROWS, rowOf, TABLES } from './keys.js';
import { lines, locate } from './locate.js';

export interface Reading {
  readonly row: NamedRow;
  readonly value: unknown;
  readonly origin: Origin;
}

export interface Readings {
  readonly readings: readonly Reading[];
  readonly mistakes: readonly Mistake[];
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** The nearest key. A key without its table also matches: `level` at the top suggests `log.level`. */
function nearestKey(name: string): string | null {
  const names = ROWS.map((row) => row.name);
  const table = name.includes('.') ? `${name.slice(0, name.indexOf('.'))}.` : '';
  const inTable = nearest(
    name,
    names.filter((other) => table === '' || other.startsWith(table)),
  );
  const last = name.slice(name.lastIndexOf('.') + 1);
  return inTable ?? nearest(name, names) ?? names.find((other) => other.endsWith(`.${last}`)) ?? null;
}

/** The keys and tables of one TOML text; unknown ones are mistakes. */
export function readToml(file: string, toml: string): Readings & { readonly tables: readonly string[] } {
  const at = (line: number | null): Origin => ({ from: 'file', file, line });
  let tree: Record<string, unknown>;
  try {
    tree = parse(toml);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const says = error.message.split('\n')[0]?.replace('Invalid TOML document: ', '') ?? 'not TOML';
    return { readings: [], tables: [], mistakes: [mistake(at(error.line), null, `not TOML: ${says}`)] };
  }
  const found = lines(toml);
  const readings: Reading[] = [];
  const mistakes: Mistake[] = [];
  const tables: string[] = [];
  const walk = (table: Record<string, unknown>, prefix: string) => {
    for (const [word, value] of Object.entries(table)) {
      const name = prefix + word;
      const origin = at(locate(found, name));
      const row = rowOf(name);
      if (row !== undefined) readings.push({ row, value, origin });
      else if (Object.hasOwn(FAMILIES, name) && isTable(value)) walkFamily(value, name);
      else if (TABLES.includes(name) && isTable(value)) {
        tables.push(name);
        walk(value, `${name}.`);
      } else if (TABLES.includes(name))
        mistakes.push(mistake(origin, name, 'is a table', { expected: `[${name}]`, got: shown(value) }));
      else if (isTable(value) && prefix === '')
        mistakes.push(mistake(origin, name, 'no such table', { nearest: bracketed(nearest(name, TABLES)) }));
      else mistakes.push(mistake(origin, name, 'no such key', { nearest: nearestKey(name) }));
    }
  };
  const walkFamily = (family: Record<string, unknown>, name: string) => {
    for (const [member, value] of Object.entries(family)) {
      const table = `${name}.${member}`;
      const origin = at(locate(found, table));
      const expected = `[${name}.NAME]`;
      if (!isTable(value))
        mistakes.push(mistake(origin, table, 'is a table', { expected, got: shown(value) }));
      else if (!MEMBER.test(member))
        mistakes.push(mistake(origin, table, 'a name has small letters, digits, "_" and "-", at most 32'));
      else {
        tables.push(table);
        walk(value, `${table}.`);
      }
    }
  };
  walk(tree, '');
  return { readings, mistakes, tables };
}

const bracketed = (table: string | null): string | null => (table === null ? null : `[${table}]`);

const mistake = (
  origin: Origin,
  key: string | null,
  says: string,
  { expected = null, got = null, nearest = null }: Partial<Mistake> = {},
): Mistake => ({ origin, key, says, expected, got, nearest });

/** Known variables that are not keys: the account, and one for wactl. */
const NOT_KEYS = ['WAD_ACCOUNT', 'WAD_SOCKET_OWNER', 'WAD_GATEWAY_SOCKET', 'WAD_ACCOUNT_CONFIG'];

/** The WAD_* variables, with a warning for each unknown one. An empty variable counts as absent. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Readings & {
  readonly warnings: readonly string[];
} {
  const readings: Reading[] = [];
  const known = new Set(NOT_KEYS);
  for (const row of ROWS) {
    const names = [row.env, ...(row.alsoEnv ? [row.alsoEnv] : [])];
    for (const name of names) known.add(name);
    const name = names.find((candidate) => env[candidate]);
    if (name === undefined) continue;
    readings.push({
      row,
      value: fromText(row, env[name] ?? ''),
      origin: { from: 'environment', name },
    });
  }
  for (const family of Object.keys(FAMILIES)) {
    for (const [name, text] of Object.entries(env)) {
      const [, member] = new RegExp(`^WAD_${family.toUpperCase()}_([A-Z0-9]+)_`).exec(name) ?? [];
      const row = memberRows(`${family}.${member?.toLowerCase()}`).find((one) => one.env === name);
      if (member === undefined || row === undefined || !text) continue;
      known.add(name);
      readings.push({ row, value: fromText(row, text), origin: { from: 'environment', name } });
    }
  }
  const warnings = Object.keys(env)
    .filter((name) => name.startsWith('WAD_') && !known.has(name))
    .sort()
    .map((name) => {
      const near = nearest(name, [...known]);
      return `${name}: no such variable${near === null ? '' : `; did you mean ${near}?`}`;
    });
  return { readings, mistakes: [], warnings };
}

/** Flags by name, without the dashes; true for one that takes no value. Flags that set no key are ignored. */
export function readFlags(flags: Readonly<Record<string, string | true | undefined>>): Readings {
  const readings: Reading[] = [];
  for (const row of ROWS) {
    const { name } = row.flag ?? {};
    const given = name === undefined ? undefined : flags[name];
    if (name === undefined || given === undefined) continue;
    const value = given === true ? !name.startsWith('no-') : fromText(row, given);
    readings.push({ row, value, origin: { from: 'flag', flag: name } });
  }
  return { readings, mistakes: [] };
}

/**
 * Parses a string as the value that its row requires. A string that cannot be parsed stays a string, and the schema
 * refuses it.
 */
function fromText(row: NamedRow, text: string): unknown {
  const number = (word: string): unknown => (/^\s*-?\d+(?:\.\d+)?\s*$/.test(word) ? Number(word) : word);
  switch (row.written) {
    case 'text':
    case 'path':
    case 'word':
      return text;
    case 'yes-no':
      return /^(true|yes|on|1)$/i.test(text) ? true : /^(false|no|off|0)$/i.test(text) ? false : text;
    case 'number':
      return number(text);
    case 'numbers':
      return text
        .replace(/^\s*\[|\]\s*$/g, '')
        .split(',')
        .map(number);
    case 'words':
      // Written as JSON if an item contains spaces.
      if (!text.trimStart().startsWith('[')) return text.split(/\s+/).filter(Boolean);
      try {
        return JSON.parse(text) as unknown;
      } catch {
        return text;
      }
  }
}

/** The mistake in a value, or null. For a list, it shows the wrong item. */
export function check({ row, value, origin }: Reading): Mistake | null {
  const { error } = row.schema.safeParse(value);
  if (error === undefined && value !== null) return null;
  const [at] = error?.issues[0]?.path ?? [];
  const wrong: unknown = Array.isArray(value) && typeof at === 'number' ? value[at] : value;
  return mistake(origin, row.name, 'bad value', {
    expected: row.expects,
    got: shown(wrong),
    nearest: typeof wrong === 'string' ? (row.suggest?.(wrong) ?? null) : null,
  });
}
