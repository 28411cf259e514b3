// `wactl reject`: rejects a ringing call.
import { command } from '../command.js';
import { printable } from '../output.js';
import { chat } from '../render/phone.js';

export const reject = command({
  name: 'reject',
  group: 'Messages and events',
  does: 'reject a ringing call',
  args: [{ name: 'CALL', required: true, does: 'its id, from the event' }],
  options: {},
  examples: [['wactl reject 00C28E4F6B2FFA7159760CC8BEAFDDA3', 'the caller sees that it was declined']],
  async run({ ask, args: [id = ''], show }) {
    const answer = await ask('calls.reject', { id }, { writes: true });
    show(answer, () => `rejected  ${printable(answer.id)}  from ${printable(chat(answer.from))}\n`);
    return 0;
  },
});
