// `wactl chat`: shows one chat, or changes it.
import { Fault } from '../../protocol/fault.js';
import { type Context, command } from '../command.js';
import { momentToCome } from '../moment.js';
import { renderChats } from '../render/chat.js';

const ACTIONS = [
  'show',
  'read',
  'unread',
  'archive',
  'unarchive',
  'mute',
  'unmute',
  'pin',
  'unpin',
  'typing',
  'recording',
  'quiet',
];
const WRITES = { writes: true } as const;

function act({ ask }: Pick<Context, 'ask'>, action: string, chat: string, until: string | undefined) {
  switch (action) {
    case 'read':
    case 'unread':
      return ask('chat.markRead', { chat, read: action === 'read' }, WRITES);
    case 'archive':
    case 'unarchive':
      return ask('chat.archive', { chat, archived: action === 'archive' }, WRITES);
    case 'mute':
      return ask(
        'chat.mute',
        { chat, ...(until === undefined ? {} : { until: momentToCome('until', until) }) },
        WRITES,
      );
    case 'unmute':
      return ask('chat.mute', { chat, muted: false }, WRITES);
    case 'pin':
    case 'unpin':
      return ask('chat.pin', { chat, pinned: action === 'pin' }, WRITES);
    default:
      return ask('chat.get', { chat });
  }
}

export const chat = command({
  name: 'chat',
  group: 'Chats and people',
  does: 'show one chat; mark it read, archive, mute or pin it; show typing',
  verbs: [
    ['show', 'the chat, with the number of unread messages'],
    ['read, unread', 'mark it as read, or as unread'],
    ['archive, unarchive', 'move it to the archive, or back'],
    ['mute, unmute', 'mute it until --until or for ever, or unmute it'],
    ['pin, unpin', 'pin it to the top of the list, or unpin it'],
    ['typing, recording, quiet', 'show the other side "typing" or "recording", or stop'],
  ],
  notes:
    '`read` sends read receipts. "typing" and "recording" are shown for some seconds, or\n' +
    'until `quiet`.',
  args: [
    { name: 'ACTION', required: true, does: 'one of the above', choices: ACTIONS },
    { name: 'CHAT', required: true, does: 'phone number with country code, or chat id' },
  ],
  options: {
    until: {
      type: 'text',
      value: 'WHEN',
      does: 'with mute: 8h, 3d, 1w, or a time (default: for ever)',
    },
  },
  examples: [
    ["wactl chat read '+55 11 90000-0002'", 'mark as read'],
    ['wactl chat mute 120363000000000000@g.us --until 8h', 'quiet until the evening'],
  ],
  async run(context) {
    const [action = '', to = ''] = context.args;
    const { ask, show, options } = context;
    if (options.until !== undefined && action !== 'mute')
      throw new Fault('usage', { reason: 'chat: --until goes with mute', hint: 'wactl chat --help' });
    if (['typing', 'recording', 'quiet'].includes(action)) {
      const state = action === 'quiet' ? 'stop' : (action as 'typing' | 'recording');
      const shown = await ask('chat.typing', { chat: to, state }, WRITES);
      show(shown, () => `${action}\n`);
      return 0;
    }
    const answer = await act(context, action, to, options.until);
    show(answer, () => renderChats([answer]));
    return 0;
  },
});
