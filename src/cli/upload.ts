// Uploads the caller's file to the daemon in pieces. The daemon opens no path that a peer names, and may run as another
// user.
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { isatty } from 'node:tty';
import { type FileRef, MAX_ALBUM, MAX_BYTES, MAX_FILE_BYTES, type MediaKind } from '../protocol/content.js';
import { Fault } from '../protocol/fault.js';
import type { Context } from './command.js';
import { openSource, piecesOf } from './file-source.js';

const PIECE = 384 * 1024;

/** Why a file cannot be read, by the kernel's error. */
const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read',
  EISDIR: 'it is a directory',
  ETIMEDOUT: 'it is a pipe, and nobody has written to it',
};

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
  { ask, output, timeoutMs }: Pick<Context, 'ask' | 'output' | 'timeoutMs'>,
  path: string,
  command = 'send',
): Promise<Pick<FileRef, 'id' | 'mimetype' | 'size'>> {
  const refuse = (error: unknown): never => {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new Fault('usage', {
      reason: `${command}: ${path}: ${WHY[code] ?? code}`,
      hint: null,
      cause: error,
    });
  };
  const source = await openSource(path, timeoutMs).catch(refuse);
  // Needed only on a terminal, so it is loaded only then, from the bundle of full.ts.
  const progress =
    output === 'text' && isatty(2)
      ? new (await import('../local/progress.js')).Progress('uploading', source.size)
      : null;
  try {
    const pieces = piecesOf(source.chunks, PIECE);
    let id: string | undefined;
    for (let offset = 0; ; ) {
      const { value: piece = Buffer.alloc(0) } = await pieces.next().catch(refuse);
      // The size of a pipe, or of a growing file, is not known in advance.
      if (offset + piece.length > MAX_FILE_BYTES) throw tooLarge(path, 'more than that');
      const answer = await ask('media.put', {
        ...(id === undefined ? (path === '-' ? {} : { name: basename(path) }) : { upload: id }),
        offset,
        done: piece.length < PIECE,
        data: piece.toString('base64'),
      });
      id = answer.upload;
      offset += piece.length;
      progress?.add(piece.length);
      if (answer.file !== null) return answer.file;
    }
  } finally {
    progress?.end();
    await source.close();
  }
}
