/** A group: its subject and its members with their roles. */
import { randomBytes } from 'node:crypto';
import type { Addressing } from './addressing.js';
import { GROUPS, jidOf } from './jid.js';
import type { Picture } from './profile.js';

export type Role = 'member' | 'admin' | 'superadmin';

const newCode = (): string => randomBytes(16).toString('base64url');

export class Group {
  readonly id: string;
  subject: string;
  /** each text has an id of its own */
  description: { readonly id: string; readonly body: string } | undefined;
  /** seconds */
  readonly createdAt = Math.floor(Date.now() / 1000);
  /** number of the member who made it */
  readonly creator: string;
  /** by number */
  readonly members: Map<string, Role>;
  /** by which names its members know each other */
  readonly addressing: Addressing;
  /** a group without messages, to which others belong */
  isCommunity = false;
  /** the community that it belongs to */
  parent: Group | undefined;
  /** the announcements of its community are in it */
  hasAnnouncements = false;
  picture: Picture | null = null;
  /** the end of the link by which people join */
  inviteCode = newCode();
  /** only admins write */
  announcement = false;
  /** only admins change subject and picture */
  locked = false;

  constructor(
    id: string,
    subject: string,
    creator: string,
    others: readonly string[],
    addressing: Addressing,
  ) {
    this.id = id;
    this.subject = subject;
    this.creator = creator;
    this.addressing = addressing;
    this.members = new Map([
      [creator, 'superadmin'],
      ...others.filter((number) => number !== creator).map((number): [string, Role] => [number, 'member']),
    ]);
  }

  renewInvite(): void {
    this.inviteCode = newCode();
  }

  get jid(): string {
    return jidOf(this.id, GROUPS);
  }
}
