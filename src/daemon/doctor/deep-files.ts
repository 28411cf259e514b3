// The files of `wad --canary --deep`: what is compared with is read, and where to write is checked, before the browser starts;
// a file that cannot be written afterwards takes nothing else away. Only regular files are replaced, because a link, a pipe or
// a device at the path is something that a person has put there for another purpose.
import { access, constants, lstat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Archive, BuildEntry } from '../../canary/builds.js';
import type { CanaryFailed, DeepReport } from '../../canary/report.js';
import { PACKAGE } from '../../local/package.js';
import { printableJson } from '../../protocol/printable.js';
import { writeDurably } from '../../session-dir/durable-file.js';
import type { DeepFiles } from '../flags.js';

export interface Builds {
  /** Of `--archive`. */
  readonly kept: Archive;
  /** What a build is compared with: without an archive, the one that wad has. */
  readonly known: Archive;
}

/** @throws Error, one sentence: a file cannot be used */
export async function openFiles(files: DeepFiles): Promise<Builds> {
  for (const [option, file] of Object.entries(files)) if (file !== undefined) await refuse(option, file);
  const { readArchive } = await import('../../canary/index.js');
  const none: Archive = { builds: [] };
  const kept = files.archive === undefined ? null : await readArchive(files.archive);
  return {
    kept: kept ?? none,
    known: kept ?? (await readArchive(join(PACKAGE, 'docs/builds.json'))) ?? none,
  };
}

async function refuse(option: string, file: string): Promise<void> {
  const directory = dirname(resolve(file));
  try {
    // Each file is replaced by a new one.
    await access(directory, constants.W_OK | constants.X_OK);
    await refuseOther(file);
  } catch (error) {
    throw new Error(`--${option} ${file} cannot be written: ${(error as Error).message}`);
  }
}

/** @throws Error: there is something that is no regular file */
async function refuseOther(file: string): Promise<void> {
  const there = await lstat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (there === null || there.isFile()) return;
  if (there.isSymbolicLink()) throw new Error('it is a symbolic link; name its target');
  throw new Error(there.isDirectory() ? 'it is a directory' : 'it is no regular file');
}

export interface Written {
  readonly result: DeepReport | CanaryFailed;
  readonly entry: BuildEntry | null;
  readonly kept: Archive;
}

/**
 * Writes each file that was asked for.
 * @returns why files could not be written, a sentence for each
 */
export async function writeFiles(files: DeepFiles, { result, entry, kept }: Written): Promise<string[]> {
  const { deepMetrics, renderArchive, withEntry } = await import('../../canary/index.js');
  const { archive, report, textfile } = files;
  const troubles: string[] = [];
  const attempt = async (option: string, file: string, text: string, mode?: number): Promise<void> => {
    try {
      // It may have come since, and a run that was refused because of it still writes the other files.
      await refuseOther(file);
      await writeDurably(file, text, mode);
    } catch (error) {
      troubles.push(`--${option} ${file} was not written: ${(error as Error).message}`);
    }
  };
  if (report !== undefined) await attempt('report', report, `${printableJson(result, 2)}\n`);
  if (archive !== undefined && entry !== null)
    await attempt('archive', archive, renderArchive(withEntry(kept, entry)));
  // node_exporter reads it at any time, as another user.
  if (textfile !== undefined) await attempt('textfile', textfile, deepMetrics(result, Date.now()), 0o644);
  return troubles;
}
