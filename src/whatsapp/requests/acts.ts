// Actions on messages: implements the port's requests by calling the page.

import type { Receipt } from '../../protocol/methods/message-act.js';
import { escapeId, messageKey } from '../../protocol/wid.js';
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

export const actPage = (rpc: PageRpc): ActPage => ({
  react: async (message, emoji) => actedOn(await rpc.act('message.react', 'acts', 'react', message, emoji)),
  edit: async (message, text) => actedOn(await rpc.act('message.edit', 'acts', 'edit', message, text)),
  remove: async (message, everybody) =>
    actedOn(await rpc.act('message.delete', 'acts', 'remove', message, everybody)),
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
  pin: async (message, seconds) => actedOn(await rpc.act('message.pin', 'kept', 'pin', message, seconds)),
  keep: async (message, kept) => actedOn(await rpc.act('message.keep', 'kept', 'keep', message, kept)),
  async info(message) {
    const { parts, people, pending } = await rpc.look('message.info', 'receipts', 'info', message);
    return { ...actedOn(parts), people: people as Receipt[], pending };
  },
  star: async (message, starred) => actedOn(await rpc.act('message.star', 'acts', 'star', message, starred)),
});
