// Asks the daemon that runs an account for its state, over NATS.
import type { StateName } from '../protocol/state.js';
import type { FleetConnection } from './connection.js';
import { RpcClient } from './rpc-client.js';

export interface AccountState {
  /** Null: no machine runs it, or its daemon does not answer. */
  readonly state: StateName | null;
  /** Whether the account does its work: it can send, or wakes up for that. */
  readonly isWell: boolean;
}

/** A daemon whose machine is busy answers within a second. */
const ANSWER_MS = 3_000;
const WELL: readonly (StateName | null)[] = ['ready', 'hibernating'];

/** Never rejects. */
export async function accountState(
  fleet: Pick<FleetConnection, 'nats' | 'names'>,
  account: string,
): Promise<AccountState> {
  const rpc = new RpcClient(fleet, account);
  const asked = rpc.call('session.status', { account }, { timeoutMs: ANSWER_MS, writes: false });
  const { status: state = null } = (await asked.catch(() => ({}))) as { readonly status?: StateName };
  return { state, isWell: WELL.includes(state) };
}
