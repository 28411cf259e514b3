// `wactl info`: shows who has received, read and played a message.
import { command } from '../command.js';
import { namesFor } from '../names.js';
import { MESSAGE } from '../render/acted.js';
import { renderReceipts } from '../render/receipts.js';

export const info = command({
  name: 'info',
  group: 'Messages and events',
  does: 'show who has received, read and played a message of this account',
  notes: 'In a group WhatsApp Web keeps only the time of the last state of each member.',
  args: [MESSAGE],
  options: {},
  examples: [['wactl info m-1a217f98d0843c316dcd', 'by the id that send printed']],
  async run({ ask, args: [id = ''], show, output }) {
    const answer = await ask('message.info', { id });
    const names = await namesFor({ ask, output });
    show(answer, () => renderReceipts(answer, names));
    return 0;
  },
});
