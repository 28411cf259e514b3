// channel.*: lists and finds channels, follows and mutes them, and reads their posts.
import { Fault } from '../../../protocol/fault.js';
import { inviteCode } from '../../../protocol/invite.js';
import type { Handlers } from '../../../protocol/method.js';
import type { channelMethods } from '../../../protocol/methods/channel.js';
import { isChannelId, noChannelId } from '../../../protocol/wid.js';
import type { Store } from '../../../store/store.js';
import type { Account } from '../../account.js';
import { halfKnownIn, namedIn } from '../../incoming/event-people.js';
import { readyClient } from '../ready-client.js';

const PAGE = 20;

/** The id of a channel, or the code of its link. @throws Fault invalid_params */
export function parseChannel(text: string): string {
  const trimmed = text.trim();
  return isChannelId(trimmed) ? trimmed : inviteCode('channel', trimmed);
}

/** @throws Fault invalid_params */
export function parseChannelId(text: string): string {
  const trimmed = text.trim();
  if (isChannelId(trimmed)) return trimmed;
  throw new Fault('invalid_params', { reason: noChannelId(trimmed), hint: 'wactl channel list' });
}

export function channelHandlers(account: Account, store: Store): Handlers<typeof channelMethods> {
  const channels = () => readyClient(account).channels;
  return {
    'channel.list': (query) => channels().list(query),
    'channel.get': ({ channel }) => channels().get(parseChannel(channel)),
    'channel.search': ({ query, limit = PAGE }) => channels().search(query, limit),
    'channel.create': async ({ name, description = null }) => {
      const { channel } = await channels().create(name, description);
      return channels().get(channel);
    },
    'channel.update': async ({ channel, name = null, description = null }) => {
      if (name === null && description === null)
        throw new Fault('invalid_params', { reason: 'Give a name or a description.', hint: null });
      const id = parseChannelId(channel);
      await channels().update(id, name, description);
      return channels().get(id);
    },
    'channel.delete': async ({ channel }) => {
      const id = parseChannelId(channel);
      await channels().remove(id);
      return { channel: id, deleted: true };
    },
    'channel.follow': ({ channel }) => channels().follow(parseChannel(channel)),
    'channel.unfollow': ({ channel }) => channels().unfollow(parseChannel(channel)),
    'channel.mute': ({ channel, muted = true }) => channels().mute(parseChannel(channel), muted),
    'channel.posts': async ({ channel, limit = PAGE, before = null }) => {
      const told = await channels().posts(parseChannel(channel), { limit, before });
      await account.incoming.people.meet(told.posts.flatMap(({ message }) => halfKnownIn(store, message)));
      const posts = told.posts.map(({ message, ...counts }) => ({
        message: { ...message, ...namedIn(store, message) },
        ...counts,
      }));
      return { ...told, posts };
    },
  };
}
