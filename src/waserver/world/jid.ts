/** Addresses: `user@server`, and `user:device@server` for one device of a user. */

/** Numbers are addresses of this server, and LIDs are the ones that hide them. */
export const NUMBERS = 's.whatsapp.net';
export const LIDS = 'lid';
export const GROUPS = 'g.us';
export const CHANNELS = 'newsletter';
/** The server itself: an address without a user, which is more than the word (WAWap). Baileys hears of few keys from no other. */
export const SERVER = '@s.whatsapp.net';

export interface Jid {
  readonly user: string;
  /** 0 is the phone */
  readonly device: number;
  readonly server: string;
}

export function parseJid(jid: string): Jid {
  const [before = '', server = ''] = jid.includes('@') ? jid.split('@') : ['', jid];
  const [user = '', device] = before.split(':');
  return { user, device: Number(device ?? 0), server };
}

export const jidOf = (user: string, server: string, device = 0): string =>
  `${user}${device === 0 ? '' : `:${device}`}@${server}`;
