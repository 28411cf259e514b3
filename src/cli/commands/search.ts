// `wactl search`: finds messages by their words.
import { Fault } from '../../protocol/fault.js';
import { command } from '../command.js';
import { showList, whole } from '../listing.js';
import { past } from '../moment.js';
import { namesFor } from '../names.js';
import { renderFound } from '../render/search.js';

const PLACES = ['journal', 'page'] as const;
const DIRECTIONS = ['in', 'out'] as const;

export const search = command({
  name: 'search',
  group: 'Messages and events',
  does: 'find messages by their words, in every chat',
  notes:
    'Finds messages that have all words in their text, caption or file name, in any order, without regard to case and\n' +
    'accents. "two words" in quotes is a phrase, begin* the beginning of a word; the shell needs quotes around both.\n' +
    'It searches the messages that the daemon has recorded and still keeps (journal.retentionDays), also while the\n' +
    'account is stopped.\n\n' +
    'With --in page WhatsApp Web searches what it has stored itself, also from before the daemon: the newest first, each\n' +
    'word as the beginning of one. Only --chat, --limit and --after go with it, and the account must be connected.\n\n' +
    'TIME is 2026-01-31, 2026-01-31T08:00Z, or a time ago: 12h, 7d, 4w.',
  args: [{ name: 'TEXT', required: true, rest: true, does: 'the words' }],
  options: {
    in: {
      type: 'text',
      value: 'PLACE',
      choices: PLACES,
      does: 'journal (default), or page: of WhatsApp Web',
    },
    chat: { type: 'text', value: 'CHAT', does: 'only this chat: phone number or chat id' },
    sender: { type: 'text', value: 'PERSON', does: 'only messages of this person: phone number or id' },
    kind: { type: 'list', value: 'K', does: 'only these kinds: text, image, document, voice, ...' },
    direction: { type: 'text', value: 'D', choices: DIRECTIONS, does: 'in: of others; out: of this account' },
    since: { type: 'text', value: 'TIME', does: 'only messages sent at this time or later' },
    until: { type: 'text', value: 'TIME', does: 'only messages sent before this time' },
    newest: { type: 'flag', does: 'the newest first (default: the best match first)' },
    limit: { type: 'text', value: 'N', does: 'the most messages (default: 20; 100 at most)' },
    after: { type: 'text', value: 'NEXT', does: 'continue the same search after its last answer' },
  },
  examples: [
    ['wactl search invoice', 'messages with this word'],
    [`wactl search '"blue door"' --since 7d`, 'a phrase, in the last seven days'],
    ["wactl search 'deliver*' --sender 15550002222 --newest", 'the beginning of a word, of one person'],
    ['wactl search tulips --in page', 'also what was written before the daemon came'],
    ['wactl -o json search photo --kind image', 'with the places of the hits'],
  ],
  async run({ ask, args, options, show, note, warn, output }) {
    const { chat, sender, kind, direction, since, until, newest, limit, after } = options;
    const text = args.join(' ');
    if (text.trim() === '')
      throw new Fault('usage', { reason: 'search: name a word', hint: 'wactl search --help' });
    const answer = await ask('message.search', {
      text,
      limit: Math.max(whole('limit', limit, 100) ?? 20, 1),
      ...(options.in === undefined ? {} : { in: options.in as 'journal' | 'page' }),
      ...(chat === undefined ? {} : { chat }),
      ...(sender === undefined ? {} : { sender }),
      ...(kind === undefined ? {} : { kinds: [...kind] }),
      ...(direction === undefined ? {} : { direction: direction as 'in' | 'out' }),
      ...(since === undefined ? {} : { since: past('since', since) }),
      ...(until === undefined ? {} : { until: past('until', until) }),
      ...(newest ? { order: 'newest' as const } : {}),
      ...(after === undefined ? {} : { after }),
    });
    if (answer.behind > 0) warn(`${answer.behind} recorded events are not indexed yet; try again later`);
    const more = answer.next === null ? '' : `(more: --after ${answer.next})\n`;
    const rows =
      answer.messages.length > 0 ? renderFound(answer.messages, await namesFor({ ask, output })) : '';
    showList({ show, note, output }, answer, rows + more, 'no messages');
    return 0;
  },
});
