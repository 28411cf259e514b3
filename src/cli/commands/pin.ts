// `wactl pin`: pins a message in its chat, or removes the pin.
import { Fault } from '../../protocol/fault.js';
import { command } from '../command.js';
import { MESSAGE, renderActed } from '../render/acted.js';

/** Repeated here, because importing the method's file would load its schemas. */
const TIMES = ['24h', '7d', '30d'] as const;

export const pin = command({
  name: 'pin',
  group: 'Messages and events',
  does: 'pin a message in its chat for everybody, or remove the pin',
  notes: '`wactl chat pin` pins a chat in the list of chats.',
  args: [MESSAGE],
  options: {
    for: { type: 'text', value: 'TIME', choices: TIMES, does: 'how long (default: 7d)' },
    remove: { type: 'flag', does: 'remove the pin' },
  },
  examples: [
    ['wactl pin 3EB0C0FFEE0123456789 --for 24h', 'for a day'],
    ['wactl pin 3EB0C0FFEE0123456789 --remove', 'remove the pin'],
  ],
  async run({ ask, args: [id = ''], options: { for: time, remove }, show }) {
    if (remove && time !== undefined)
      throw new Fault('usage', { reason: 'pin: --for goes with a pin', hint: 'wactl pin --help' });
    const answer = await ask(
      'message.pin',
      { id, pinned: remove !== true, ...(time !== undefined && { for: time as (typeof TIMES)[number] }) },
      { writes: true },
    );
    show(answer, () => renderActed(remove ? 'not pinned' : 'pinned', answer));
    return 0;
  },
});
