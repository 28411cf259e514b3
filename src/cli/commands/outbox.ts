// `wactl outbox`: lists outgoing messages, cancels them, and decides unknown outcomes.
import { Fault } from '../../protocol/fault.js';
import type { OutboxRow } from '../../protocol/schema.js';
import { SEND_STATES, type SendState } from '../../protocol/state.js';
import { command } from '../command.js';
import { showList } from '../listing.js';
import { namesFor } from '../names.js';
import { Names } from '../render/name.js';
import { renderRow, renderRows } from '../render/outbox.js';

const VERBS = ['list', 'show', 'cancel', 'resolve'] as const;
const OUTCOMES = ['sent', 'failed', 'again'] as const;
const PAGE = 200;

const refuse = (reason: string): never => {
  throw new Fault('usage', { reason: `outbox: ${reason}`, hint: 'wactl outbox --help' });
};

export const outbox = command({
  name: 'outbox',
  group: 'Messages and events',
  many: { mode: 'at once', verbs: ['list'] },
  does: 'outgoing messages and their outcome',
  verbs: [
    ['list', 'newest first (the default); with --state only these states'],
    ['show ID', 'one message with its content'],
    ['cancel ID', 'cancel a queued message'],
    [
      'resolve ID --as HOW',
      'decide for a message of unknown outcome: sent, failed, or again, which sends it once more under the same id',
    ],
  ],
  notes: "ID is ours (m-...) or WhatsApp's.",
  args: [
    { name: 'VERB', required: false, does: 'list, show, cancel or resolve', choices: VERBS },
    { name: 'ID', required: false, does: 'of the message' },
  ],
  options: {
    state: { type: 'list', value: 'S', choices: SEND_STATES, does: 'list: only these states' },
    limit: { type: 'text', value: 'N', does: 'list: the most messages (default: all)' },
    as: { type: 'text', value: 'HOW', choices: OUTCOMES, does: 'resolve: sent, failed or again' },
  },
  examples: [
    ['wactl outbox', 'all messages'],
    ['wactl outbox list --state queued,unknown', 'only unfinished ones'],
    ["wactl -a '*' outbox list --state unknown", 'of every account'],
    ['wactl outbox cancel m-1a217f98d0843c316dcd', 'do not send it'],
    ['wactl outbox resolve m-1a217f98d0843c316dcd --as again', 'send it again, under the same id'],
  ],
  async run({ ask, args, options, show, note, output }) {
    const [verb = 'list', id] = args;
    const { state, limit, as } = options;
    if (verb === 'list') {
      if (id !== undefined) refuse('list takes no ID');
      const messages = await list(ask, state as SendState[] | undefined, limitOf(limit));
      const text = messages.length > 0 ? renderRows(messages, await namesFor({ ask, output })) : '';
      showList({ show, note, output }, { messages }, text, 'no messages');
      return 0;
    }
    if (id === undefined) return refuse(`${verb} needs the ID of a message`);
    if (verb === 'show') {
      const row = await ask('outbox.get', { id });
      const names = await namesFor({ ask, output });
      show(row, () => renderRow(row, names));
    } else if (verb === 'cancel') {
      const row = await ask('outbox.cancel', { id }, { writes: true });
      show(row, () => renderRows([row], Names.NONE));
    } else {
      if (as === undefined) return refuse('resolve needs --as sent, failed or again');
      const row = await ask('outbox.resolve', { id, as: as as 'sent' }, { writes: true });
      show(row, () => renderRows([row], Names.NONE));
    }
    return 0;
  },
});

function limitOf(text: string | undefined): number {
  if (text === undefined) return Infinity;
  if (!/^[1-9]\d{0,8}$/.test(text)) refuse(`--limit: "${text}" is not a number of messages`);
  return Number(text);
}

type Ask = Parameters<(typeof outbox)['run']>[0]['ask'];

/** All pages of the list. */
async function list(ask: Ask, states: SendState[] | undefined, limit: number): Promise<OutboxRow[]> {
  const all: OutboxRow[] = [];
  for (let after: number | null | undefined; after !== null && all.length < limit; ) {
    const page = await ask('outbox.list', {
      limit: Math.min(PAGE, limit - all.length),
      ...(states && { states }),
      ...(after !== undefined && { after }),
    });
    all.push(...page.messages);
    after = page.next;
  }
  return all;
}
