/** An archive in a file. Every entry is checked when it is read, so that nothing is found in it after a run. */
import { readFile } from 'node:fs/promises';
import { type Archive, type BuildEntry, parseArchive } from './builds.js';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const each =
  (check: Check): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((one) => check(one));

const FIELDS: Readonly<Record<keyof BuildEntry, Check>> = {
  build: isText,
  seen: isText,
  note: (value) => value === undefined || isText(value),
  wad: isText,
  steps: each(isText),
  repairs: each(isText),
  unknownRequests: isTexts,
  shapes: each(isText),
  exports: each(isTexts),
};

/** @returns null when there is no such file. @throws Error, one sentence, for a file that is no archive */
export async function readArchive(file: string): Promise<Archive | null> {
  try {
    const archive = parseArchive(await readFile(file, 'utf8'));
    for (const entry of archive.builds) {
      const bad = Object.entries(FIELDS).find(([name, check]) => !check(entry[name as keyof BuildEntry]));
      if (bad !== undefined) throw new Error(`its build ${entry.build} has no usable "${bad[0]}"`);
    }
    return archive;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(`${file} cannot be used as an archive: ${(error as Error).message}`);
  }
}
