// The secret from which WhatsApp's ids of an account's messages are made. The first holder creates it, sealed, next to the
// desired state of the account, so that it outlives every disk: the same key then gives the same id on every machine.
import { randomBytes } from 'node:crypto';
import { Fault } from '../protocol/fault.js';
import { fleetFault } from './connection.js';
import type { FleetObjects } from './objects.js';

/** Seals with the key of the fleet. */
export interface Seal {
  seal(plain: Uint8Array): Promise<Uint8Array>;
  /** @throws (rejects) Fault bad_snapshot: sealed with another key, or damaged */
  open(sealed: Uint8Array): Promise<Uint8Array>;
}

const BYTES = 32;

/** Names of accounts have no dot. */
export const secretKey = (account: string): string => `secret.${account}`;

/** @throws (rejects) Fault bad_snapshot, fleet_unreachable, fleet_refused */
export async function accountSecret(
  accounts: Pick<FleetObjects['accounts'], 'get' | 'create'>,
  account: string,
  { seal, open }: Seal,
): Promise<Uint8Array> {
  const key = secretKey(account);
  try {
    const known = await accounts.get(key);
    if (known !== null && known.operation === 'PUT') return await open(known.value);
    const secret = randomBytes(BYTES);
    try {
      await accounts.create(key, await seal(secret));
      return secret;
    } catch (error) {
      // Another machine was first, or our own write has arrived without its answer.
      const now = await accounts.get(key);
      if (now === null || now.operation !== 'PUT') throw error;
      return await open(now.value);
    }
  } catch (error) {
    throw error instanceof Fault ? error : fleetFault(error);
  }
}
