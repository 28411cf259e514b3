// `wactl poll`: shows a poll with its votes.
import { command } from '../command.js';
import { namesFor } from '../names.js';
import { MESSAGE } from '../render/acted.js';
import { renderPoll } from '../render/poll.js';

export const poll = command({
  name: 'poll',
  group: 'Messages and events',
  does: 'show a poll with its votes',
  notes: 'Counts the votes that WhatsApp Web has received.',
  args: [MESSAGE],
  options: {},
  examples: [['wactl poll 3EB0C0FFEE0123456789', 'who has voted for what']],
  async run({ ask, args: [id = ''], show, output }) {
    const answer = await ask('message.poll', { id });
    const names = await namesFor({ ask, output });
    show(answer, () => renderPoll(answer, names));
    return 0;
  },
});
