// Makes WhatsApp's ids from keys, in a fleet: the secret is the fleet's, and each machine that ran the account remembers it.
import { join } from 'node:path';
import { readSecret } from '../../config/secret-file.js';
import { accountSecret, type Seal } from '../../fleet/account-secret.js';
import type { FleetObjects } from '../../fleet/objects.js';
import { writeDurably } from '../../session-dir/durable-file.js';
import { type ChooseId, idsFromKeys } from '../outgoing/ids.js';

export interface MessageIdsOptions {
  readonly accounts: Pick<FleetObjects['accounts'], 'get' | 'create' | 'update'>;
  readonly account: string;
  readonly stateDir: string;
  /** Null: the machines share the state directory, and have no key. */
  readonly seal: Seal | null;
}

/**
 * Called before the lease is taken, so that a machine with a wrong key never has the account.
 * @throws (rejects) Fault wrong_key, fleet_unreachable, fleet_refused, disk_full, permission_denied
 */
export async function messageIds({
  accounts,
  account,
  stateDir,
  seal,
}: MessageIdsOptions): Promise<ChooseId> {
  const path = join(stateDir, 'message-ids.secret');
  const own = await readSecret({ path, key: 'the secret of the message ids', make: '' });
  if (seal === null) return idsFromKeys(own, account);
  const secret = await accountSecret(accounts, account, seal, own);
  // The servers may be lost, too.
  if (secret !== own) await writeDurably(path, `${secret}\n`);
  return idsFromKeys(secret, account);
}
