// Finds programs that some tests need and that no npm package provides.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';

/** Returns the executable file for a command's name or path; null when there is none. */
export function programPath(name: string): string | null {
  const directories = name.includes('/') ? ['.'] : (process.env.PATH ?? '').split(delimiter);
  return directories.map((directory) => resolve(directory, name)).find(isProgram) ?? null;
}

/**
 * A value for `skip`: false when the program is installed, else the reason. `scripts/test --all` recognises
 * the reason by its first word and fails on it, because the program could have been installed.
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
