// The secret from which WhatsApp's ids of an account's messages are made, kept sealed next to the desired state of the account:
// the same key then gives the same id on every machine, whatever disks are lost.
import { Fault } from '../protocol/fault.js';
import { fleetFault } from './connection.js';
import type { FleetObjects } from './objects.js';

/** Seals with the key of the fleet. */
export interface Seal {
  /** Another key than the first one may have sealed what there is. */
  readonly isRotating: boolean;
  seal(plain: Uint8Array): Promise<Uint8Array>;
  /** @throws (rejects) Fault wrong_key: sealed with another key, or damaged */
  open(sealed: Uint8Array): Promise<Uint8Array>;
}

const PREFIX = 'secret.';

/** Names of accounts have no dot. */
export const secretKey = (account: string): string => `${PREFIX}${account}`;

/** The account whose secret this key names; null: it is another key. */
export const secretAccount = (key: string): string | null =>
  key.startsWith(PREFIX) ? key.slice(PREFIX.length) : null;

/**
 * The secret of the fleet. If it has none, this machine's own becomes it.
 * @throws (rejects) Fault wrong_key, fleet_unreachable, fleet_refused
 */
export async function accountSecret(
  accounts: Pick<FleetObjects['accounts'], 'get' | 'create' | 'update'>,
  account: string,
  { isRotating, seal, open }: Seal,
  own: string,
): Promise<string> {
  const key = secretKey(account);
  const kept = async (): Promise<string | null> => {
    const entry = await accounts.get(key);
    if (entry?.operation !== 'PUT') return null;
    const secret = await open(entry.value);
    // So that the former key is not needed any more. Another machine may do the same at this moment.
    if (isRotating) await accounts.update(key, await seal(secret), entry.revision).catch(() => undefined);
    return Buffer.from(secret).toString();
  };
  try {
    const known = await kept();
    if (known !== null) return known;
    try {
      await accounts.create(key, await seal(Buffer.from(own)));
      return own;
    } catch (error) {
      // Another machine was first, or our own write has arrived without its answer.
      const first = await kept();
      if (first === null) throw error;
      return first;
    }
  } catch (error) {
    throw error instanceof Fault ? error : fleetFault(error);
  }
}
