// `wactl presence`: whose presence is reported.
import { command } from '../command.js';
import { who } from '../render/chat.js';

const ACTIONS = ['subscribe', 'unsubscribe'];
const WRITES = { writes: true } as const;

export const presence = command({
  name: 'presence',
  group: 'Chats and people',
  does: 'report when a person is online, types or records',
  verbs: [
    ['subscribe', 'report the presence of this person, as events'],
    ['unsubscribe', 'report it no longer'],
  ],
  notes:
    'WhatsApp reports only to accounts that appear online themselves: set presence.online. The daemon subscribes again ' +
    'with each new page, but not after its own restart. `wactl events --follow --type presence` shows the reports.',
  args: [
    { name: 'ACTION', required: true, does: 'one of the above', choices: ACTIONS },
    { name: 'CONTACT', required: true, does: 'phone number with country code, ...@c.us or ...@lid' },
  ],
  options: {},
  examples: [['wactl presence subscribe 15550002222', 'report when this person comes online']],
  async run({ ask, args: [action, contact = ''], show, warn }) {
    const params = { contact, subscribed: action === 'subscribe' };
    const answer = await ask('presence.subscribe', params, WRITES);
    show(answer, () => answer.people.map((one) => `${who(one)}\n`).join(''));
    if (params.subscribed && !answer.online)
      warn('this account does not appear online, so WhatsApp reports little: set presence.online');
    return 0;
  },
});
