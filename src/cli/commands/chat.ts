// `wactl chat`: shows one chat, changes it, clears or deletes it.
import { Fault } from '../../protocol/fault.js';
import { type Context, command } from '../command.js';
import { isAgreed } from '../confirm.js';
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
  'timer',
  'clear',
  'delete',
  'typing',
  'recording',
  'quiet',
];
/** Repeated here, because importing the method's file would load its schemas. */
const TIMES = ['off', '24h', '7d', '90d'] as const;
const WRITES = { writes: true } as const;

interface Choices {
  readonly yes?: boolean;
  readonly 'keep-starred'?: boolean;
}

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

const refuse = (reason: string): Fault =>
  new Fault('usage', { reason: `chat ${reason}`, hint: 'wactl chat --help' });

/** Sets after what time messages disappear. */
async function setTimer({ ask, args: [, chat = '', time], show }: Context): Promise<number> {
  const after = TIMES.find((one) => one === time);
  if (after === undefined) throw refuse(`timer: give one of ${TIMES.join(', ')}`);
  const answer = await ask('chat.timer', { chat, after }, WRITES);
  show(answer, () => renderChats([answer]));
  return 0;
}

/** Clears or deletes a chat, after a question on a terminal. */
async function erase(context: Context, action: 'clear' | 'delete', choices: Choices): Promise<number> {
  const { ask, args, show, warn } = context;
  const [, chat = ''] = args;
  const what = action === 'clear' ? 'Delete all its messages' : 'Delete it with all its messages';
  const isWanted = await isAgreed({
    yes: choices.yes === true,
    refuse: (reason) => refuse(`${action}: ${reason}`),
    question: async () =>
      `${renderChats([await ask('chat.get', { chat })])}${what}, on all devices of this account?`,
  });
  if (!isWanted) {
    warn('nothing was deleted');
    return 1;
  }
  if (action === 'clear') {
    const keepStarred = choices['keep-starred'] === true;
    const answer = await ask('chat.clear', { chat, ...(keepStarred && { keepStarred }) }, WRITES);
    show(answer, () => renderChats([answer]));
    return 0;
  }
  const answer = await ask('chat.delete', { chat }, WRITES);
  show(answer, () => (answer.deleted ? 'deleted\n' : 'cleared; a new message has arrived meanwhile\n'));
  return 0;
}

export const chat = command({
  name: 'chat',
  group: 'Chats and people',
  does: 'show one chat; mark it read, archive, mute, pin, clear or delete it',
  verbs: [
    ['show', 'the chat, with the number of unread messages'],
    ['read, unread', 'mark it as read, or as unread'],
    ['archive, unarchive', 'move it to the archive, or back'],
    ['mute, unmute', 'mute it until --until or for ever, or unmute it'],
    ['pin, unpin', 'pin it to the top of the list, or unpin it'],
    ['timer CHAT TIME', 'let new messages disappear after off, 24h, 7d or 90d'],
    ['clear', 'delete all its messages on all devices of this account'],
    ['delete', 'delete it with its messages; a group must have been left'],
    ['typing, recording, quiet', 'show the other side "typing" or "recording", or stop'],
  ],
  notes:
    '`read` sends read receipts. "typing" and "recording" are shown for some seconds, or\n' +
    'until `quiet`.\n\n' +
    '`clear` and `delete` cannot be undone. Others keep their messages, and the daemon what it has recorded: see\n' +
    '`wactl purge --chat`. On a terminal they ask first; elsewhere they need --yes.',
  args: [
    { name: 'ACTION', required: true, does: 'one of the above', choices: ACTIONS },
    { name: 'CHAT', required: true, does: 'phone number with country code, or chat id' },
    { name: 'TIME', required: false, does: 'with timer' },
  ],
  options: {
    until: {
      type: 'text',
      value: 'WHEN',
      does: 'with mute: 8h, 3d, 1w, or a time (default: for ever)',
    },
    'keep-starred': { type: 'flag', does: 'with clear: keep starred messages' },
    yes: { type: 'flag', does: 'with clear and delete: do not ask' },
  },
  examples: [
    ["wactl chat read '+55 11 90000-0002'", 'mark as read'],
    ['wactl chat mute 120363000000000000@g.us --until 8h', 'quiet until the evening'],
    ['wactl chat timer 15550002222 7d', 'messages disappear after a week'],
    ['wactl chat delete 15550002222', 'delete the chat'],
  ],
  async run(context) {
    const [action = '', to = '', time] = context.args;
    const { ask, show, options } = context;
    if (options.until !== undefined && action !== 'mute') throw refuse(`${action}: --until goes with mute`);
    if (options['keep-starred'] && action !== 'clear')
      throw refuse(`${action}: --keep-starred goes with clear`);
    if (options.yes && action !== 'clear' && action !== 'delete')
      throw refuse(`${action}: --yes goes with clear and delete`);
    if (action === 'timer') return setTimer(context);
    if (time !== undefined) throw refuse(`${action}: takes no TIME`);
    if (action === 'clear' || action === 'delete') return erase(context, action, options);
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
