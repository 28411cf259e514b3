/**
 * The key of a message, like WAWebMsgKey. It cannot be made before there is an account. One of `from` and
 * `to` must be the account, else the key has no chat. Its string is in `_serialized` up to spring 2026 and in
 * `$1` since 2.3000.1042401057 (wwebjs #201852, PR #201901): the property's name is a knob, fixed when the
 * document is created.
 */
import { knobs } from './boot-record.js';
import { getMaybeMePnUser, isMe } from './conn.js';
import { createWid, MinifiedError, type Wid } from './wid.js';

interface Place {
  fromMe: boolean;
  remote: Wid | string;
  id: string;
  participant?: Wid | string | undefined;
}
interface Direction {
  from: Wid | string;
  to: Wid | string;
  id: string;
  participant?: Wid | string | undefined;
  selfDir: 'in' | 'out';
}

const STRING = knobs.msgKeyString;

/** The chat and direction of a message, from which of the two is the account; null when neither is. */
function placeOf({ from, to, selfDir }: Direction): Pick<Place, 'fromMe' | 'remote'> | null {
  if (isMe(from)) return { fromMe: String(from) !== String(to) || selfDir === 'out', remote: to };
  if (isMe(to)) return { fromMe: false, remote: from };
  const wid = createWid(from);
  const isOwn = wid.equals(to) && (wid.isGroup() || wid.isBroadcast());
  return isOwn ? { fromMe: true, remote: wid } : null;
}

export class MsgKey {
  // Only declared, because a key of two strangers has neither.
  declare readonly fromMe: boolean;
  declare readonly remote: Wid;
  readonly id: string;
  readonly participant?: Wid;

  constructor(made: Place | Direction | MsgKey) {
    if (getMaybeMePnUser() === undefined) throw new MinifiedError('r');
    this.id = made.id;
    if (typeof this.id !== 'string') throw new MinifiedError('r');
    const place = 'from' in made ? placeOf(made) : made;
    if (place?.fromMe !== undefined) this.fromMe = place.fromMe;
    if (place?.remote !== undefined) this.remote = createWid(place.remote);
    if (made.participant) this.participant = createWid(made.participant);
    const parts = [this.fromMe, this.remote, this.id, ...(this.participant ? [this.participant] : [])];
    Object.defineProperty(this, STRING, { value: parts.join('_'), enumerable: true });
  }

  static async newId(): Promise<string> {
    const bytes = crypto.getRandomValues(new Uint8Array(9));
    return `3EB0${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`.toUpperCase();
  }

  static newId_DEPRECATED(): Promise<string> {
    return MsgKey.newId();
  }

  static fromString(text: unknown): MsgKey {
    if (typeof text !== 'string') throw new MinifiedError('r');
    const [fromMe = '', remote = '', id = '', participant] = text.split('_');
    if (!['true', 'false'].includes(fromMe) || id === '') throw new MinifiedError('r');
    return new MsgKey({ fromMe: fromMe === 'true', remote, id, participant });
  }

  static from(like: unknown): MsgKey {
    return like instanceof MsgKey ? like : MsgKey.fromString(like);
  }

  clone(): MsgKey {
    return new MsgKey(this);
  }
  equals(other: unknown): boolean {
    return String(other) === this.toString();
  }
  toString(): string {
    return (this as unknown as Record<string, string>)[STRING] as string;
  }
}
