/** The requests of a page about channels. */
import { Channel, type Post } from './channel.js';
import { type Posting, publish } from './channel-posts.js';
import { type Args, type Asked, NEVER, type Questions, Refusal, word } from './request.js';
import type { Json, Me, WirePost } from './wire.js';
import { accountOf, contactOf, type World } from './world.js';

const meIn = ({ connection }: Asked): Me => {
  const me = connection.device?.account.me;
  if (!me) throw new Refusal(401, 'not-authorized');
  return me;
};

/** A channel by its id or by the code of its link. */
function named({ world }: Asked, args: Args): Channel {
  const ref = word(args.channel);
  const found = [...world.channels.values()].find(({ id, inviteCode }) => id === ref || inviteCode === ref);
  if (!found) throw new Refusal(404, 'item-not-found');
  return found;
}

function postIn(channel: Channel, args: Args): Post {
  const found = channel.posts.find(({ serverId, id }) => serverId === args.post || id === args.post);
  if (!found || found.revoked) throw new Refusal(404, 'item-not-found');
  return found;
}

/** An account or a person, by either identity. */
function personIn(world: World, wid: string): { pn: string; lid: string; pushname: string } {
  const found = accountOf(world, wid)?.me ?? contactOf(world, wid)?.wire;
  if (!found) throw new Refusal(404, 'item-not-found');
  return { ...found, pushname: found.pushname ?? '' };
}

/** Refuses anyone who is not among these. */
function only(channel: Channel, me: Me, ...roles: string[]): void {
  if (!roles.includes(channel.roleOf(me.pn, me.lid))) throw new Refusal(403, 'forbidden');
}

