// What an operator does with a fleet, directly on NATS: looks, and writes the desired state. The agents do the rest. It is bundled
// as a file of its own, `dist/fleet.cjs`, which wactl loads for `wactl fleet` and --fleet only.
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Config } from '../config/keys.js';
import { loadConfig } from '../config/load.js';
import type { Connection } from '../protocol/connection.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { refusedConfig } from './account-config.js';
import { type AccountState, accountState } from './account-state.js';
import {
  type AccountRecord,
  change,
  FRESH,
  MAX_CONFIG,
  orderKey,
  parseAccount,
  parseOrder,
  subjectOf,
} from './accounts.js';
import { connectFleet, type FleetConnection, fleetFault } from './connection.js';
import { FleetClient } from './fleet-client.js';
import type { LeaseRecord } from './lease.js';
import { type MachineRecord, parseMachine } from './machines.js';
import { JetStreamApiError, type KV, type KvEntry } from './nats.js';

export interface AccountView {
  readonly account: string;
  /** Whether it is to run. */
  readonly run: boolean;
  readonly placement: AccountRecord['placement'];
  /** The machine that holds the lease; null: none. */
  readonly machine: string | null;
  /** ISO 8601: when its daemon started there. */
  readonly since: string | null;
  /** The machines that do not start it, with the reason. */
  readonly refused: Readonly<Record<string, string>>;
}

export interface MachineView {
  readonly machine: string;
  /** Whether its agent is heard of. */
  readonly alive: boolean;
  readonly draining: boolean;
  /** The accounts whose lease it holds. */
  readonly accounts: readonly string[];
  readonly room: number | null;
  readonly memoryFreeMb: number | null;
  readonly labels: readonly string[];
  readonly version: string | null;
  readonly since: string | null;
}

export interface FleetView {
  readonly accounts: readonly AccountView[];
  readonly machines: readonly MachineView[];
}

export interface OperatorOptions {
  /** NATS servers; without any, those of the configuration. */
  readonly servers: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

const NO_LOG: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** The owner calls `close`. */
export class Operator {
  readonly #fleet: FleetConnection;
  readonly #accounts: KV;
  readonly #leases: KV;
  readonly #machines: KV;

  /** @throws (rejects) Fault usage, bad_config, fleet_unreachable, fleet_refused, fleet_mismatch: there is no fleet yet */
  static async open(options: OperatorOptions): Promise<Operator> {
    const config = configOf(options);
    const fleet = await connectFleet(config, { name: 'wactl', log: NO_LOG });
    try {
      const { accounts, leases, machines } = fleet.names;
      const [a, l, m] = await Promise.all([accounts, leases, machines].map((name) => opened(fleet, name)));
      return new Operator(fleet, a as KV, l as KV, m as KV);
    } catch (error) {
      await fleet.nats.close();
      throw fleetFault(error, config.servers);
    }
  }

  private constructor(fleet: FleetConnection, accounts: KV, leases: KV, machines: KV) {
    this.#fleet = fleet;
    this.#accounts = accounts;
    this.#leases = leases;
    this.#machines = machines;
  }

  close(): Promise<void> {
    return this.#fleet.nats.close();
  }

