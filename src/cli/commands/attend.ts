// `wactl attend` and `wactl attendance`: answer an event, and show who comes.
import { Fault } from '../../protocol/fault.js';
import type { Attendance } from '../../protocol/state.js';
import { command } from '../command.js';
import { namesFor } from '../names.js';
import { MESSAGE, renderActed } from '../render/acted.js';
import { renderAttendance } from '../render/attendance.js';

const ANSWERS: Readonly<Record<string, Attendance>> = {
  going: 'going',
  'not-going': 'not_going',
  maybe: 'maybe',
};

export const attend = command({
  name: 'attend',
  group: 'Messages and events',
  does: 'answer an event: going, not-going or maybe',
  notes: 'The answer replaces an earlier one of this account.',
  args: [MESSAGE, { name: 'ANSWER', required: true, does: 'going, not-going or maybe' }],
  options: {},
  examples: [['wactl attend 3EB0C0FFEE0123456789 going', 'this account comes']],
  async run({ ask, args: [id = '', text = ''], show }) {
    const answer = Object.hasOwn(ANSWERS, text) ? ANSWERS[text] : undefined;
    if (answer === undefined)
      throw new Fault('usage', {
        reason: `attend: "${text}" is none of ${Object.keys(ANSWERS).join(', ')}`,
        hint: 'wactl attend --help',
      });
    const done = await ask('message.attend', { id, answer }, { writes: true });
    show(done, () => renderActed(`answered ${text}`, done));
    return 0;
  },
});

export const attendance = command({
  name: 'attendance',
  group: 'Messages and events',
  does: 'show who comes to an event',
  notes:
    'Lists the answers that WhatsApp Web has received. Whoever made the event has given none, and comes.',
  args: [MESSAGE],
  options: {},
  examples: [['wactl attendance 3EB0C0FFEE0123456789', 'who comes']],
  async run({ ask, args: [id = ''], show, output }) {
    const answer = await ask('message.attendance', { id });
    const names = await namesFor({ ask, output });
    show(answer, () => renderAttendance(answer, names));
    return 0;
  },
});
