/**
 * Errors of the browser and of Node name files, and so the user's name: the paths of the home directory and of temporary
 * directories are replaced in everything that is reported.
 */
import { realpathSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';

/** A path ends where a name ends: `/root` is not the beginning of `/rooted`. */
const END = '(?![\\w.-])';
const START = '(?<![\\w.-])';
/** Also homes of other users, and those whose rest was cut off. */
const HOMES = /(?<![\w.-])\/(?:home|Users)\/[^/"'\s:)]+/g;

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** As it is written, and without symbolic links. */
function spellings(path: string): string[] {
  try {
    return [path, realpathSync(path)];
  } catch {
    return [path];
  }
}

export interface PrivatePlaces {
  readonly home: string;
  readonly temporary: string;
}
const here = (): PrivatePlaces => ({ home: homedir(), temporary: tmpdir() });

/** The same value with `~` and `TMPDIR` instead of these directories, in every text and name of a field. */
export function withoutPaths<T>(value: T, { home, temporary }: PrivatePlaces = here()): T {
  const rules = [
    ...spellings(temporary).map((path) => [path, 'TMPDIR'] as const),
    ...spellings(home).map((path) => [path, '~'] as const),
  ]
    .map(([path, word]) => [path.replace(/\/+$/, ''), word] as const)
    .filter(([path]) => path !== '')
    // A directory in the home directory comes before that.
    .sort(([one], [other]) => other.length - one.length)
    .map(([path, word]) => [new RegExp(`${START}${literal(path)}${END}`, 'g'), word] as const);
  const clean = (text: string): string =>
    rules.reduce((rest, [path, word]) => rest.replace(path, word), text).replace(HOMES, '~');
  const walk = (one: unknown): unknown => {
    if (typeof one === 'string') return clean(one);
    if (Array.isArray(one)) return one.map(walk);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([name, inner]) => [clean(name), walk(inner)]));
  };
  return walk(value) as T;
}