  /** To the daemon of the account, wherever it runs. The caller closes it, before the operator. */
  connection(account: string): Connection {
    return new FleetClient(this.#fleet, account);
  }

  /** The state of the account, as its daemon answers. Never rejects. */
  state(account: string): Promise<AccountState> {
    return accountState(this.#fleet, account);
  }

  /** @throws (rejects) Fault fleet_unreachable, fleet_refused */
  async view(): Promise<FleetView> {
    const [wanted, leases, machines] = await Promise.all(
      [this.#accounts, this.#leases, this.#machines].map(entriesOf),
    );
    const records = new Map<string, AccountRecord>();
    const draining = new Set<string>();
    for (const { key, value } of wanted ?? []) {
      const subject = subjectOf(key);
      if (subject.of === 'account') records.set(key, parseAccount(value) ?? { ...FRESH, run: false });
      if (subject.of === 'machine' && parseOrder(value)?.drain) draining.add(subject.name);
    }
    const holders = new Map<string, LeaseRecord>();
    for (const { key, value } of leases ?? []) {
      const record = JSON.parse(new TextDecoder().decode(value)) as LeaseRecord;
      if (record.next === undefined) holders.set(key, record);
    }
    const live = new Map<string, MachineRecord>();
    for (const { key, value } of machines ?? []) {
      const record = parseMachine(value);
      if (record !== null) live.set(key, record);
    }
    return {
      accounts: [...records].sort(byKey).map(([account, { run, placement }]) => ({
        ...{ account, run, placement },
        machine: holders.get(account)?.machine ?? null,
        since: holders.get(account)?.since ?? null,
        refused: Object.fromEntries(
          [...live].flatMap(([name, { refused }]) => {
            const reason = refused[account];
            return reason === undefined ? [] : [[name, reason]];
          }),
        ),
      })),
      machines: [
        ...new Set([...live.keys(), ...draining, ...[...holders.values()].map(({ machine }) => machine)]),
      ]
        .sort()
        .map((machine) => {
          const record = live.get(machine);
          return {
            ...{ machine, alive: record !== undefined, draining: draining.has(machine) },
            accounts: [...holders]
              .filter(([, held]) => held.machine === machine)
              .map(([name]) => name)
              .sort(),
            room: record?.room ?? null,
            memoryFreeMb: record?.memoryFreeMb ?? null,
            labels: record?.labels ?? [],
            version: record?.version ?? null,
            since: record?.since ?? null,
          };
        }),
    };
  }

  /**
   * Adds an account, or changes its configuration and labels.
   * @param config TOML; undefined keeps what there is, as `labels` does
   * @throws (rejects) Fault usage: the configuration cannot be used; fleet_unreachable, fleet_refused
   */
  async add(
    account: string,
    config: string | undefined,
    labels: readonly string[] | undefined,
  ): Promise<void> {
    if (config !== undefined) {
      const reason =
        config.length > MAX_CONFIG ? `it is longer than ${MAX_CONFIG} characters` : refusedConfig(config);
      if (reason !== null)
        throw new Fault('usage', { reason: `the configuration of ${account}: ${reason}`, hint: null });
    }
    await change(this.#accounts, account, parseAccount, (before) => {
      const record = before ?? FRESH;
      return {
        ...record,
        config: config ?? record.config,
        placement: { ...record.placement, labels: [...(labels ?? record.placement.labels)] },
      };
    });
  }

  /** @throws (rejects) Fault no_such_account, fleet_unreachable, fleet_refused */
  async remove(account: string): Promise<void> {
    await this.#change(account, (record) => record);
    await this.#accounts.delete(account).catch((error: unknown) => {
      throw fleetFault(error);
    });
  }

  /** @throws (rejects) Fault no_such_account, fleet_unreachable, fleet_refused */
  async run(account: string, run: boolean): Promise<void> {
    await this.#change(account, (record) => ({ ...record, run }));
  }

