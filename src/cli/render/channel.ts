// Prints channels and their posts.
import type { Result } from '../../protocol/method.js';
import type { Channel, channelMethods, Post } from '../../protocol/methods/channel.js';
import { bold, printable } from '../output.js';
import { gistOf } from './gist.js';
import { table } from './table.js';
import { when } from './time.js';

const number = (value: number | null): string => (value === null ? '' : String(value));

const marks = ({ role, muted, verified }: Channel): string =>
  [role === 'none' ? 'not followed' : role, muted && 'muted', verified && 'verified']
    .filter(Boolean)
    .join(', ');

export const renderChannels = (channels: readonly Channel[]): string =>
  table(
    ['UNREAD', 'NAME', 'CHANNEL', 'FOLLOWERS', 'STATE'],
    channels.map((one) => [
      one.unread > 0 ? String(one.unread) : '',
      printable(one.name),
      one.id,
      number(one.followers),
      marks(one),
    ]),
  );

export function renderChannel(channel: Channel): string {
  const { id, name, description, link, followers, createdAt } = channel;
  const lines = [
    `${bold(printable(name))}  ${id}`,
    ...(description === null ? [] : [`  ${printable(description)}`]),
    ...(link === null ? [] : [`  ${printable(link)}`]),
    `  ${marks(channel)}${followers === null ? '' : `, ${followers} followers`}`,
    ...(createdAt === null ? [] : [`  made ${when(createdAt)}`]),
  ];
  return `${lines.join('\n')}\n`;
}

const reactionsOf = ({ reactions }: Post): string =>
  reactions
    .slice(0, 3)
    .map(({ emoji, count }) => `${printable(emoji)} ${count}`)
    .join(' ');

/** A table of posts, oldest first. Other commands accept the key. */
export function renderPosts({ posts, next }: Result<(typeof channelMethods)['channel.posts']>): string {
  const older = next === null ? '' : `(older ones: --before ${next})\n`;
  if (posts.length === 0) return `no posts\n${older}`;
  const rows = table(
    ['NO', 'TIME', 'KEY', 'VIEWS', 'REACTIONS', 'POST'],
    posts.map((post) => [
      String(post.serverId),
      when(post.message.timestamp),
      printable(post.message.key),
      number(post.views),
      reactionsOf(post),
      printable(gistOf(post.message)),
    ]),
  );
  return rows + older;
}
