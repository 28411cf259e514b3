// wwebjs-api's routes of channels.
import type { Answered, Asked } from '../../protocol/types.js';
import type { Data } from '../../webhook/format.js';
import { libraryMessage, present, seconds } from '../../webhook/library-message.js';
import { Fields } from './fields.js';
import { putFile } from './file.js';
import { given } from './given.js';
import { widOf } from './library-objects.js';
import { bounded } from './messages.js';
import { type Door, type Request, type Row, refuse, rowsOf, type Served } from './row.js';
import { sendMessage } from './sending.js';
import { SENDING, send } from './wwebjs-messages.js';
import { sessionOf } from './wwebjs-sessions.js';

type Channel = Answered<'channel.get'>;

const { call, work } = rowsOf(sessionOf);
const MOST = 1_000;
const done = (): object => ({ success: true, result: true });
const chatOf = ({ body }: Request): { channel: string } => ({ channel: body.text('chatId') });
const channelOf = ({ body }: Request): { channel: string } => ({ channel: body.text('channelId') });
const personOf = ({ body }: Request): { contact: string } => ({ contact: body.text('userId') });

/** The library's Channel. */
const channelObject = (channel: Channel): Data =>
  present({
    id: widOf(channel.id),
    name: channel.name,
    description: channel.description ?? undefined,
    isChannel: true,
    isGroup: false,
    isReadOnly: channel.role !== 'owner' && channel.role !== 'admin',
    unreadCount: channel.unread,
    isMuted: channel.muted,
    muteExpiration: channel.muted ? -1 : 0,
    channelMetadata: present({
      id: widOf(channel.id),
      inviteLink: channel.link ?? undefined,
      size: channel.followers ?? undefined,
      verified: channel.verified,
      creationTime: channel.createdAt === null ? undefined : seconds(channel.createdAt),
    }),
  });

const changing = <M extends 'channel.update' | 'channel.mute' | 'channel.delete' | 'channel.acceptInvite'>(
  path: string,
  method: M,
  change: (request: Request) => Omit<Asked<M>, 'channel'>,
): Served =>
  call('POST', `/channel/${path}/{sessionId}`, method, {
    params: (request) => ({ ...chatOf(request), ...change(request) }) as Asked<M>,
    answer: done,
  });

const nothing = (): object => ({});

async function fetchMessages(request: Request, door: Door, account: string): Promise<object> {
  const search = request.body.optionalObject('searchOptions');
  const fromMe = search.flag('fromMe');
  const limit = bounded(search.count('limit') ?? 50, 100);
  const { posts } = await door.ask(account, 'channel.posts', { ...chatOf(request), limit });
  const found = posts.map(({ message }) => message);
  const wanted = fromMe === undefined ? found : found.filter((one) => one.fromMe === fromMe);
  return { success: true, messages: wanted.map((one) => libraryMessage(one)) };
}

async function setPicture(request: Request, door: Door, account: string): Promise<object> {
  const { body } = request;
  const file = body.has('newProfilePictureUrl')
    ? new Fields({ url: body.text('newProfilePictureUrl') })
    : body.object('newProfilePictureMedia');
  const media = await putFile(door, account, file);
  await door.ask(account, 'channel.picture', { ...chatOf(request), media });
  return done();
}

