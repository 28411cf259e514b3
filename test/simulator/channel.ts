/** A channel on the server: its owner, admins, followers and posts. */
import { randomBytes } from 'node:crypto';
import type { WireChannel, WireMessage, WirePost } from './wire.js';

export interface ChannelOptions {
  name: string;
  /** wid */
  owner: string;
  /** wids */
  admins?: string[];
  followers?: string[];
  description?: string;
  /** which reactions are allowed (WAWebCommonNewsletterEnums.NewsletterReactionCodesSetting) */
  reactions?: 'all' | 'none';
}

/** A post as a follower sees it: a link with its card, or only the text. */
export interface Post {
  id: string;
  serverId: number;
  /** milliseconds since the epoch */
  at: number;
  message: WireMessage;
  card: boolean;
  /** the wid of who posted it */
  by: string;
  views: number;
  forwards: number;
  /** wid → emoji */
  reactions: Map<string, string>;
  revoked: boolean;
}

let serial = 0;

export class Channel {
  readonly id: string;
  name: string;
  description: string;
  readonly reactions: 'all' | 'none';
  readonly inviteCode = `0029Va${randomBytes(8).toString('hex')}`;
  readonly created = Math.floor(Date.now() / 1000);
  readonly owner: string;
  readonly admins: Set<string>;
  readonly followers: Set<string>;
  /** wids of the followers who have muted it */
  readonly muted = new Set<string>();
  readonly posts: Post[] = [];
  /** wids of the people who are invited to become admins */
  readonly invited = new Set<string>();
  /** a JPEG in base64 */
  picture: string | null = null;

  constructor({
    name,
    owner,
    admins = [],
    followers = [],
    description = '',
    reactions = 'all',
  }: ChannelOptions) {
    this.id = `${120363100000000000n + BigInt(Date.now()) * 100n + BigInt(serial++ % 100)}@newsletter`;
    this.name = name;
    this.description = description;
    this.reactions = reactions;
    this.owner = owner;
    this.admins = new Set(admins);
    this.followers = new Set(followers);
  }

  roleOf(...wids: string[]): WireChannel['role'] {
    if (wids.includes(this.owner)) return 'owner';
    if (wids.some((wid) => this.admins.has(wid))) return 'admin';
    return wids.some((wid) => this.followers.has(wid)) ? 'subscriber' : 'guest';
  }

  /** The channel as one account sees it. */
  wireFor(...wids: string[]): WireChannel {
    const { id, name, followers, description, inviteCode, created, reactions } = this;
    const muted = wids.some((wid) => this.muted.has(wid));
    const role = this.roleOf(...wids);
    return {
      id,
      name,
      role,
      subscribers: followers.size,
      description,
      inviteCode,
      created,
      muted,
      reactions,
    };
  }

  /** A post as one account sees it. */
  postFor({ serverId, message, by, views, forwards, reactions, revoked }: Post, ...wids: string[]): WirePost {
    const counts = new Map<string, number>();
    for (const emoji of reactions.values()) counts.set(emoji, (counts.get(emoji) ?? 0) + 1);
    const fromMe = wids.includes(by);
    return {
      ...{ serverId, views, forwards, revoked },
      message: {
        ...message,
        fromMe,
        extra: { ...message.extra, serverId, viewCount: views, forwardsCount: forwards },
      },
      reactions: [...counts].map(([code, count]) => ({ code, count })),
    };
  }
}
