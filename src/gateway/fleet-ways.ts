// The ways to the accounts of a fleet, on whichever machine each runs. Loaded only with `[fleet] servers`. A connection ends when
// its machine gives the account away or is lost, as that of a socket does with its daemon.
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/keys.js';
import { connectFleet, type FleetConnection } from '../fleet/connection.js';
import { FleetClient } from '../fleet/fleet-client.js';
import { Holders, type Holding, type Standing } from '../fleet/holders.js';
import type { Connection } from '../protocol/connection.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { CONNECT_MS, type Way } from './way.js';
import { within } from './within.js';

const AGAIN_MS = 1_000;
/** The start does not wait longer for servers that do not answer. */
const FIRST_MS = 3_000;

/** A way exists only once the fleet was reached. */
const UNSEEN: Standing = { isHeld: false, isWanted: true, lost: 0 };

interface Open {
  readonly fleet: FleetConnection;
  readonly holders: Holders;
}

/** The owner closes it, after the links. */
export class FleetWays {
  readonly #ended = new AbortController();
  readonly #watchers = new Set<() => void>();
  readonly #ways = new Map<string, Way>();
  #open: Open | null = null;
  #opening: Promise<void> = Promise.resolve();

  private constructor() {}

  /**
   * Goes on in the background when the servers do not answer, or have no fleet yet.
   * @throws (rejects) Fault fleet_refused, permission_denied, usage: found at once
   */
  static async open(config: Config['fleet'], log: Log): Promise<FleetWays> {
    const ways = new FleetWays();
    ways.#opening = ways.#openAlways(config, log);
    // A fault that comes later is in the log.
    ways.#opening.catch((error: unknown) => log.error('fleet.failed', { reason: Fault.of(error).message }));
    try {
      await within(FIRST_MS, ways.#opening);
    } catch (error) {
      await ways.close();
      throw error;
    }
    return ways;
  }

  /** One to each account of the fleet, running or not. */
  get ways(): readonly Way[] {
    return (this.#open?.holders.accounts ?? []).map((account) => this.#to(account));
  }

  /** Calls the listener when accounts are found, move or are lost. */
  watch(listener: () => void): void {
    this.#watchers.add(listener);
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#opening.catch(() => undefined);
    this.#open?.holders.close();
    await this.#open?.fleet.nats.close();
  }

  async #openAlways(config: Config['fleet'], log: Log): Promise<void> {
    const { signal } = this.#ended;
    let said = '';
    while (this.#open === null && !signal.aborted) {
      try {
        this.#open = await openFleet(config, log);
        const { holders } = this.#open;
        holders.watch(() => this.#wake());
        this.#wake();
        log.info('fleet.joined', { servers: config.servers.length, accounts: holders.accounts.length });
      } catch (error) {
        const fault = Fault.of(error);
        if (fault.kind !== 'fleet_unreachable') throw fault;
        if (fault.message !== said) log.warn('fleet.unreachable', { reason: fault.message });
        said = fault.message;
        await delay(AGAIN_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #wake(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #to(account: string): Way {
    const known = this.#ways.get(account);
    if (known !== undefined) return known;
    const way: Way = {
      ...{ account, by: 'fleet', socket: '' },
      address: ['--fleet', '-a', account],
      connect: () => this.#connect(account),
      standing: () => this.#open?.holders.standing(account) ?? UNSEEN,
    };
    this.#ways.set(account, way);
    return way;
  }

  async #connect(account: string): Promise<Connection> {
    if (this.#open === null) throw new Fault('fleet_unreachable');
    const { fleet, holders } = this.#open;
    const holding = holders.of(account);
    if (holding.is !== 'held') throw notHeld(account, holding);
    const client = new FleetClient(fleet, account);
    const isHolder = (): boolean => {
      const now = holders.of(account);
      return now.is === 'held' && now.daemon === holding.daemon;
    };
    const detach = holders.watch((changed) => {
      if (changed === account && !isHolder()) void client.close();
    });
    void client.closed.then(detach);
    try {
      // It answers from the moment at which it has opened the account.
      await client.call('daemon.ping', {}, { timeoutMs: CONNECT_MS, writes: false });
      return client;
    } catch (error) {
      await client.close();
      if (!(error instanceof Fault && error.kind === 'unreachable')) throw error;
      const reason = `Machine ${holding.machine} has the account "${account}", and does not answer for it yet.`;
      throw new Fault('unreachable', { reason, hint: 'wactl fleet accounts', cause: error });
    }
  }
}

async function openFleet(config: Config['fleet'], log: Log): Promise<Open> {
  const fleet = await connectFleet(config, { name: 'wad-gateway', log });
  try {
    return { fleet, holders: await Holders.open(fleet, log) };
  } catch (error) {
    await fleet.nats.close();
    throw error;
  }
}

/** Why nobody answers for the account. */
function notHeld(account: string, holding: Exclude<Holding, { is: 'held' }>): Fault {
  const says = {
    given: (machine: string) =>
      `Machine ${machine} has given the account "${account}" away; another one takes it.`,
    lost: (machine: string) =>
      `Machine ${machine}, which ran the account "${account}", is lost; another one takes it.`,
  };
  const reason =
    holding.is === 'free'
      ? `No machine runs the account "${account}" now.`
      : says[holding.is](holding.machine);
  return new Fault('unreachable', { reason, hint: 'wactl fleet accounts' });
}
