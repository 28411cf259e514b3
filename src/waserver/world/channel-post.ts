/** Posts, as they are sent to followers and as they are fetched (WASmaxInMessageDeliverNewsletterMessageFanoutMixin). */
import { type Attributes, type Node, node } from '../wire/nodes.js';
import { CONTENT } from '../wire/schemas.js';
import type { Channel, Post } from './channel.js';
import { type Content, messageId, show } from './content.js';
import type { Device } from './device.js';
import type { World } from './world.js';

/** The attribute `edit` of a post that was changed, or deleted by an admin (WAWebAck). */
const EDITED = '3';
const REVOKED = '8';

const attributesOf = ({ id, serverId, at, type }: Post): Attributes => ({
  id,
  server_id: String(serverId),
  t: String(at),
  type,
});

function contentOf({ plain, mediaType, editedAt }: Post): Node[] {
  const edited = editedAt === undefined ? [] : [node('meta', { msg_edit_t: String(editedAt * 1000) })];
  return [node('plaintext', { mediatype: mediaType }, plain), ...edited];
}

/** With the number of its readers and reactions (WASmaxInNewslettersNewsletterMessageHistoryWithAddOnsMixin). */
export function historyNode(post: Post): Node {
  const counts = new Map<string, number>();
  for (const code of post.reactions.values()) counts.set(code, (counts.get(code) ?? 0) + 1);
  const reactions = [...counts].map(([code, count]) => node('reaction', { code, count: String(count) }));
  const edit = post.plain.length === 0 ? REVOKED : post.editedAt === undefined ? undefined : EDITED;
  return node('message', { ...attributesOf(post), edit }, [
    ...contentOf(post),
    node('views_count', { count: '0' }),
    ...(reactions.length === 0 ? [] : [node('reactions', {}, reactions)]),
  ]);
}

/** Sends a post, or a change of one, to everybody who follows the channel. @param but the device that has sent it */
export function deliverPost(
  world: World,
  channel: Channel,
  post: Post,
  edit: typeof EDITED | typeof REVOKED | undefined,
  but: Device | undefined,
): void {
  for (const number of channel.roles.keys())
    for (const device of world.accounts.get(number)?.devices.values() ?? []) {
      if (device === but) continue;
      const own = number === post.by ? 'true' : undefined;
      const attrs = { ...attributesOf(post), from: channel.jid, is_sender: own, edit };
      device.push(node('message', attrs, contentOf(post)));
    }
  world.changes.changed();
}

/** A person posts a text in its channel. @returns the post */
export function postAs(world: World, channel: Channel, by: string, content: Content): Post {
  const post = channel.add({
    id: messageId(),
    at: Math.floor(Date.now() / 1000),
    type: 'text',
    mediaType: undefined,
    plain: CONTENT.encode(content),
    body: show(content)?.body ?? '',
    by,
  });
  deliverPost(world, channel, post, undefined, undefined);
  return post;
}
