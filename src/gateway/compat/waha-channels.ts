// WAHA's routes of channels.
import type { Answered, Asked } from '../../protocol/types.js';
import type { Data } from '../../webhook/format.js';
import { wahaMessage } from '../../webhook/waha.js';
import { putFile } from './file.js';
import { given } from './given.js';
import { bounded } from './messages.js';
import { notServed, type Request, type Row, refuse, rowsOf, type Served } from './row.js';
import { sessionOf } from './waha-sessions.js';

type Channel = Answered<'channel.get'>;

const { call, work } = rowsOf(sessionOf);
const AT = '/api/{session}/channels';
const CREATED = { success: 201 };
/** The most that a list method gives at once. */
const MOST = 1_000;

/** WAHA's words for what the account is in a channel (src/structures/channels.dto.ts). */
const ROLES: Readonly<Record<Channel['role'], string>> = {
  owner: 'OWNER',
  admin: 'ADMIN',
  follower: 'SUBSCRIBER',
  none: 'GUEST',
};

const NO_PICTURE = '`picture` and `preview` are null.';
const channelOf = ({ names }: Request): { channel: string } => ({ channel: names.id ?? '' });

const channelObject = ({ id, name, description, link, followers, verified, role }: Channel): Data => ({
  id,
  name,
  description,
  invite: link ?? '',
  subscribersCount: followers,
  picture: null,
  preview: null,
  verified,
  role: ROLES[role],
});

const changing = (
  verb: string,
  method: 'channel.follow' | 'channel.unfollow' | 'channel.mute',
  change: object = {},
): Served =>
  call(
    'POST',
    `${AT}/{id}/${verb}`,
    method,
    { params: (request) => ({ ...channelOf(request), ...change }), answer: () => undefined },
    { ...CREATED, since: '2026.1' },
  );

/** A post with its counts, as WAHA shows posts of a channel that need not be followed. */
const postObject = ({ message, reactions, views }: Answered<'channel.posts'>['posts'][number]): Data => ({
  message: wahaMessage(message),
  reactions: Object.fromEntries(reactions.map(({ emoji, count }) => [emoji, count])),
  viewCount: views ?? 0,
});

export const WAHA_CHANNELS: readonly Row[] = [
  call(
    'GET',
    AT,
    'channel.list',
    {
      params: () => ({ limit: MOST }),
      answer: ({ channels }, { query }) => {
        const role = query.optional('role');
        const found = channels.map(channelObject);
        return role === undefined ? found : found.filter((one) => one.role === role);
      },
    },
    { differs: `By name, at most 1000. ${NO_PICTURE}` },
  ),
  work(
    'POST',
    AT,
    ['channel.create', 'channel.picture', 'media.put'],
    async ({ body }, door, account) => {
      const asked = given({ name: body.text('name'), description: body.optional('description') });
      // Before the channel is made, so that a wrong file leaves none behind.
      const media = body.has('picture') ? await putFile(door, account, body.object('picture')) : null;
      const made = await door.ask(account, 'channel.create', asked as Asked<'channel.create'>);
      if (media !== null) await door.ask(account, 'channel.picture', { channel: made.id, media });
      return channelObject(made);
    },
    { ...CREATED, carriesFile: true, differs: `The picture is cut to a square. ${NO_PICTURE}` },
  ),
  call(
    'GET',
    `${AT}/{id}`,
    'channel.get',
    { params: channelOf, answer: channelObject },
    { differs: NO_PICTURE },
  ),
  call('DELETE', `${AT}/{id}`, 'channel.delete', { params: channelOf, answer: () => undefined }),
  call(
    'GET',
    `${AT}/{id}/messages/preview`,
    'channel.posts',
    {
      params: (request) => ({
        ...channelOf(request),
        limit: bounded(request.query.count('limit') ?? 10, 100),
      }),
      answer: ({ posts }) => posts.map(postObject),
    },
    {
      since: '2026.1',
      differs:
        'Oldest first, at most 100. `media.url` is null, and `downloadMedia` is ignored: `media.fetch` reads the file.',
    },
  ),
  changing('follow', 'channel.follow'),
  changing('unfollow', 'channel.unfollow'),
  changing('mute', 'channel.mute'),
  changing('unmute', 'channel.mute', { muted: false }),
  call(
    'POST',
    `${AT}/search/by-text`,
    'channel.search',
    {
      params: ({ body }) => {
        if (body.has('startCursor')) throw notServed('A search of channels has one page.');
        return { query: body.text('text'), limit: bounded(body.count('limit') ?? 50, 50) };
      },
      answer: ({ channels }) => ({
        page: { startCursor: null, endCursor: null, hasNextPage: false, hasPreviousPage: false },
        channels: channels.map(channelObject),
      }),
    },
    {
      ...CREATED,
      since: '2026.1',
      differs: `At most 50, on one page. \`categories\` is ignored. ${NO_PICTURE}`,
    },
  ),
  ...refuse(
    'Lists of popular channels are not read: search by a text.',
    'POST /api/{session}/channels/search/by-view since 2026.1',
    'GET /api/{session}/channels/search/views since 2026.1',
    'GET /api/{session}/channels/search/countries since 2026.1',
    'GET /api/{session}/channels/search/categories since 2026.1',
  ),
  ...refuse(
    'The route names no channel. The routes of version 2026.1 do.',
    ...['follow', 'unfollow', 'mute', 'unmute'].map((verb) => `POST ${AT}/${verb}`),
  ),
];
