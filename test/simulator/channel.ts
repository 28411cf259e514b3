/** A channel on the server: its owner, admins, followers and posts. */
import type { WireChannel, WireMessage } from './wire.js';

export interface ChannelOptions {
  name: string;
  /** wid */
  owner: string;
  /** wids */
  admins?: string[];
  followers?: string[];
}

/** A post as a follower sees it: a link with its card, or only the text. */
export interface Post {
  id: string;
  serverId: number;
  /** milliseconds since the epoch */
  at: number;
  message: WireMessage;
  card: boolean;
}

let serial = 0;

export class Channel {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly admins: Set<string>;
  readonly followers: Set<string>;
  readonly posts: Post[] = [];

  constructor({ name, owner, admins = [], followers = [] }: ChannelOptions) {
    this.id = `${120363100000000000n + BigInt(Date.now()) * 100n + BigInt(serial++ % 100)}@newsletter`;
    this.name = name;
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
    const { id, name, followers } = this;
    return { id, name, role: this.roleOf(...wids), subscribers: followers.size };
  }
}
