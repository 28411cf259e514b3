/** Posts and reactions of an account in channels, and xmlns `newsletter`: what was posted before. */
import { type Attributes, bytes, child, type Node, node } from '../wire/nodes.js';
import { CONTENT } from '../wire/schemas.js';
import { seconds } from '../world/account.js';
import type { Channel, Post } from '../world/channel.js';
import { deliverPost, historyNode } from '../world/channel-post.js';
import { show } from '../world/content.js';
import { type Asker, type Handlers, Refusal } from './request.js';

const NOT_FOUND = new Refusal(404, 'item-not-found');
/** How long a client gets live updates without asking again, in seconds; the page takes 30 to 600. */
const LIVE_S = '300';
const EDIT = '3';
const REVOKE = '8';

type Taken = { readonly post: Post } | { readonly error: string };

/** @param found the post that is changed, if the stanza changes one */
function take({ world, account, device }: Asker, channel: Channel, stanza: Node): Taken {
  const { id = '', type = 'text', server_id: serverId, edit } = stanza.attrs;
  const found = channel.posts.find((post) => String(post.serverId) === serverId || post.id === id);
  const reaction = child(stanza, 'reaction');
  if (reaction !== undefined) {
    if (found === undefined) return { error: '404' };
    const { code } = reaction.attrs;
    if (code === undefined) found.reactions.delete(account.number);
    else found.reactions.set(account.number, code);
    return { post: found };
  }
  if (!channel.isAdmin(account.number)) return { error: '403' };
  const payload = child(stanza, 'plaintext');
  const plain = bytes(payload);
  if (edit === REVOKE || edit === EDIT) {
    if (found === undefined) return { error: '404' };
    found.plain = edit === REVOKE ? Buffer.alloc(0) : plain;
    found.body = edit === REVOKE ? '' : (show(CONTENT.decode(plain))?.body ?? '');
    if (edit === EDIT) found.editedAt = Number(seconds());
    deliverPost(world, channel, found, edit, device);
    return { post: found };
  }
  // A post that is sent again is the same post.
  if (found !== undefined) return { post: found };
  const post = channel.add({
    ...{ id, type, plain, by: account.number, at: Number(seconds()) },
    mediaType: payload?.attrs.mediatype,
    body: show(CONTENT.decode(plain))?.body ?? '',
  });
  deliverPost(world, channel, post, undefined, device);
  return { post };
}

/** The answer names the post's number (WASmaxInMessagePublishNewsletterMessageAckMixin). */
export function handleChannelMessage(asker: Asker, stanza: Node): void {
  const { id, to, type, edit } = stanza.attrs;
  const channel = asker.world.channels.get(to ?? '');
  const taken: Taken = channel === undefined ? { error: '404' } : take(asker, channel, stanza);
  const how: Attributes =
    'post' in taken ? { server_id: String(taken.post.serverId) } : { error: taken.error };
  const attrs = { class: 'message', id, from: to, t: seconds(), type, edit, ...how };
  asker.device.stream?.send(node('ack', attrs));
}

/** A channel is named by its jid, by its invitation, or as the receiver of the request. */
function channelOf({ world }: Asker, { attrs: { jid, key } }: Node, iq: Node): Channel | undefined {
  const named = world.channels.get(jid ?? iq.attrs.to ?? '');
  return named ?? [...world.channels.values()].find(({ inviteCode }) => inviteCode === key);
}

function fetched(channel: Channel, { attrs: { count, before, after } }: Node): Node {
  const within = channel.posts.filter(
    ({ serverId }) => serverId < Number(before ?? Infinity) && serverId > Number(after ?? 0),
  );
  const most = Number(count ?? within.length);
  const some = after === undefined ? within.slice(-most) : within.slice(0, most);
  return node('messages', { jid: channel.jid, t: seconds() }, some.map(historyNode));
}

export const CHANNEL_REQUESTS: Handlers = {
  /** WASmaxInNewslettersGetNewsletterMessagesResponseSuccess */
  'newsletter get messages': (asker, part, iq) => {
    const channel = channelOf(asker, part, iq);
    return channel === undefined ? NOT_FOUND : [fetched(channel, part)];
  },
  /** WASmaxInNewslettersGetNewsletterMessageUpdatesResponseSuccess */
  'newsletter get message_updates': (asker, part, iq) => {
    const channel = channelOf(asker, part, iq);
    return channel === undefined ? NOT_FOUND : [node('message_updates', {}, [fetched(channel, part)])];
  },
  /** WASmaxInNewslettersSubscribeToLiveUpdatesResponseSuccess */
  'newsletter set live_updates': (asker, part, iq) =>
    channelOf(asker, part, iq) === undefined ? NOT_FOUND : [node('live_updates', { duration: LIVE_S })],
  /** The account's own reactions (WASmaxInNewslettersMyAddOnsResponseSuccess) */
  'newsletter get my_addons': ({ world, account }, { attrs: { jid } }) => {
    const lists = [...world.channels.values()].flatMap((channel) => {
      const mine = channel.posts.flatMap((post) => {
        const code = post.reactions.get(account.number);
        if (code === undefined) return [];
        return [
          node('message', { server_id: String(post.serverId) }, [node('reaction', { code, t: seconds() })]),
        ];
      });
      const isAsked = jid === undefined || jid === channel.jid;
      return isAsked && mine.length > 0 ? [node('messages', { jid: channel.jid }, mine)] : [];
    });
    return [node('my_addons', {}, lists)];
  },
};
