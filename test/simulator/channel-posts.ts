/**
 * Accepts posts to channels: refuses senders that may not post, gives each post a server number, recognises a
 * repeated post by its id, and shows posts to the followers.
 */
import type { Channel } from './channel.js';
import type { Device } from './device.js';
import type { Json, WireMessage } from './wire.js';
import { accountOf, contactOf, type World } from './world.js';

/** A post as it is sent; a link with a card has the type `media`. */
export interface Posting {
  type: string;
  mediaHandle: string | null;
  message: WireMessage;
}

/** Attributes of a link's card. */
const CARD = ['title', 'description', 'canonicalUrl', 'matchedText', 'thumbnail', 'thumbnailDirectPath'];
const FILES = ['image', 'video', 'ptt', 'audio', 'document', 'sticker'];

export function publish(world: World, device: Device, { type, mediaHandle, message }: Posting): Json {
  const t = Math.floor(Date.now() / 1000);
  const { me } = device.account;
  const refuse = (error: string): Json => ({ success: false, ack: { t, error } });
  const channel = world.channels.get(message.to);
  if (!channel) return refuse('404');
  if (!['owner', 'admin'].includes(channel.roleOf(me.pn, me.lid))) return refuse('403');
  if (world.knobs().ackFault === 'error') return refuse('500');
  const isFile = FILES.includes(message.type);
  if (isFile && (type !== 'media' || !mediaHandle || !world.media.get(mediaHandle))) return refuse('400');
  if (world.ledger.enter(me.pn, device.id, message)) show(world, channel, me.pn, type, message);
  const serverId = channel.posts.find(({ id }) => id === message.id)?.serverId;
  return { success: true, ack: { t }, serverId: serverId ?? 0 };
}

/** Publishes a post, and shows it to the followers. @param by the wid of who posts it */
export function show(world: World, channel: Channel, by: string, type: string, message: WireMessage): void {
  const { extra = {} } = message;
  const isCard = extra.matchedText !== undefined;
  // Channel media are not encrypted, so a preview with a key was made for a chat.
  const fits = type === 'media' && extra.thumbnailDirectPath !== undefined && extra.mediaKey === undefined;
  const card = isCard && (world.knobs().channelCards === 'any' || fits);
  const kept = Object.entries(extra).filter(([name]) => card || !CARD.includes(name));
  const shown: WireMessage = {
    ...message,
    chat: channel.id,
    from: channel.id,
    to: channel.id,
    fromMe: false,
    extra: message.type === 'chat' ? Object.fromEntries(kept) : extra,
  };
  delete shown.author;
  const post = {
    ...{ id: message.id, serverId: channel.posts.length + 100, at: Date.now(), message: shown, card, by },
    ...{ views: channel.followers.size, forwards: 0, reactions: new Map<string, string>(), revoked: false },
  };
  channel.posts.push(post);
  for (const wid of channel.followers) {
    contactOf(world, wid)?.accept(shown, () => {});
    accountOf(world, wid)?.push({ kind: 'message', message: channel.postFor(post, wid).message });
  }
}