export const WWEBJS_CHANNELS: readonly Row[] = [
  call(
    'GET',
    '/client/getChannels/{sessionId}',
    'channel.list',
    {
      params: () => ({ limit: MOST }),
      answer: ({ channels }) => ({ success: true, result: channels.map(channelObject) }),
    },
    { differs: 'By name, at most 1000.' },
  ),
  call('POST', '/client/getChannelByInviteCode/{sessionId}', 'channel.get', {
    params: ({ body }) => ({ channel: body.text('inviteCode') }),
    answer: (channel) => ({ success: true, result: channelObject(channel) }),
  }),
  call(
    'POST',
    '/client/createChannel/{sessionId}',
    'channel.create',
    {
      params: ({ body }) => {
        const description = body.optionalObject('options').optional('description');
        return given({ name: body.text('title'), description }) as Asked<'channel.create'>;
      },
      answer: ({ id, name, link, createdAt }) => ({
        success: true,
        result: present({
          title: name,
          nid: widOf(id),
          inviteLink: link ?? undefined,
          createdAtTs: createdAt === null ? undefined : seconds(createdAt),
        }),
      }),
    },
    { differs: 'Of `options` only `description`.' },
  ),
  call('POST', '/client/subscribeToChannel/{sessionId}', 'channel.follow', {
    params: channelOf,
    answer: done,
  }),
  call(
    'POST',
    '/client/unsubscribeFromChannel/{sessionId}',
    'channel.unfollow',
    { params: channelOf, answer: ({ unfollowed }) => ({ success: true, result: unfollowed }) },
    { differs: '`options` is ignored: its posts are removed from WhatsApp Web.' },
  ),
  call(
    'POST',
    '/client/searchChannels/{sessionId}',
    'channel.search',
    {
      params: ({ body }) => {
        const search = body.object('searchOptions');
        return { query: search.text('searchText'), limit: bounded(search.count('limit') ?? 50, 50) };
      },
      answer: ({ channels }) => ({ success: true, result: channels.map(channelObject) }),
    },
    { differs: 'A `searchText` is required; at most 50. Of `searchOptions` only it and `limit`.' },
  ),
  call('POST', '/channel/getClassInfo/{sessionId}', 'channel.get', {
    params: chatOf,
    answer: (channel) => ({ success: true, channel: channelObject(channel) }),
  }),
  work(
    'POST',
    '/channel/sendMessage/{sessionId}',
    ['message.send', 'media.put'],
    async (request, door, account) => ({ success: true, message: await send(request, door, account, {}) }),
    { carriesFile: true, differs: SENDING },
  ),
  work('POST', '/channel/fetchMessages/{sessionId}', ['channel.posts'], fetchMessages, {
    differs: 'From the server, at most 100; 50 when `limit` is left out.',
  }),
  changing('mute', 'channel.mute', nothing),
  changing('unmute', 'channel.mute', () => ({ muted: false })),
  changing('setSubject', 'channel.update', ({ body }) => ({ name: body.text('newSubject') })),
  changing('setDescription', 'channel.update', ({ body }) => ({
    description: body.optional('newDescription') ?? '',
  })),
  changing('deleteChannel', 'channel.delete', nothing),
  changing('acceptChannelAdminInvite', 'channel.acceptInvite', nothing),
  work('POST', '/channel/setProfilePicture/{sessionId}', ['media.put', 'channel.picture'], setPicture, {
    carriesFile: true,
    differs: 'Cut to a square.',
  }),
  work(
    'POST',
    '/channel/sendChannelAdminInvite/{sessionId}',
    ['message.send'],
    async (request, door, account) => {
      const text = request.body.optionalObject('options').optional('comment');
      const channelInvite = given({ ...chatOf(request), text }) as { channel: string };
      await sendMessage(door, account, { to: request.body.text('userId'), channelInvite });
      return done();
    },
    { differs: 'Answers when the message is on disk.' },
  ),
  call('POST', '/channel/revokeChannelAdminInvite/{sessionId}', 'channel.revokeInvite', {
    params: (request) => ({ ...chatOf(request), ...personOf(request) }),
    answer: ({ revoked }) => ({ success: true, result: revoked }),
  }),
  call('POST', '/channel/demoteChannelAdmin/{sessionId}', 'channel.removeAdmin', {
    params: (request) => ({ ...chatOf(request), ...personOf(request) }),
    answer: ({ removed }) => ({ success: true, result: removed }),
  }),
  ...refuse('No method marks the posts of a channel as read.', 'POST /channel/sendSeen/{sessionId}'),
  ...refuse(
    'No method gives a channel to another owner.',
    'POST /channel/transferChannelOwnership/{sessionId}',
  ),
  ...refuse(
    'No method lists the followers of a channel; `channel.admins` lists its admins.',
    'POST /channel/getSubscribers/{sessionId}',
  ),
  ...refuse(
    'No method sets which reactions a channel allows.',
    'POST /channel/setReactionSetting/{sessionId}',
  ),
];
