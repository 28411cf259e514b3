// Acts on a message: the port's requests, put to the page.
import { escapeId, messageKey } from '../protocol/wid.js';
import type { ActedOn, ActPage } from '../session/page-port.js';
import type { Kit } from './kit.js';

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

export const actPage = (kit: Kit): ActPage => ({
  react: async (message, emoji) => actedOn(await kit.act('message.react', 'acts', 'react', message, emoji)),
  edit: async (message, text) => actedOn(await kit.act('message.edit', 'acts', 'edit', message, text)),
  remove: async (message, everybody) =>
    actedOn(await kit.act('message.delete', 'acts', 'remove', message, everybody)),
  async forward(message, to) {
    const { chatId, parts } = await kit.act('message.forward', 'acts', 'forward', message, to);
    return { chatId, key: parts && messageKey(parts), messageId: parts?.id ?? null };
  },
  star: async (message, starred) => actedOn(await kit.act('message.star', 'acts', 'star', message, starred)),
});
