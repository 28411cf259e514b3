// Opens the output of -O, --png and FILE: a file, or a descriptor that this program has inherited.

import { openWholeFile, type WholeFile } from '../local/whole-file.js';
import { Fault } from '../protocol/fault.js';
import { write } from './output.js';

/** The descriptor for `-`, /dev/stdout and a shell's `>(…)`; null for a path of a file. */
function inherited(path: string): number | null {
  if (path === '-' || path === '/dev/stdout') return 1;
  if (path === '/dev/stderr') return 2;
  const fd = /^\/(?:dev|proc\/self)\/fd\/(\d{1,9})$/.exec(path)?.[1];
  return fd === undefined ? null : Number(fd);
}

/** True when the output goes to stdout; nothing else may be written there then. */
export const isStdout = (path: string): boolean => inherited(path) === 1;

/** @throws (rejects) Fault usage */
export async function openOut(command: string, path: string, mode?: number): Promise<WholeFile> {
  const fd = inherited(path);
  if (fd !== null)
    return { write: async (bytes) => write(fd, bytes), done: async () => {}, abandon: async () => {} };
  return openWholeFile(path, mode).catch((error) => {
    const { kind, details, message } = Fault.of(error);
    throw new Fault(kind, { ...details, reason: `${command}: ${message}` });
  });
}

/** Writes a whole file. @throws (rejects) Fault usage */
export async function writeOut(command: string, path: string, bytes: Uint8Array): Promise<void> {
  const out = await openOut(command, path);
  try {
    await out.write(bytes);
    await out.done();
  } finally {
    await out.abandon();
  }
}
