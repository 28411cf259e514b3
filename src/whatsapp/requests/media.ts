// Transfers the files of messages between the page and a file, in both directions, in pieces.
import { randomBytes } from 'node:crypto';
import { openRegular } from '../../local/bounded-file.js';
import { Fault } from '../../protocol/fault.js';
import type { MediaPage } from '../../session/page-port.js';
import type { PageRpc } from './page-rpc.js';

/** A multiple of three, so that pieces of base64 can be joined. */
const PIECE = 3 * 2 ** 20;

/** The time limit of one poll for a finished download. */
const LOOK_MS = 15_000;
const FETCH_MS = 10 * 60_000;

export const mediaPage = (rpc: PageRpc): MediaPage => ({
  async fetch(message, maxBytes, write) {
    const token = randomBytes(8).toString('hex');
    const ask = () => rpc.step('media.download', 'incoming', 'ended', token, LOOK_MS);
    try {
      await rpc.step('media.download', 'incoming', 'begin', message, token, maxBytes);
      let what = null;
      for (const until = performance.now() + FETCH_MS; what === null && performance.now() < until; )
        what = await ask();
      if (what === null)
        throw new Fault('page_error', { reason: 'The file was not downloaded in time.', hint: null });
      for (let offset = 0; offset < what.size; offset += PIECE) {
        const piece = await rpc.step('media.download', 'incoming', 'piece', token, offset, PIECE);
        await write(what, Buffer.from(piece, 'base64'));
      }
    } finally {
      await rpc.step('media.download', 'incoming', 'drop', token).catch(() => undefined);
    }
  },
});

/** Reads a file as pieces of base64. It is closed after the last piece, or when the loop is left. */
export async function* piecesOf(path: string): AsyncGenerator<string> {
  const file = await openRegular(path).catch((cause: unknown) => {
    throw new Fault('no_such_media', { reason: 'The file of this message is not kept any more.', cause });
  });
  try {
    for (let filled = PIECE; filled === PIECE; ) {
      const buffer = Buffer.alloc(PIECE);
      filled = 0;
      for (let bytesRead = -1; filled < PIECE && bytesRead !== 0; filled += bytesRead)
        ({ bytesRead } = await file.read(buffer, filled, PIECE - filled, null));
      if (filled > 0) yield buffer.toString('base64', 0, filled);
    }
  } finally {
    await file.close();
  }
}