  /**
   * Asks for a move: the machine becomes the first choice, and the daemon that has the lease now hands over.
   * @throws (rejects) Fault no_such_account, no_such_machine, usage: the machine does not fit; fleet_unreachable, fleet_refused
   */
  async move(account: string, to: string): Promise<void> {
    const machine = await this.#machines.get(to);
    const record = machine?.operation === 'PUT' ? parseMachine(machine.value) : null;
    if (record === null) throw noMachine(to);
    const lease = await this.#leases.get(account);
    const holder = lease?.operation === 'PUT' ? lease.json<LeaseRecord>() : null;
    // The order, because the machine's own record follows it a moment later.
    const order = await this.#accounts.get(orderKey(to));
    const isDraining = order?.operation === 'PUT' && parseOrder(order.value)?.drain === true;
    await this.#change(account, (before) => {
      const { placement } = before;
      const why = misfit(placement, { isDraining, labels: record.labels, name: to });
      if (why !== null)
        throw new Fault('usage', {
          reason: `${to} does not take ${account}: ${why}`,
          hint: 'wactl fleet machines',
        });
      const leave = holder === null || holder.machine === to ? null : holder.daemon;
      return { ...before, leave, placement: { ...placement, prefer: [to] } };
    });
  }

  /**
   * Tells a machine to hand over its accounts and to take none, or that it may again. An order to a machine that is not there
   * holds when it comes back.
   * @throws (rejects) Fault no_such_machine: nothing is known of it; fleet_unreachable, fleet_refused
   */
  async drain(machine: string, drain: boolean): Promise<void> {
    const { machines } = await this.view();
    if (!machines.some((one) => one.machine === machine)) throw noMachine(machine);
    await change(this.#accounts, orderKey(machine), parseOrder, () => ({ drain }));
  }

  async #change(account: string, change_: (record: AccountRecord) => AccountRecord): Promise<void> {
    await change(this.#accounts, account, parseAccount, (before) => {
      if (before === null)
        throw new Fault('no_such_account', {
          reason: `${account} is no account of the fleet`,
          hint: `wactl fleet add ${account}`,
        });
      return change_(before);
    });
  }
}

/** Why an account cannot run on a machine; null: it can. */
function misfit(
  { labels, forbid }: AccountRecord['placement'],
  machine: { readonly name: string; readonly labels: readonly string[]; readonly isDraining: boolean },
): string | null {
  if (machine.isDraining) return 'it is draining';
  if (forbid.includes(machine.name)) return 'it is forbidden there';
  const missing = labels.filter((label) => !machine.labels.includes(label));
  return missing.length === 0 ? null : `it lacks the label ${missing.join(', ')}`;
}

const noMachine = (name: string): Fault =>
  new Fault('no_such_machine', { reason: `There is no machine ${name} in the fleet` });

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** @throws ConfigError, Fault usage */
function configOf({ servers, env }: OperatorOptions): Config['fleet'] {
  const home = homedir();
  const { XDG_CONFIG_HOME: xdg } = env;
  const own = join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, '.config'), 'wad/wad.toml');
  const { config } = loadConfig({
    ...{ account: 'default', stateDir: '/var/lib/wad', configFiles: ['/etc/wad/wad.toml', own] },
    ...{ env: { ...env, ...(servers.length > 0 && { WAD_FLEET_SERVERS: servers.join(' ') }) } },
    ...{ cwd: process.cwd(), home },
  });
  if (config.fleet.servers.length > 0) return config.fleet;
  throw new Fault('usage', {
    reason:
      'fleet: which NATS servers? Give --server, WAD_FLEET_SERVERS, or servers in the table [fleet] of wad.toml',
    hint: 'wactl fleet status --server nats://HOST:4222',
  });
}

const STREAM_NOT_FOUND = 10_059;

/** @throws (rejects) Fault fleet_mismatch */
async function opened({ manager, buckets }: FleetConnection, name: string): Promise<KV> {
  try {
    await manager.streams.info(`KV_${name}`);
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND)) throw error;
    throw new Fault('fleet_mismatch', {
      reason: `These NATS servers have no fleet yet (no bucket ${name}): start wad-agent on a machine first`,
      hint: null,
    });
  }
  return buckets.open(name);
}

/** The entries of a bucket. */
async function entriesOf(bucket: KV): Promise<readonly KvEntry[]> {
  try {
    const keys: string[] = [];
    for await (const key of await bucket.keys()) keys.push(key);
    const entries = await Promise.all(keys.map((key) => bucket.get(key)));
    return entries.filter((entry): entry is KvEntry => entry !== null && entry.operation === 'PUT');
  } catch (error) {
    throw fleetFault(error);
  }
}
