// Saves a file of the daemon under the name that a person gave. It gets its name when it is complete.
import { Progress } from '../local/progress.js';
import type { Context } from './command.js';
import { openOut } from './out.js';

/** @throws (rejects) Fault usage, and the faults of media.read */
export async function download(
  { ask, output }: Pick<Context, 'ask' | 'output'>,
  command: string,
  file: { readonly id: string; readonly size: number },
  out: string,
): Promise<void> {
  const to = await openOut(command, out, 0o666 & ~process.umask());
  const progress = output === 'text' ? new Progress('fetching', file.size) : null;
  try {
    for (let offset = 0, end = false; !end; ) {
      const piece = await ask('media.read', { id: file.id, offset });
      const bytes = Buffer.from(piece.data, 'base64');
      await to.write(bytes);
      progress?.add(bytes.length);
      offset += bytes.length;
      end = piece.end;
    }
    await to.done();
  } finally {
    progress?.end();
    await to.abandon();
  }
}
