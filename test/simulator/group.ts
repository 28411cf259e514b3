/** A group as the server keeps it: who is in, who leads, what it is called. */
import type { WireGroup } from './wire.js';

export interface GroupOptions {
  subject: string;
  /** wids; the first one owns the group unless `owner` is given */
  participants: string[];
  owner?: string;
  /** only admins may write */
  announce?: boolean;
}

let serial = 0;

export class Group {
  readonly wire: WireGroup;

  constructor({ subject, participants, owner = participants[0] ?? '', announce = false }: GroupOptions) {
    const number = 120363000000000000n + BigInt(Date.now()) * 100n + BigInt(serial++ % 100);
    this.wire = {
      id: `${number}@g.us`,
      subject,
      owner,
      creation: Math.floor(Date.now() / 1000),
      announce,
      participants: participants.map((id) => ({ id, admin: id === owner })),
    };
  }

  get id(): string {
    return this.wire.id;
  }

  has(...wids: string[]): boolean {
    return this.wire.participants.some((participant) => wids.includes(participant.id));
  }
}
