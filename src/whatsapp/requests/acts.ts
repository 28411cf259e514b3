// Actions on messages: implements the port's requests by calling the page.

import type { Receipt } from '../../protocol/methods/message-act.js';
import { isoTime } from '../../protocol/time.js';
import { escapeId, isChannelId, isStatusId, type MessageRef, messageKey } from '../../protocol/wid.js';
import type { ActedOn, ActPage } from '../../session/page-port.js';
import type { PageRpc } from './page-rpc.js';

interface Parts {
  readonly fromMe: boolean;
  readonly remote: string;
  readonly id: string;
  readonly participant: string | undefined;
}

const actedOn = (parts: Parts): ActedOn => ({
  key: messageKey(parts),
  messageId: escapeId(parts.id),
  chatId: parts.remote,
});

/** Posts are acted on by functions of their own; where a message is not known, it is no post. */
const placeOf = ({ place }: MessageRef): string => place?.remote ?? '';

export const actPage = (rpc: PageRpc): ActPage => ({
  react: async (message, emoji) =>
    actedOn(
      isChannelId(placeOf(message))
        ? await rpc.act('channel.react', 'channels', 'react', message, emoji)
        : await rpc.act('message.react', 'acts', 'react', message, emoji),
    ),
  edit: async (message, text) => actedOn(await rpc.act('message.edit', 'acts', 'edit', message, text)),
  async remove(message, everybody) {
    const place = everybody ? placeOf(message) : '';
    if (isChannelId(place))
      return actedOn(await rpc.act('channel.deletePost', 'channels', 'remove', message));
    if (isStatusId(place) && message.place?.fromMe)
      return actedOn(await rpc.act('status.delete', 'statuses', 'remove', message));
    return actedOn(await rpc.act('message.delete', 'acts', 'remove', message, everybody));
  },
  async forward(message, to) {
    const { chatId, parts } = await rpc.act('message.forward', 'acts', 'forward', message, to);
    return { chatId, key: parts && messageKey(parts), messageId: parts && escapeId(parts.id) };
  },
  async vote(message, options) {
    const { parts, vote } = await rpc.act('message.vote', 'polls', 'vote', message, options);
    return { ...actedOn(parts), vote };
  },
  async poll(message) {
    const { parts, ...poll } = await rpc.look('message.poll', 'polls', 'votes', message);
    return { ...actedOn(parts), ...poll };
  },
  attend: async (message, answer) =>
    actedOn(await rpc.act('message.attend', 'attendance', 'attend', message, answer)),
  async attendance(message) {
    const { parts, name, people } = await rpc.look('message.attendance', 'attendance', 'list', message);
    const all = people.map(({ atMs, ...one }) => ({ ...one, answeredAt: isoTime(atMs) }));
    return { ...actedOn(parts), name, people: all };
  },
  pin: async (message, seconds) => actedOn(await rpc.act('message.pin', 'kept', 'pin', message, seconds)),
  keep: async (message, kept) => actedOn(await rpc.act('message.keep', 'kept', 'keep', message, kept)),
  async info(message) {
    const { parts, people, pending } = await rpc.look('message.info', 'receipts', 'info', message);
    return { ...actedOn(parts), people: people as Receipt[], pending };
  },
  star: async (message, starred) => actedOn(await rpc.act('message.star', 'acts', 'star', message, starred)),
});
