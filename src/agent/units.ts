// What an agent needs of the daemons on its machine, however they are run.
import type { LocalUnit } from './reconcile.js';

export interface Units {
  /** The accounts that the agent answers for, as last seen. */
  current(): ReadonlyMap<string, LocalUnit>;
  /** Writes the configuration, then starts the daemon. Returns without waiting for it. */
  start(account: string, config: string): Promise<void>;
  /** The same for one that runs: it ends orderly, keeps its link, and starts again. */
  restart(account: string, config: string): Promise<void>;
  /** Begins an orderly end that keeps the link. */
  stop(account: string): Promise<void>;
  /** The account is none of ours any more; its daemon has ended. */
  forget(account: string): Promise<void>;
  /** Looks again now. */
  look(): Promise<void>;
  /** Ends what ends with the agent. */
  close(): Promise<void>;
}
