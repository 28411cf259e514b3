/** A channel: who owns and follows it, and its posts, which are not encrypted. */
import { randomBytes } from 'node:crypto';
import { CHANNELS, jidOf } from './jid.js';

export type ChannelRole = 'owner' | 'admin' | 'subscriber' | 'guest';

export interface Post {
  readonly id: string;
  /** ascending in a channel; the page takes numbers from 99 on */
  readonly serverId: number;
  /** seconds */
  readonly at: number;
  /** the type of the stanza: text or media */
  readonly type: string;
  readonly mediaType: string | undefined;
  /** the bytes of a CONTENT; empty once it was revoked */
  plain: Buffer;
  /** as people see it */
  body: string;
  /** number of the admin */
  readonly by: string;
  /** seconds; set once it was edited */
  editedAt?: number;
  /** emoji by the number of who has reacted */
  readonly reactions: Map<string, string>;
}

const FIRST_SERVER_ID = 100;

export class Channel {
  readonly id: string;
  name: string;
  description: string;
  /** number */
  readonly owner: string;
  /** by number; the owner is one of them */
  readonly roles: Map<string, ChannelRole>;
  /** numbers of followers who have muted it */
  readonly muted = new Set<string>();
  readonly posts: Post[] = [];
  /** seconds */
  readonly createdAt = Math.floor(Date.now() / 1000);
  readonly inviteCode = `0029Va${randomBytes(8).toString('hex')}`;
  deleted = false;

  constructor(id: string, name: string, description: string, owner: string) {
    this.id = id;
    this.name = name;
    this.description = description;
    this.owner = owner;
    this.roles = new Map([[owner, 'owner']]);
  }

  get jid(): string {
    return jidOf(this.id, CHANNELS);
  }
  get followers(): number {
    return [...this.roles.values()].filter((role) => role !== 'owner').length;
  }

  roleOf(number: string): ChannelRole {
    return this.roles.get(number) ?? 'guest';
  }
  isAdmin(number: string): boolean {
    return ['owner', 'admin'].includes(this.roleOf(number));
  }

  add(post: Omit<Post, 'serverId' | 'reactions'>): Post {
    const serverId = (this.posts.at(-1)?.serverId ?? FIRST_SERVER_ID - 1) + 1;
    const added = { ...post, serverId, reactions: new Map<string, string>() };
    this.posts.push(added);
    return added;
  }
}
