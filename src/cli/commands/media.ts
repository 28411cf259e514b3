import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { Fault } from '../../protocol/fault.js';
import { command } from '../command.js';
import { printable, write } from '../output.js';
import { MESSAGE } from '../render/acted.js';

export const media = command({
  name: 'media',
  group: 'Messages and events',
  does: 'fetch what a message carries into a file',
  notes:
    'What has expired at WhatsApp is asked of the phone. The file appears under its name when it is whole.',
  args: [MESSAGE],
  options: { out: { type: 'text', alias: 'O', value: 'FILE', does: 'where to; - for stdout' } },
  examples: [
    ['wactl media false_15550002222@c.us_3AEB0C0FFEE012345678 -O photo.jpg', 'a picture'],
    ['wactl media 3AEB0C0FFEE012345678 -O - | file -', 'to another program'],
  ],
  async run({ ask, args: [id = ''], options: { out }, show }) {
    if (out === undefined)
      throw new Fault('usage', { reason: 'media: say where to with -O FILE', hint: 'wactl media --help' });
    const file = await ask('media.fetch', { id });
    const part = `${out}.part-${process.pid}`;
    const cannot = (error: unknown): never => {
      const reason = `media: cannot write ${out}: ${(error as NodeJS.ErrnoException).code}`;
      throw new Fault('usage', { reason, hint: null, cause: error });
    };
    let fd: number | undefined;
    try {
      if (out !== '-') fd = openSync(part, 'wx', 0o666);
    } catch (error) {
      cannot(error);
    }
    try {
      for (let offset = 0, end = false; !end; ) {
        const piece = await ask('media.read', { id: file.id, offset });
        const bytes = Buffer.from(piece.data, 'base64');
        if (fd === undefined) write(1, bytes);
        else for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
        offset += bytes.length;
        end = piece.end;
      }
      if (fd !== undefined) {
        closeSync(fd);
        renameSync(part, out);
      }
    } catch (error) {
      if (fd !== undefined) rmSync(part, { force: true });
      if (error instanceof Fault) throw error;
      cannot(error);
    }
    if (out !== '-')
      show({ ...file, out }, () => `${printable(out)}  ${file.mimetype}  ${file.size} bytes\n`);
    return 0;
  },
});
