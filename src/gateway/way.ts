// The way to the daemon of one account: its socket on this machine, or the fleet. Everything above knows connections only.
import type { Standing } from '../fleet/holders.js';
import type { Address } from '../protocol/address.js';
import type { Connection } from '../protocol/connection.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { Client } from '../socket/client.js';
import { knownAccounts, type Machine } from '../socket/known-accounts.js';
import { type ClientPath, clientPath } from '../socket/path.js';

/** How long a connection may take, ms. */
export const CONNECT_MS = 3_000;

export interface Way {
  readonly account: string;
  readonly by: 'socket' | 'fleet';
  /** The path of the daemon's socket, running or not; empty for an account that is reached over the fleet. */
  readonly socket: string;
  /** The options with which wactl reaches the daemon; for hints. */
  readonly address: Address;
  /** Of an account of a fleet. */
  standing?(): Standing;
  /**
   * A connection to a daemon that runs. The caller closes it.
   * @param maxLineBytes the longest line that is accepted
   * @throws (rejects) Fault unreachable: no daemon runs; others of a connection
   */
  connect(maxLineBytes?: number): Promise<Connection>;
}

export const socketWay = (target: ClientPath): Way => ({
  account: target.account,
  by: 'socket',
  socket: target.path,
  address: target.address,
  connect: (maxLineBytes) =>
    Client.connect(target, { timeoutMs: CONNECT_MS, ...(maxLineBytes !== undefined && { maxLineBytes }) }),
});

/** The ways to all accounts of this machine, running or not. */
export function localWays(machine: Machine, log: Log): readonly Way[] {
  // The environment of the gateway names no account.
  const { WAD_SOCKET: _, WAD_ACCOUNT: __, ...env } = machine.env;
  return knownAccounts(machine).flatMap((account) => {
    try {
      return [socketWay(clientPath({ account, env, uid: machine.uid }))];
    } catch (error) {
      // Its socket would have a path that is too long.
      log.debug('account.unusable', { account, reason: Fault.of(error).message });
      return [];
    }
  });
}
