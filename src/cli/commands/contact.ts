// `wactl contact`: shows, checks, blocks and unblocks a person.
import { command } from '../command.js';
import { renderChecked, renderContacts } from '../render/contact.js';

const ACTIONS = ['show', 'check', 'block', 'unblock'];
const NOT_FOUND = 7;

export const contact = command({
  name: 'contact',
  group: 'Chats and people',
  does: 'show or block a person; check whether a number is on WhatsApp',
  verbs: [
    ['show', 'name, number and identities'],
    ['check', 'whether the number is on WhatsApp'],
    ['block, unblock', 'block or unblock this person'],
  ],
  notes: '`check` asks WhatsApp, and exits 7 when the number is not on it.',
  args: [
    { name: 'ACTION', required: true, does: 'one of the above', choices: ACTIONS },
    { name: 'CONTACT', required: true, does: 'phone number with country code, ...@c.us or ...@lid' },
  ],
  options: {},
  examples: [
    ["wactl contact check '+55 11 90000-0002' && echo yes", 'is the number on WhatsApp?'],
    ['wactl contact block 15550002222', 'block'],
  ],
  async run({ ask, args: [action, who = ''], show }) {
    if (action === 'check') {
      const answer = await ask('contact.check', { number: who });
      show(answer, () => renderChecked(answer));
      return answer.onWhatsApp ? 0 : NOT_FOUND;
    }
    const answer = await (action === 'show'
      ? ask('contact.get', { contact: who })
      : ask('contact.block', { contact: who, blocked: action === 'block' }, { writes: true }));
    show(answer, () => renderContacts([answer]));
    return 0;
  },
});
