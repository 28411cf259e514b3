// `wactl media`: saves the file of a message.
import { Fault } from '../../protocol/fault.js';
import { command } from '../command.js';
import { download } from '../download.js';
import { isStdout } from '../out.js';
import { printable } from '../output.js';
import { MESSAGE } from '../render/acted.js';

export const media = command({
  name: 'media',
  group: 'Messages and events',
  does: 'save the file of a message',
  notes:
    'A file that has expired at WhatsApp is requested from the phone. The file gets its name when it is complete.',
  args: [MESSAGE],
  options: { out: { type: 'text', alias: 'O', value: 'FILE', does: 'the file to write; - for stdout' } },
  examples: [
    ['wactl media false_15550002222@c.us_3AEB0C0FFEE012345678 -O photo.jpg', 'a picture'],
    ['wactl media 3AEB0C0FFEE012345678 -O - | file -', 'to another program'],
  ],
  async run({ ask, args: [id = ''], options: { out }, output, show }) {
    if (out === undefined)
      throw new Fault('usage', {
        reason: 'media: name the file to write with -O FILE',
        hint: 'wactl media --help',
      });
    const file = await ask('media.fetch', { id });
    await download({ ask, output }, 'media', file, out);
    // The type is not printed, because only the sender states it.
    if (!isStdout(out)) show({ ...file, out }, () => `${printable(out)}  ${file.size} bytes\n`);
    return 0;
  },
});
