// `wactl reject`: rejects a ringing call.
import { command } from '../command.js';
import { printable } from '../output.js';
import { chat } from '../render/phone.js';

const told = (message: string | null): string => (message === null ? '' : `, message ${printable(message)}`);

export const reject = command({
  name: 'reject',
  group: 'Messages and events',
  does: 'reject a ringing call',
  args: [{ name: 'CALL', required: true, does: 'its id, from the event' }],
  options: { text: { type: 'text', value: 'TEXT', does: 'a message for the caller' } },
  examples: [
    ['wactl reject 00C28E4F6B2FFA7159760CC8BEAFDDA3', 'the caller sees that it was declined'],
    [
      "wactl reject 00C28E4F6B2FFA7159760CC8BEAFDDA3 --text 'Please write.'",
      'the caller also gets a message',
    ],
  ],
  async run({ ask, args: [id = ''], options: { text }, show }) {
    const answer = await ask('calls.reject', { id, ...(text !== undefined && { text }) }, { writes: true });
    show(
      answer,
      () =>
        `rejected  ${printable(answer.id)}  from ${printable(chat(answer.from))}${told(answer.message)}\n`,
    );
    return 0;
  },
});
