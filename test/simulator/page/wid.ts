/** WhatsApp ids: a user, group, status or channel. `_serialized` is an own property on every build seen so far. */

/** Errors of the real page are minified: their name and message are single letters. */
export class MinifiedError extends Error {
  constructor(letter: string) {
    super(letter);
    this.name = letter;
  }
}

export class Wid {
  readonly server: string;
  readonly user: string;
  readonly _serialized: string;

  constructor(serialized: string) {
    const [user = '', server = ''] = serialized.split('@');
    if (user === '' || server === '') throw new MinifiedError('t');
    this.server = server;
    // A device part ("1555:3@c.us") names the same user.
    this.user = user.split(':')[0] ?? user;
    this._serialized = `${this.user}@${server}`;
  }

  isUser(): boolean {
    return this.server === 'c.us' || this.server === 'lid';
  }
  isRegularUser(): boolean {
    return this.isUser();
  }
  isLid(): boolean {
    return this.server === 'lid';
  }
  isGroup(): boolean {
    return this.server === 'g.us';
  }
  isNewsletter(): boolean {
    return this.server === 'newsletter';
  }
  isBroadcast(): boolean {
    return this.server === 'broadcast';
  }
  isStatus(): boolean {
    return this._serialized === 'status@broadcast';
  }
  isBot(): boolean {
    return this.server === 'bot';
  }
  equals(other: unknown): boolean {
    return String(other) === this._serialized;
  }
  toJid(): string {
    return this._serialized.replace('@c.us', '@s.whatsapp.net');
  }
  toString(): string {
    return this._serialized;
  }
}

export function createWid(like: unknown): Wid {
  if (like instanceof Wid) return like;
  if (typeof like === 'object' && like !== null && '_serialized' in like) return createWid(like._serialized);
  if (typeof like !== 'string') throw new MinifiedError('t');
  return new Wid(like.replace('@s.whatsapp.net', '@c.us'));
}

function asUserWidOrThrow(like: unknown): Wid {
  const wid = createWid(like);
  if (!wid.isUser()) throw new MinifiedError('r');
  return wid;
}

export const WidFactory = {
  createWid,
  createWidFromWidLike: createWid,
  createUserWid: (user: string, server = 'c.us') => new Wid(`${user}@${server}`),
  createUserWidOrThrow: asUserWidOrThrow,
  asUserWidOrThrow,
  toUserWid: createWid,
  toUserWidOrThrow: asUserWidOrThrow,
  isWidlike: (like: unknown) => like instanceof Wid,
};

export const WidToJid = {
  widToUserJid: (wid: Wid) => wid.toJid(),
  widToGroupJid: (wid: Wid) => wid.toJid(),
  widToChatJid: (wid: Wid) => wid.toJid(),
};

export const JidToWid = {
  userJidToUserWid: createWid,
  newsletterJidToWid: createWid,
  groupJidToGroupWid: createWid,
};
