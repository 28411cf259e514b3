// Finds the package of this program: in a checkout, in an installation and in a bundle.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly engines?: { readonly node?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
}

export const manifestIn = (path: string): Manifest => JSON.parse(readFileSync(path, 'utf8')) as Manifest;

/** The nearest file of this name above `from`, or null. */
export function above(from: string, name: string): string | null {
  for (let dir = from; ; dir = dirname(dir)) {
    if (existsSync(join(dir, name))) return join(dir, name);
    if (dir === dirname(dir)) return null;
  }
}

function own(): string {
  const path = above(dirname(fileURLToPath(import.meta.url)), 'package.json');
  if (path === null) throw new Error('the program is not in a package');
  return path;
}

/** The folder of the package; files that are not code (systemd/) are below it. */
export const PACKAGE = dirname(own());
export const MANIFEST = manifestIn(own());
