// `wactl label`: lists and changes labels, and puts them on chats.
import { Fault } from '../../protocol/fault.js';
import { command } from '../command.js';
import { LISTING, listing, showList } from '../listing.js';
import { renderChats } from '../render/chat.js';
import { renderLabels } from '../render/label.js';
import { rest as more } from '../render/table.js';

const ACTIONS = ['list', 'create', 'rename', 'color', 'delete', 'add', 'remove'];
const WRITES = { writes: true } as const;

/** How many arguments each action takes after its own name, and their names. */
const TAKES: Readonly<Record<string, readonly string[]>> = {
  list: [],
  create: ['NAME'],
  rename: ['LABEL', 'NAME'],
  color: ['LABEL', 'COLOR'],
  delete: ['LABEL'],
  add: ['LABEL', 'CHAT'],
  remove: ['LABEL', 'CHAT'],
};

function colorOf(text: string): number {
  if (!/^\d{1,2}$/.test(text))
    throw new Fault('usage', { reason: 'label color: a number from 0 to 19', hint: 'wactl label --help' });
  return Number(text);
}

export const label = command({
  name: 'label',
  group: 'Chats and people',
  does: 'list and change labels of a business account; put them on chats',
  verbs: [
    ['list', 'all labels'],
    ['create NAME', 'create a label'],
    ['rename LABEL NAME', 'change its name'],
    ['color LABEL COLOR', "change its colour: a number of WhatsApp's palette, from 0 to 19"],
    ['delete LABEL', 'delete it, and take it off all chats'],
    ['add LABEL CHAT', 'put it on a chat'],
    ['remove LABEL CHAT', 'take it off a chat'],
  ],
  notes:
    'LABEL is the id of a label, or its whole name. `wactl chats --with-label LABEL` lists the chats with it.',
  args: [
    { name: 'ACTION', required: true, does: 'one of the above', choices: ACTIONS },
    { name: 'ARGUMENT', required: false, does: 'as above', rest: true },
  ],
  options: { limit: LISTING.limit, offset: LISTING.offset },
  examples: [
    ["wactl label create 'Pending payment'", 'create'],
    ["wactl label add 'Pending payment' '+55 11 90000-0002'", 'put it on a chat'],
  ],
  async run({ ask, args, options, show, note, output }) {
    const [action = '', ...rest] = args;
    const takes = TAKES[action] ?? [];
    if (rest.length !== takes.length)
      throw new Fault('usage', {
        reason: `label ${action}: ${takes.length === 0 ? 'takes no argument' : `takes ${takes.join(' and ')}; quote a name with spaces`}`,
        hint: 'wactl label --help',
      });
    const [first = '', second = ''] = rest;
    if (action === 'list') {
      const part = listing(options);
      const answer = await ask('label.list', part);
      const text = renderLabels(answer.labels) + more(answer.labels.length, part.offset ?? 0, answer.total);
      showList({ show, note, output }, answer, text, 'no labels');
      return 0;
    }
    if (options.limit !== undefined || options.offset !== undefined)
      throw new Fault('usage', {
        reason: `label ${action}: --limit and --offset go with list`,
        hint: 'wactl label --help',
      });
    if (action === 'add' || action === 'remove') {
      const params = { label: first, chat: second, assigned: action === 'add' };
      const chat = await ask('label.assign', params, WRITES);
      show(chat, () => renderChats([chat]));
      return 0;
    }
    if (action === 'delete') {
      const gone = await ask('label.delete', { label: first }, WRITES);
      show(gone, () => 'deleted\n');
      return 0;
    }
    const answer = await (action === 'create'
      ? ask('label.create', { name: first }, WRITES)
      : ask(
          'label.update',
          { label: first, ...(action === 'rename' ? { name: second } : { color: colorOf(second) }) },
          WRITES,
        ));
    show(answer, () => renderLabels([answer]));
    return 0;
  },
});
