// `wactl channel`: channels, their posts, and what this account follows.
import { Fault } from '../../protocol/fault.js';
import { type Context, command } from '../command.js';
import { whole } from '../listing.js';
import { renderChannel, renderChannels, renderPosts } from '../render/channel.js';

const WRITES = { writes: true } as const;
const ACTIONS = ['list', 'show', 'posts', 'follow', 'unfollow', 'mute', 'unmute'] as const;

const refuse = (reason: string): never => {
  throw new Fault('usage', { reason: `channel ${reason}`, hint: 'wactl channel --help' });
};

function act({ ask }: Pick<Context, 'ask'>, action: string, channel: string) {
  switch (action) {
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
  does: 'list, show, follow or mute a channel; read its posts',
  verbs: [
    ['list', 'the channels that this account owns, administers or follows'],
    ['show CHANNEL', 'one channel, also by its link, without following it'],
    ['posts CHANNEL', 'its last posts, with views and reactions'],
    ['follow, unfollow CHANNEL', 'follow it, or stop following it'],
    ['mute, unmute CHANNEL', 'mute it, or unmute it'],
  ],
  notes:
    'The KEY of a post names it for react and, in a channel of yours, for delete. `send` posts into a channel.\n' +
    'Reading marks nothing as read.',
  args: [
    { name: 'ACTION', required: true, does: 'one of the above', choices: ACTIONS },
    { name: 'CHANNEL', required: false, does: 'id (...@newsletter) or link of the channel' },
  ],
  options: {
    limit: { type: 'text', value: 'N', does: 'with posts: the most posts (default: 20; 100 at most)' },
    before: { type: 'text', value: 'N', does: 'with posts: only posts before the one with this number' },
  },
  examples: [
    ['wactl channel follow https://whatsapp.com/channel/0029AbCdEfGhIjKl', 'follow it by its link'],
    ['wactl channel posts 120363000000000001@newsletter --limit 5', 'the last five posts'],
  ],
  async run(context) {
    const { ask, show, args, options } = context;
    const [action = '', to] = args;
    if ((options.limit !== undefined || options.before !== undefined) && action !== 'posts')
      refuse('--limit and --before go with posts');
    if (action === 'list') {
      if (to !== undefined) refuse('list takes no argument');
      const answer = await ask('channel.list', { limit: 1_000 });
      show(answer, () => (answer.channels.length === 0 ? 'no channels\n' : renderChannels(answer.channels)));
      return 0;
    }
    if (to === undefined) return refuse(`${action}: CHANNEL is missing`);
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
    const answer = await act(context, action, to);
    show(answer, () => renderChannel(answer));
    return 0;
  },
});
