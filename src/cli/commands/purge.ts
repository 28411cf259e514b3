// `wactl purge`: removes what the daemon has recorded of a time, a chat or a person.
import { Fault } from '../../protocol/fault.js';
import { command } from '../command.js';
import { isAgreed } from '../confirm.js';
import { past } from '../moment.js';
import { renderPurged } from '../render/purge.js';

/** A large store takes minutes. */
const TIMEOUT_MS = 86_400_000;

export const purge = command({
  name: 'purge',
  group: 'Messages and events',
  does: 'remove what the daemon has recorded of a time, a chat or a person',
  notes:
    'Removes events, finished outgoing messages, dead letters of webhooks, files and entries of the search; for a person\n' +
    'everything that names the number or the LID, also messages of others. Only counts remain, and the files of the\n' +
    'store are written anew without the bytes. Nothing changes on WhatsApp: delete the chat on the phone first. Messages that are not sent yet are\n' +
    'refused.\n\n' +
    'On a terminal it asks before it removes anything. Elsewhere it needs --yes.',
  args: [],
  options: {
    'older-than': { type: 'text', value: 'AGE', does: 'what was stored before: 90d, 4w, or 2026-01-31' },
    chat: { type: 'text', value: 'CHAT', does: 'of this chat: phone number or chat id' },
    person: { type: 'text', value: 'PERSON', does: 'of this person: phone number or id' },
    'dry-run': { type: 'flag', does: 'only count' },
    yes: { type: 'flag', does: 'do not ask' },
  },
  examples: [
    ['wactl purge --person 15550002222 --dry-run', 'what would be removed'],
    ['wactl purge --chat 120363000000000000@g.us', 'everything of a group'],
    ['wactl purge --older-than 90d --yes', 'from a timer'],
  ],
  async run({ ask, options, show, warn }) {
    const { 'older-than': olderThan, chat, person, 'dry-run': isDry, yes } = options;
    const filter = {
      ...(olderThan === undefined ? {} : { before: past('older-than', olderThan) }),
      ...(chat === undefined ? {} : { chat }),
      ...(person === undefined ? {} : { person }),
    };
    if (Object.keys(filter).length !== 1)
      throw refuse('purge: give one of --older-than, --chat and --person');
    // A mistyped year would remove everything.
    if (filter.before !== undefined && Date.parse(filter.before) > Date.now())
      throw refuse(`purge: --older-than: ${olderThan} has not passed yet`);
    const isWanted = await isAgreed({
      yes: yes === true || isDry === true,
      refuse: (reason) => refuse(`purge: ${reason}`),
      question: async () => {
        const would = await ask('message.purge', { ...filter, dryRun: true }, { timeoutMs: TIMEOUT_MS });
        return `${renderPurged(would)}Remove it?`;
      },
    });
    if (!isWanted) {
      warn('nothing was removed');
      return 1;
    }
    const answer = await ask(
      'message.purge',
      { ...filter, ...(isDry ? { dryRun: true as const } : {}) },
      { timeoutMs: TIMEOUT_MS, writes: isDry !== true },
    );
    for (const name of answer.leftovers)
      warn(`${name} in the state directory is a copy of a damaged store; delete it yourself`);
    if (!answer.complete && !isDry)
      warn('the store is large: parts of what was removed stay in its file until wad is restarted');
    show(answer, () => renderPurged(answer));
    return 0;
  },
});

const refuse = (reason: string): Fault => new Fault('usage', { reason, hint: 'wactl purge --help' });