export const CHANNEL_QUESTIONS: Questions = {
  'channel-query': (asked, args) => {
    const { pn, lid } = meIn(asked);
    return { ...named(asked, args).wireFor(pn, lid) };
  },

  'channel-post': ({ world, connection }, args) => {
    const { device } = connection;
    if (!device) throw new Refusal(401, 'not-authorized');
    const answer = publish(world, device, args as unknown as Posting);
    return world.knobs().ackFault === 'never' ? NEVER : answer;
  },

  /** By name, as WhatsApp's directory does. */
  'channel-search': (asked, args) => {
    const { pn, lid } = meIn(asked);
    const found = [...asked.world.channels.values()].filter(({ name }) =>
      name.toLowerCase().includes(word(args.text).toLowerCase()),
    );
    return found.map((channel) => ({ ...channel.wireFor(pn, lid) }));
  },

  'channel-create': (asked, args) => {
    const { pn, lid } = meIn(asked);
    const channel = new Channel({ name: word(args.name), description: word(args.description), owner: pn });
    asked.world.channels.set(channel.id, channel);
    return { ...channel.wireFor(pn, lid) };
  },

  /** Admins first, with the LID as their id (WAWebMexFetchNewsletterFollowersJob). */
  'channel-followers': (asked, args) => {
    const channel = named(asked, args);
    only(channel, meIn(asked), 'owner', 'admin');
    const { world } = asked;
    const all = [channel.owner, ...channel.admins, ...channel.followers];
    return [...new Set(all)].slice(0, Number(args.count)).map((wid) => {
      const { pn, lid, pushname } = personIn(world, wid);
      return { pn, lid, name: pushname, role: channel.roleOf(pn, lid) };
    });
  },

  'channel-invites': (asked, args) => {
    const channel = named(asked, args);
    only(channel, meIn(asked), 'owner');
    return [...channel.invited].map((wid) => personIn(asked.world, wid).pn);
  },

  /** Repeated, it is the same invitation. Answers with its end, in seconds. */
  'channel-invite': (asked, args) => {
    const channel = named(asked, args);
    only(channel, meIn(asked), 'owner');
    const { pn, lid } = personIn(asked.world, word(args.person));
    if (channel.roleOf(pn, lid) === 'admin') throw new Refusal(403, 'forbidden');
    channel.invited.add(pn);
    return Math.floor(Date.now() / 1000) + 7 * 86_400;
  },

  'channel-invite-revoke': (asked, args) => {
    const channel = named(asked, args);
    only(channel, meIn(asked), 'owner');
    if (!channel.invited.delete(personIn(asked.world, word(args.person)).pn))
      throw new Refusal(404, 'item-not-found');
    return null;
  },

  /** The notice of the new role goes to every device of the account. */
  'channel-invite-accept': (asked, args) => {
    const { pn, lid } = meIn(asked);
    const channel = named(asked, args);
    if (![pn, lid].some((wid) => channel.invited.delete(wid))) throw new Refusal(404, 'item-not-found');
    channel.admins.add(pn);
    channel.followers.add(pn);
    accountOf(asked.world, pn)?.push({ kind: 'channel', channel: channel.wireFor(pn, lid) });
    return null;
  },

  /** The owner removes an admin, or an admin themselves. */
  'channel-demote': (asked, args) => {
    const me = meIn(asked);
    const channel = named(asked, args);
    const { pn, lid } = personIn(asked.world, word(args.person));
    only(channel, me, ...(pn === me.pn ? ['admin'] : ['owner']));
    if (![pn, lid].some((wid) => channel.admins.delete(wid))) throw new Refusal(404, 'item-not-found');
    channel.followers.add(pn);
    return null;
  },

  'channel-edit': (asked, args) => {
    const me = meIn(asked);
    const channel = named(asked, args);
    only(channel, me, 'owner', 'admin');
    if (typeof args.name === 'string') channel.name = args.name;
    if (typeof args.description === 'string') channel.description = args.description;
    if (args.picture !== undefined) channel.picture = args.picture === null ? null : word(args.picture);
    return { ...channel.wireFor(me.pn, me.lid) };
  },

  'channel-delete': (asked, args) => {
    const channel = named(asked, args);
    only(channel, meIn(asked), 'owner');
    asked.world.channels.delete(channel.id);
    return null;
  },

  'channel-follow': (asked, args) => {
    named(asked, args).followers.add(meIn(asked).pn);
    return null;
  },

  'channel-unfollow': (asked, args) => {
    const { pn, lid } = meIn(asked);
    for (const wid of [pn, lid]) named(asked, args).followers.delete(wid);
    return null;
  },

  'channel-mute': (asked, args) => {
    const me = meIn(asked);
    const channel = named(asked, args);
    only(channel, me, 'subscriber', 'admin', 'owner');
    if (args.muted === true) channel.muted.add(me.pn);
    else channel.muted.delete(me.pn);
    return null;
  },

  /** The newest posts, or those before one; oldest first. */
  'channel-posts': (asked, args) => {
    const { pn, lid } = meIn(asked);
    const channel = named(asked, args);
    const before = typeof args.before === 'number' ? args.before : Number.MAX_SAFE_INTEGER;
    const found = channel.posts.filter(({ serverId }) => serverId < before).slice(-Number(args.count));
    return found.map((post): WirePost => channel.postFor(post, pn, lid)) as unknown as Json;
  },

  /** An empty emoji removes the reaction. */
  'channel-react': (asked, args) => {
    const me = meIn(asked);
    const channel = named(asked, args);
    const { reactions } = postIn(channel, args);
    const emoji = word(args.emoji);
    if (asked.world.knobs().ackFault === 'error') return { success: false, ack: { error: '500' } };
    if (emoji === '') reactions.delete(me.pn);
    else reactions.set(me.pn, emoji);
    return { success: true, ack: { t: Math.floor(Date.now() / 1000) } };
  },

  'channel-revoke': (asked, args) => {
    const me = meIn(asked);
    const channel = named(asked, args);
    only(channel, me, 'owner', 'admin');
    if (asked.world.knobs().ackFault === 'error') return { success: false, ack: { error: '500' } };
    postIn(channel, args).revoked = true;
    return { success: true, ack: { t: Math.floor(Date.now() / 1000) } };
  },
};
