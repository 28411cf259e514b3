/** Routes of channels. */
import { numberOf, optionalWord, word } from './arguments.js';
import type { Routes } from './route.js';

export const CHANNEL_ROUTES: Routes = {
  /** name, owner (number, wid or LID), description */
  'POST /channels': (server, args) => {
    const description = optionalWord(args, 'description') ?? '';
    const owner = numberOf(server, word(args, 'owner'));
    const {
      jid: id,
      name,
      inviteCode,
    } = server.createChannel({ name: word(args, 'name'), owner, description });
    return { id, name, inviteCode };
  },
  'GET /channels/:channel/posts': (server, args) => ({
    posts: (server.channels.find(({ jid }) => jid === args.channel)?.posts ?? []).map(
      ({ id, serverId, at, body, by, reactions }) => ({
        ...{ id, serverId, at: at * 1000, body, by: `${by}@c.us` },
        reactions: Object.fromEntries(reactions),
      }),
    ),
  }),
  /** the owner posts a text */
  'POST /channels/:channel/post': (server, args) => {
    const channel = server.channels.find(({ jid }) => jid === args.channel);
    if (channel === undefined) throw new RangeError(`no channel ${String(args.channel)}`);
    return { id: server.postIn(channel, word(args, 'body')).id };
  },
};
