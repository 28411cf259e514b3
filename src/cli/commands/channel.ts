// `wactl channel`: channels, their posts, and what this account follows.
import { Fault } from '../../protocol/fault.js';
import { type Context, command } from '../command.js';
import { isAgreed } from '../confirm.js';
import { showList, whole } from '../listing.js';
import { renderChannel, renderChannels, renderPosts } from '../render/channel.js';
import { ADMINS } from './channel-admins.js';

const WRITES = { writes: true } as const;
const ACTIONS = [
  ...['list', 'search', 'show', 'posts', 'follow', 'unfollow', 'mute', 'unmute'],
  ...['create', 'name', 'describe', 'delete'],
  ...Object.keys(ADMINS),
];

const usage = (reason: string): Fault =>
  new Fault('usage', { reason: `channel ${reason}`, hint: 'wactl channel --help' });
const refuse = (reason: string): never => {
  throw usage(reason);
};

function act({ ask }: Pick<Context, 'ask'>, action: string, channel: string, text: string | undefined) {
  switch (action) {
    case 'create':
      return ask(
        'channel.create',
        { name: channel, ...(text !== undefined && { description: text }) },
        WRITES,
      );
    case 'name':
      return ask('channel.update', { channel, name: text ?? '' }, WRITES);
    case 'describe':
      return ask('channel.update', { channel, description: text ?? '' }, WRITES);
    case 'follow':
      return ask('channel.follow', { channel }, WRITES);
    case 'mute':
    case 'unmute':
      return ask('channel.mute', { channel, muted: action === 'mute' }, WRITES);
    default:
      return ask('channel.get', { channel });
  }
}

export const channel = command({
  name: 'channel',
  group: 'Chats and people',
  does: 'list, find, follow or mute a channel; read its posts; make one',
  verbs: [
    ['list', 'the channels that this account owns, administers or follows'],
    ['search WORDS', "search WhatsApp's directory of channels"],
    ['show CHANNEL', 'one channel, also by its link, without following it'],
    ['posts CHANNEL', 'its last posts, with views and reactions'],
    ['follow, unfollow CHANNEL', 'follow it, or stop following it'],
    ['mute, unmute CHANNEL', 'mute it, or unmute it'],
    ['create NAME [TEXT]', 'make a channel, with TEXT as its description'],
    ['name, describe CHANNEL TEXT', 'change the name, or the description'],
    ['picture CHANNEL FILE', 'set the picture; --remove removes it'],
    ['admins CHANNEL', 'its admins, and who is invited to become one'],
    ['withdraw CHANNEL PERSON', 'withdraw an invitation to become an admin'],
    ['accept CHANNEL', 'accept an invitation to become an admin'],
    ['dismiss CHANNEL PERSON', 'make an admin a follower'],
    ['resign CHANNEL', 'be an admin no longer'],
    ['delete CHANNEL', 'delete a channel of yours for everybody'],
  ],
  notes:
    'The KEY of a post names it for react and, in a channel of yours, for delete. `send` posts into a channel,\n' +
    'and `send PERSON --admin-of CHANNEL` invites an admin. Reading marks nothing as read.\n' +
    'On a terminal `delete`, `dismiss` and `resign` ask first; elsewhere they need --yes.',
  args: [
    { name: 'ACTION', required: true, does: 'one of the above', choices: ACTIONS },
    { name: 'CHANNEL', required: false, does: 'id (...@newsletter) or link of the channel; or NAME, WORDS' },
    { name: 'TEXT', required: false, does: 'a name, a description, a person or a file' },
  ],
  options: {
    limit: { type: 'text', value: 'N', does: 'with posts: the most posts (default: 20; 100 at most)' },
    before: { type: 'text', value: 'N', does: 'with posts: only posts before the one with this number' },
    yes: { type: 'flag', does: 'with delete, dismiss and resign: do not ask' },
    remove: { type: 'flag', does: 'with picture: remove it' },
  },
  examples: [
    ['wactl channel follow https://whatsapp.com/channel/0029AbCdEfGhIjKl', 'follow it by its link'],
    ['wactl channel posts 120363000000000001@newsletter --limit 5', 'the last five posts'],
  ],
  async run(context) {
    const { ask, show, warn, args, options } = context;
    const [action = '', to, text] = args;
    if (options.yes && !['delete', 'dismiss', 'resign'].includes(action))
      refuse('--yes goes with delete, dismiss and resign');
    if (options.remove && action !== 'picture') refuse('--remove goes with picture');
    if ((options.limit !== undefined || options.before !== undefined) && action !== 'posts')
      refuse('--limit and --before go with posts');
    if (action === 'list') {
      if (to !== undefined) refuse('list takes no argument');
      const answer = await ask('channel.list', { limit: 1_000 });
      showList(context, answer, renderChannels(answer.channels), 'no channels');
      return 0;
    }
    if (to === undefined) return refuse(`${action}: an argument is missing`);
    const verb = ADMINS[action];
    if (verb) return verb(context, to, text, options);
    if (['name', 'describe'].includes(action) && text === undefined) refuse(`${action}: TEXT is missing`);
    if (text !== undefined && !['create', 'name', 'describe'].includes(action))
      refuse(`${action}: quote a text that contains spaces`);
    if (action === 'search') {
      const answer = await ask('channel.search', { query: to });
      showList(context, answer, renderChannels(answer.channels), 'no channels');
      return 0;
    }
    if (action === 'delete') {
      const isWanted = await isAgreed({
        yes: options.yes === true,
        refuse: (reason) => usage(`delete: ${reason}`),
        question: async () =>
          `${renderChannel(await ask('channel.get', { channel: to }))}Delete it with its posts, for everybody?`,
      });
      if (!isWanted) {
        warn('nothing was deleted');
        return 1;
      }
      const answer = await ask('channel.delete', { channel: to }, WRITES);
      show(answer, () => 'deleted\n');
      return 0;
    }
    if (action === 'posts') {
      const before = whole('before', options.before, Number.MAX_SAFE_INTEGER);
      const answer = await ask('channel.posts', {
        channel: to,
        limit: Math.max(whole('limit', options.limit, 100) ?? 20, 1),
        ...(before !== undefined && { before }),
      });
      show(answer, () => renderPosts(answer));
      return 0;
    }
    if (action === 'unfollow') {
      const answer = await ask('channel.unfollow', { channel: to }, WRITES);
      show(answer, () => (answer.unfollowed ? 'unfollowed\n' : 'this account did not follow it\n'));
      return 0;
    }
    const answer = await act(context, action, to, text);
    show(answer, () => renderChannel(answer));
    return 0;
  },
});
