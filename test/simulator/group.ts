/** A group on the server: its members, admins and name. */
import { randomBytes } from 'node:crypto';
import type { WireGroup } from './wire.js';

export interface GroupOptions {
  subject: string;
  /** wids; the first one is the owner unless `owner` is given */
  participants: string[];
  owner?: string;
  /** only admins may write */
  announce?: boolean;
  /** only admins may change name, description and timer */
  restrict?: boolean;
  /** an admin must approve whoever joins */
  approval?: boolean;
  /** a community */
  isCommunity?: boolean;
  /** the community of the group */
  community?: string;
  announcements?: boolean;
}

/** A request to join; `by` is the person, or the member who wants to add them. */
export interface Asking {
  t: number;
  by: string;
  method: 'InviteLink' | 'NonAdminAdd';
}

let serial = 0;

const inviteCode = () => randomBytes(16).toString('base64url').slice(0, 22);

export class Group {
  readonly wire: WireGroup;
  inviteCode = inviteCode();
  /** who waits to be let in → the request */
  readonly asking = new Map<string, Asking>();
  /** LID of a member → the tag that it has chosen */
  readonly tags = new Map<string, string>();
  /** base64 of a JPEG */
  picture: string | null = null;

  constructor({
    subject,
    participants,
    owner = participants[0] ?? '',
    announce = false,
    restrict = false,
    approval = false,
    isCommunity = false,
    community,
    announcements = false,
  }: GroupOptions) {
    const number = 120363000000000000n + BigInt(Date.now()) * 100n + BigInt(serial++ % 100);
    this.wire = {
      id: `${number}@g.us`,
      subject,
      owner,
      creation: Math.floor(Date.now() / 1000),
      announce,
      restrict,
      approval,
      isCommunity,
      ...(community === undefined ? {} : { community }),
      announcements,
      participants: participants.map((id) => ({ id, admin: id === owner })),
    };
  }

  get id(): string {
    return this.wire.id;
  }

  resetInvite(): void {
    this.inviteCode = inviteCode();
  }

  has(...wids: string[]): boolean {
    return this.wire.participants.some((participant) => wids.includes(participant.id));
  }
}
