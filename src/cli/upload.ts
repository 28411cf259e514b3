// Uploads the caller's file to the daemon in pieces. The daemon opens no path that a peer names, and may run as another
// user.
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { isatty } from 'node:tty';
import { type FileRef, MAX_ALBUM, MAX_BYTES, MAX_FILE_BYTES, type MediaKind } from '../protocol/content.js';
import { Fault } from '../protocol/fault.js';
import type { Context } from './command.js';

const PIECE = 384 * 1024;

const tooLarge = (path: string, size: string): Fault =>
  new Fault('media_too_large', {
    reason: `${path} is too large (${size}); WhatsApp accepts files of up to ${MAX_FILE_BYTES / 2 ** 20} MiB`,
  });

/** The files that WhatsApp shows as pictures and films, as the daemon sends them. */
const PICTURE = /^image\/(jpeg|png|webp)$/;
const FILM = /^video\/(mp4|3gpp|quicktime)$/;

/** Whether WhatsApp shows these files as one album. @param as what they are to be shown as */
export function areAlbum(
  files: readonly Pick<FileRef, 'mimetype' | 'size'>[],
  as: MediaKind | undefined,
): boolean {
  if (files.length < 2 || files.length > MAX_ALBUM) return false;
  return files.every(({ mimetype, size }) => {
    const kind = PICTURE.test(mimetype) ? 'image' : FILM.test(mimetype) ? 'video' : null;
    return kind !== null && size <= MAX_BYTES[kind] && (as === undefined || as === kind);
  });
}

/** Refuses a file that is too large before any file of the command is read. @throws Fault media_too_large */
export function checkSize(path: string): void {
  const stats = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() && stats.size > MAX_FILE_BYTES)
    throw tooLarge(path, `${(stats.size / 2 ** 20).toFixed(1)} MiB`);
}

/** @returns the file as the daemon has it. @throws Fault usage, and the faults of media.put */
export async function upload(
  { ask, output }: Pick<Context, 'ask' | 'output'>,
  path: string,
  command = 'send',
): Promise<Pick<FileRef, 'id' | 'mimetype' | 'size'>> {
  const refuse = (error: unknown): never => {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'it may not be read' : String(code);
    throw new Fault('usage', { reason: `${command}: ${path}: ${why}`, hint: null, cause: error });
  };
  let fd: number;
  try {
    fd = path === '-' ? 0 : openSync(path, 'r');
    if (fstatSync(fd).isDirectory()) throw Object.assign(new Error(), { code: 'it is a directory' });
  } catch (error) {
    return refuse(error);
  }
  const stats = fstatSync(fd);
  // Needed only on a terminal, so it is loaded only then, from the bundle of full.ts.
  const progress =
    output === 'text' && isatty(2)
      ? new (await import('../local/progress.js')).Progress('uploading', stats.isFile() ? stats.size : null)
      : null;
  try {
    let id: string | undefined;
    for (let offset = 0; ; ) {
      const buffer = Buffer.alloc(PIECE);
      let filled = 0;
      for (let read = -1; filled < PIECE && read !== 0; filled += read)
        read = readSync(fd, buffer, filled, PIECE - filled, null);
      // The size of a pipe, or of a growing file, is not known in advance.
      if (offset + filled > MAX_FILE_BYTES) throw tooLarge(path, 'longer than that');
      const answer = await ask('media.put', {
        ...(id === undefined ? (path === '-' ? {} : { name: basename(path) }) : { upload: id }),
        offset,
        done: filled < PIECE,
        data: buffer.toString('base64', 0, filled),
      });
      id = answer.upload;
      offset += filled;
      progress?.add(filled);
      if (answer.file !== null) return answer.file;
    }
  } finally {
    progress?.end();
    if (fd !== 0) closeSync(fd);
  }
}
