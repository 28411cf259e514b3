/** An account as the server knows it: two identities, a history, linked devices. The person is in `phone.ts`. */
import type { Checkpoint } from './checkpoint.js';
import type { Device } from './device.js';
import { Limits } from './limits.js';
import { Passkey } from './passkey.js';
import type { Item, Me, WireMessage } from './wire.js';

export interface AccountOptions {
  number: string;
  pushname?: string;
  platform?: string;
  /** digits of the other identity; derived from the number when not given */
  lid?: string;
}

/** What stands there until somebody writes something else. */
export const ABOUT = 'Hey there! I am using WhatsApp.';

const HISTORY_LIMIT = 10_000;

export class Account {
  readonly me: Me;
  readonly devices = new Map<string, Device>();
  /** every message the phone has, oldest first */
  history: WireMessage[] = [];
  /** The code with which the server refuses it: 406 is a ban, 403 a lock. */
  banned: 403 | 406 | null = null;
  /** what it has to answer before it goes on */
  checkpoint: Checkpoint | undefined;
  /** wids, as the page sent them */
  readonly blocked = new Set<string>();
  /** what the person has written about themselves */
  about = ABOUT;
  /** what the server lets it do */
  readonly limits = new Limits();
  #passkey: Passkey | undefined;
  /** set while the phone itself is out of reach */
  phoneOffline = false;

  constructor({ number, pushname = 'Somebody', platform = 'android', lid = lidOf(number) }: AccountOptions) {
    this.me = { pn: `${number}@c.us`, lid: `${lid}@lid`, pushname, platform };
  }

  /** Made when it is first asked for. */
  get passkey(): Passkey {
    this.#passkey ??= new Passkey();
    return this.#passkey;
  }

  is(wid: string): boolean {
    return wid === this.me.pn || wid === this.me.lid;
  }

  /** To every linked device but one. */
  push(item: Item, except?: Device): void {
    for (const device of this.devices.values()) if (device !== except) device.push(item);
  }

  /** A message enters the account, from outside or from one of its own devices. */
  enter(message: WireMessage, except?: Device): void {
    this.history.push(message);
    if (this.history.length > HISTORY_LIMIT * 1.2) this.history = this.history.slice(-HISTORY_LIMIT);
    this.push({ kind: 'message', message }, except);
  }
}

/** Fifteen digits that look like a LID and are the same for the same number. */
export function lidOf(number: string): string {
  const digits = [...number].reverse().join('').padEnd(13, '7').slice(0, 13);
  return `27${digits}`;
}
