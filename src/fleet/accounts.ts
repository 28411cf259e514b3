// The desired state of the accounts of a fleet, and the orders to its machines, in one bucket that expires nothing. Machines
// only read it; operators write it (operator.ts). The key of an account is its name; the key of an order is
// `machine.NAME`, which is no account's name because of its dot.
import { z } from 'zod';
import { isAccountName } from '../protocol/names.js';
import { fleetFault } from './connection.js';
import { JetStreamApiError, type KV } from './nats.js';

/** The longest configuration of an account, in characters. */
export const MAX_CONFIG = 65_536;

const NAMES = z.array(z.string().max(64)).max(200);

const ACCOUNT = z.object({
  /** Whether it is to run on some machine. */
  run: z.boolean(),
  /** TOML: what it needs beside the configuration of its machine. */
  config: z.string().max(MAX_CONFIG),
  placement: z.object({ labels: NAMES, prefer: NAMES, forbid: NAMES }),
  /** The daemon that is to hand it over, by the id in its lease; another daemon is not meant. Null: none. */
  leave: z.string().nullable(),
});

export type AccountRecord = Readonly<z.infer<typeof ACCOUNT>>;

/** An account that was just added. */
export const FRESH: AccountRecord = {
  run: true,
  config: '',
  placement: { labels: [], prefer: [], forbid: [] },
  leave: null,
};

const ORDER = z.object({
  /** Whether the machine is to hand over its accounts and take none. */
  drain: z.boolean(),
});

export type MachineOrder = Readonly<z.infer<typeof ORDER>>;

const PREFIX = 'machine.';

export const orderKey = (machine: string): string => `${PREFIX}${machine}`;

/** What a key of the bucket is about. */
export type Subject =
  | { readonly of: 'account' | 'machine'; readonly name: string }
  | { readonly of: 'unknown' };

export function subjectOf(key: string): Subject {
  if (isAccountName(key)) return { of: 'account', name: key };
  return key.startsWith(PREFIX) ? { of: 'machine', name: key.slice(PREFIX.length) } : { of: 'unknown' };
}

/** @returns null when it is not the record of an account */
export const parseAccount = (value: Uint8Array): AccountRecord | null => parsed(ACCOUNT, value);

/** @returns null when it is not an order */
export const parseOrder = (value: Uint8Array): MachineOrder | null => parsed(ORDER, value);

function parsed<T>(schema: z.ZodType<T>, value: Uint8Array): T | null {
  try {
    return schema.safeParse(JSON.parse(new TextDecoder().decode(value))).data ?? null;
  } catch {
    return null;
  }
}

const WRONG_LAST_SEQUENCE = 10_071;

/**
 * Changes one entry by compare-and-set, so that two operators do not undo each other's changes.
 * @param change gets the value, or null without an entry; returns the new one. What it throws ends the change
 * @throws (rejects) Fault fleet_unreachable, fleet_refused
 */
export async function change<T extends object>(
  bucket: KV,
  key: string,
  read: (value: Uint8Array) => T | null,
  change: (value: T | null) => T,
): Promise<T> {
  for (;;) {
    try {
      const entry = await bucket.get(key);
      const isThere = entry !== null && entry.operation === 'PUT';
      const next = change(isThere ? read(entry.value) : null);
      const value = JSON.stringify(next);
      if (isThere) await bucket.update(key, value, entry.revision);
      else await bucket.create(key, value);
      return next;
    } catch (error) {
      if (!(error instanceof JetStreamApiError && error.code === WRONG_LAST_SEQUENCE))
        throw fleetFault(error);
    }
  }
}
