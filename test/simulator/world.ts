/** All accounts, people, groups and channels, and the tools that all parts of the server share. */
import type { Account } from './account.js';
import type { Channel } from './channel.js';
import type { Contact } from './contact.js';
import type { Group } from './group.js';
import type { KnobValues } from './knobs.js';
import type { Ledger } from './ledger.js';
import type { MediaStore } from './media-store.js';
import type { Timers } from './timers.js';
import type { Me } from './wire.js';
import type { WireLog } from './wire-log.js';

export interface World {
  readonly accounts: Map<string, Account>;
  readonly contacts: Map<string, Contact>;
  readonly groups: Map<string, Group>;
  readonly channels: Map<string, Channel>;
  readonly ledger: Ledger;
  readonly log: WireLog;
  readonly media: MediaStore;
  readonly timers: Timers;
  knobs(): KnobValues;
}

export function accountOf(world: World, wid: string): Account | undefined {
  const direct = world.accounts.get(wid.split('@')[0] ?? '');
  if (direct?.is(wid)) return direct;
  return [...world.accounts.values()].find((account) => account.is(wid));
}

export function contactOf(world: World, wid: string): Contact | undefined {
  const direct = world.contacts.get(wid.split('@')[0] ?? '');
  if (direct?.is(wid)) return direct;
  return [...world.contacts.values()].find((contact) => contact.is(wid));
}

/** Finds an account by number or wid; default: the first one. Throws when there is none. */
export function accountMeant(world: World, to: string | undefined): Account {
  const account =
    to === undefined
      ? world.accounts.values().next().value
      : accountOf(world, to.includes('@') ? to : `${to}@c.us`);
  if (!account)
    throw new Error(to === undefined ? 'there is no phone yet' : `${to} is no phone of this simulator`);
  return account;
}

/** The other identity of a person or account; any other wid is returned unchanged. */
export function siblingOf(world: World, wid: string): string {
  const ids: Pick<Me, 'pn' | 'lid'> | undefined = contactOf(world, wid)?.wire ?? accountOf(world, wid)?.me;
  if (!ids) return wid;
  return wid === ids.pn ? ids.lid : ids.pn;
}
