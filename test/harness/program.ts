// Programs that some tests run and that no package of ours brings along.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';

/** The file that a command's name, or path, stands for; null where there is none that can be run. */
export function programPath(name: string): string | null {
  const directories = name.includes('/') ? ['.'] : (process.env.PATH ?? '').split(delimiter);
  return directories.map((directory) => resolve(directory, name)).find(isProgram) ?? null;
}

/**
 * For `skip`: false where the program is installed, else the reason. `scripts/test --all` knows the reason by its first
 * word and fails on it, since installing the program would have prevented it.
 */
export const lacks = (program: string): string | false => programPath(program) === null && `lacks ${program}`;

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
