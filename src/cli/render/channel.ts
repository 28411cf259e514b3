// Prints channels and their posts.
import type { Result } from '../../protocol/method.js';
import type { Channel, channelMethods, Post } from '../../protocol/methods/channel.js';
import type { channelAdminMethods } from '../../protocol/methods/channel-admins.js';
import { bold, printable } from '../output.js';
import { who } from './chat.js';
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

/** The owner and the admins, then who is invited. */
export function renderAdmins({
  admins,
  invited,
}: Result<(typeof channelAdminMethods)['channel.admins']>): string {
  const rows = [...admins, ...(invited ?? []).map((one) => ({ ...one, role: 'invited' }))];
  if (rows.length === 0) return 'no admins\n';
  return table(
    ['NAME', 'PERSON', 'ROLE'],
    rows.map((one) => [printable(one.name), who(one), one.role]),
  );
}

/** The reaction of this account is marked. */
const reactionsOf = ({ reactions, reaction }: Post): string =>
  reactions
    .slice(0, 3)
    .map(({ emoji, count }) => `${printable(emoji)} ${count}${emoji === reaction ? '*' : ''}`)
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
