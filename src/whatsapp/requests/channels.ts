// Channels: implements the port's requests by calling the page, and translates posts to our types.
import { messageKey } from '../../protocol/wid.js';
import type { ChannelAdminPage, ChannelPage } from '../../session/page-port.js';
import type { LibraryClient } from '../library/library.js';
import { messagesIn, readMessages } from '../library/readable.js';
import type { PageRpc } from './page-rpc.js';

export const channelPage = (rpc: PageRpc, client: LibraryClient): ChannelPage => ({
  list: (query) => rpc.look('channel.list', 'channels', 'list', query),
  get: (channel) => rpc.look('channel.list', 'channels', 'get', channel),
  follow: (channel) => rpc.act('channel.follow', 'channels', 'follow', channel),
  search: (query, limit) => rpc.look('channel.search', 'channels', 'search', query, limit),
  create: (name, description) => rpc.act('channel.admin', 'ownedChannels', 'create', name, description),
  update: (channel, name, description) =>
    rpc.act('channel.admin', 'ownedChannels', 'update', channel, name, description),
  remove: (channel) => rpc.act('channel.admin', 'ownedChannels', 'remove', channel),
  unfollow: (channel) => rpc.act('channel.follow', 'channels', 'unfollow', channel),
  mute: (channel, muted) => rpc.act('channel.mute', 'channels', 'mute', channel, muted),
  async posts(channel, { limit, before }) {
    const told = await rpc.look('channel.posts', 'channels', 'posts', channel, limit, before);
    const models = told.posts.map(({ model }) => model);
    const read = new Map(readMessages(messagesIn(client, models)).map((message) => [message.key, message]));
    const posts = told.posts.flatMap(({ parts, model: _model, ...counts }) => {
      const message = read.get(messageKey(parts));
      return message === undefined ? [] : [{ message, ...counts }];
    });
    return { ...told, posts };
  },
});

export const channelAdminPage = (rpc: PageRpc): ChannelAdminPage => ({
  list: (channel) => rpc.look('channel.admins', 'channelAdmins', 'list', channel),
  revokeInvite: (channel, contact) =>
    rpc.act('channel.admins', 'channelAdmins', 'revokeInvite', channel, contact),
  acceptInvite: (channel) => rpc.act('channel.accept', 'channelAdmins', 'acceptInvite', channel),
  remove: (channel, contact) => rpc.act('channel.admins', 'channelAdmins', 'remove', channel, contact),
  picture: (channel, picture) => rpc.act('channel.picture', 'channelAdmins', 'picture', channel, picture),
});
