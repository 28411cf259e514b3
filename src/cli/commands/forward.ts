// `wactl forward`: forwards a message.
import { command } from '../command.js';
import { MESSAGE, renderActed } from '../render/acted.js';

export const forward = command({
  name: 'forward',
  group: 'Messages and events',
  does: 'forward a message to another chat',
  args: [MESSAGE, { name: 'TO', required: true, does: 'phone number with country code, or chat id' }],
  options: {},
  examples: [["wactl forward 3EB0C0FFEE0123456789 '+55 11 90000-0002'", 'with its media and caption']],
  async run({ ask, args: [id = '', to = ''], show }) {
    const answer = await ask('message.forward', { id, to }, { writes: true });
    show(answer, () => renderActed('forwarded', answer));
    return 0;
  },
});
