/** An account on the server: two identities, a history, linked devices. The person is in `phone.ts`. */
import type { Checkpoint } from './checkpoint.js';
import type { Device } from './device.js';
import { Labels } from './labels.js';
import { Limits } from './limits.js';
import { Passkey } from './passkey.js';
import type { Item, Me, WireMessage } from './wire.js';

export interface AccountOptions {
  number: string;
  pushname?: string;
  /** without the `@` */
  username?: string;
  platform?: string;
  /** digits of the other identity; by default derived from the number */
  lid?: string;
}

/** The default text. */
export const ABOUT = 'Hey there! I am using WhatsApp.';

const HISTORY_LIMIT = 10_000;

export class Account {
  readonly me: Me;
  readonly devices = new Map<string, Device>();
  /** every message the phone has, oldest first */
  history: WireMessage[] = [];
  /** The code with which the server refuses the account: 406 is a ban, 403 a lock. */
  banned: 403 | 406 | null = null;
  /** the challenge that must be answered before the account works again */
  checkpoint: Checkpoint | undefined;
  /** wids, as the page sent them */
  readonly blocked = new Set<string>();
  /** the person's text about themselves */
  about = ABOUT;
  /** the privacy settings, by the names of WAWebQueryPrivacySettingsJob */
  privacy: Readonly<Record<string, string>> = {
    ...{ lastSeen: 'contacts', online: 'match_last_seen', about: 'all', profilePicture: 'contacts' },
    ...{ groupAdd: 'contact_blacklist', callAdd: 'all', messages: 'all', readReceipts: 'all' },
  };
  readonly labels = new Labels();
  /** the path of the picture in the media store */
  picture: string | null = null;
  /** wids of the people whose presence its pages asked for */
  readonly watched = new Set<string>();
  /** the restrictions by the server */
  readonly limits = new Limits();
  #passkey: Passkey | undefined;
  /** true while the phone itself is unreachable */
  phoneOffline = false;

  constructor(options: AccountOptions) {
    const { number, pushname = 'Somebody', platform = 'android', lid = lidOf(number), username } = options;
    this.me = { pn: `${number}@c.us`, lid: `${lid}@lid`, pushname, platform };
    if (username !== undefined) this.me.username = username;
  }

  /** Created on first use. */
  get passkey(): Passkey {
    this.#passkey ??= new Passkey();
    return this.#passkey;
  }

  is(wid: string): boolean {
    return wid === this.me.pn || wid === this.me.lid;
  }

  /** Sends an item to every linked device except one. */
  push(item: Item, except?: Device): void {
    for (const device of this.devices.values()) if (device !== except) device.push(item);
  }

  /** Adds a message to the account, from outside or from one of its own devices. */
  enter(message: WireMessage, except?: Device): void {
    this.history.push(message);
    if (this.history.length > HISTORY_LIMIT * 1.2) this.history = this.history.slice(-HISTORY_LIMIT);
    this.push({ kind: 'message', message }, except);
  }
}

/** Fifteen digits that look like a LID; the same number gives the same digits. */
export function lidOf(number: string): string {
  const digits = [...number].reverse().join('').padEnd(13, '7').slice(0, 13);
  return `27${digits}`;
}
