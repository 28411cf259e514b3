// The caller's file, to the daemon in pieces: it opens no path that we name, and may run as somebody else.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { Fault } from '../protocol/fault.js';
import type { Context } from './command.js';

const PIECE = 384 * 1024;

/** @returns the file's id. @throws Fault usage, and those of media.put */
export async function upload({ ask }: Pick<Context, 'ask'>, path: string): Promise<string> {
  const refuse = (error: unknown): never => {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'it may not be read' : String(code);
    throw new Fault('usage', { reason: `send: ${path}: ${why}`, hint: null, cause: error });
  };
  let fd: number;
  try {
    fd = path === '-' ? 0 : openSync(path, 'r');
    if (fstatSync(fd).isDirectory()) throw Object.assign(new Error(), { code: 'it is a directory' });
  } catch (error) {
    return refuse(error);
  }
  try {
    let id: string | undefined;
    for (let offset = 0; ; ) {
      const buffer = Buffer.alloc(PIECE);
      let filled = 0;
      for (let read = -1; filled < PIECE && read !== 0; filled += read)
        read = readSync(fd, buffer, filled, PIECE - filled, null);
      const answer = await ask('media.put', {
        ...(id === undefined ? (path === '-' ? {} : { name: basename(path) }) : { upload: id }),
        ...{ offset, done: filled < PIECE, data: buffer.toString('base64', 0, filled) },
      });
      id = answer.upload;
      offset += filled;
      if (answer.file !== null) return answer.file.id;
    }
  } finally {
    if (fd !== 0) closeSync(fd);
  }
}
