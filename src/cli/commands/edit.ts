// `wactl edit`: edits the text of a sent message.
import { Fault } from '../../protocol/fault.js';
import { command } from '../command.js';
import { MESSAGE, renderActed } from '../render/acted.js';
import { readStdin } from '../stdin.js';

const MAX_BYTES = 262_144;

export const edit = command({
  name: 'edit',
  group: 'Messages and events',
  does: 'change the text or caption of an own message',
  notes: 'WhatsApp allows this for about 15 minutes. "-" reads the text from stdin.',
  args: [MESSAGE, { name: 'TEXT', required: true, does: 'the new text, or - for stdin' }],
  options: {},
  examples: [["wactl edit m-1a217f98d0843c316dcd 'at nine, not at ten'", 'by the id that send printed']],
  async run({ ask, args: [id = '', given = ''], show }) {
    const text = given === '-' ? (await readStdin(MAX_BYTES)).replace(/\r?\n$/, '') : given;
    if (text === '') throw new Fault('usage', { reason: 'edit: the text is empty', hint: null });
    const answer = await ask('message.edit', { id, text }, { writes: true });
    show(answer, () => renderActed('changed', answer));
    return 0;
  },
});
