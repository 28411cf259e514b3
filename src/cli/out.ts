// Where a command writes what -O, --png and FILE name: a file, or a descriptor that this program was started with.

import { openWholeFile, type WholeFile } from '../local/whole-file.js';
import { Fault } from '../protocol/fault.js';
import { write } from './output.js';

/** `-`, /dev/stdout and what a shell makes of `>(…)`: links that lead to no file of anybody's. */
function inherited(path: string): number | null {
  if (path === '-' || path === '/dev/stdout') return 1;
  if (path === '/dev/stderr') return 2;
  const fd = /^\/(?:dev|proc\/self)\/fd\/(\d{1,9})$/.exec(path)?.[1];
  return fd === undefined ? null : Number(fd);
}

/** Whether the answer goes to stdout, where nothing else may then be. */
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

/** All of it at once. @throws (rejects) Fault usage */
export async function writeOut(command: string, path: string, bytes: Uint8Array): Promise<void> {
  const out = await openOut(command, path);
  try {
    await out.write(bytes);
    await out.done();
  } finally {
    await out.abandon();
  }
}
