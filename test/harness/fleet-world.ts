// Three machines of a fleet with their agents, one NATS server, a simulator, and accounts that are linked and ready.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateIdentity } from 'age-encryption';
import { FRESH } from '../../src/fleet/accounts.js';
import { connectFleet, type FleetConnection } from '../../src/fleet/connection.js';
import { Operator } from '../../src/fleet/operator.js';
import { RpcClient } from '../../src/fleet/rpc-client.js';
import { Simulator } from '../simulator/simulator.js';
import { eventually } from './eventually.js';
import { fleetConfig } from './fleet.js';
import { FleetMachine, type Stage } from './fleet-machine.js';
import type { Subject } from './fleet-program.js';
import { natsServer } from './nats.js';
import { keepLog } from './server.js';

export const MACHINES = ['m1', 'm2', 'm3'] as const;

export interface WorldOptions {
  readonly leaseSeconds?: number;
  readonly browser?: string;
  /** More variables of every machine. */
  readonly env?: Readonly<Record<string, string>>;
}

const LINK_MS = 120_000;
const BASE = 15_550_100_000;
const PEOPLE = 15_550_200_000;

/** Ended with the stage. */
export class FleetWorld {
  readonly subjects: Subject[] = [];
  readonly #stage: Stage;

  private constructor(
    stage: Stage,
    readonly sim: Simulator,
    readonly machines: ReadonlyMap<string, FleetMachine>,
    readonly fleet: FleetConnection,
    readonly operator: Operator,
  ) {
    this.#stage = stage;
  }

  /** All machines run. */
  static async make(
    stage: Stage,
    { leaseSeconds = 30, browser, env: more = {} }: WorldOptions = {},
  ): Promise<FleetWorld> {
    const server = await natsServer(stage);
    const sim = await Simulator.start({ generation: '2026-10' });
    stage.teardown(() => sim[Symbol.asyncDispose]());
    const keys = await mkdtemp(join(tmpdir(), 'wad-fleet-key-'));
    stage.teardown(() => rm(keys, { recursive: true, force: true }));
    const keyFile = join(keys, 'fleet.key');
    await writeFile(keyFile, `${await generateIdentity()}\n`, { mode: 0o600 });
    const env = {
      ...{ WAD_FLEET_SERVERS: server.url, WAD_FLEET_KEY_FILE: keyFile, WAD_PACING_MODE: 'off' },
      ...{ WAD_FLEET_LEASE_SECONDS: String(leaseSeconds), ...more },
    };
    const machines = new Map<string, FleetMachine>();
    for (const name of MACHINES)
      machines.set(
        name,
        await FleetMachine.make(stage, sim, { name, env, ...(browser !== undefined && { browser }) }),
      );
    for (const machine of machines.values()) machine.start();
    const fleet = await connectFleet(fleetConfig(server), { name: 'program', log: keepLog() });
    stage.teardown(() => fleet.nats.close());
    const operator = await eventually(
      () => Operator.open({ servers: [server.url], env: {} }).catch(() => false as const),
      'the first agent creates the buckets',
      30_000,
    );
    stage.teardown(() => operator.close());
    const areThere = async () =>
      (await operator.view()).machines.filter(({ alive }) => alive).length === MACHINES.length;
    await eventually(areThere, 'all machines', 30_000);
    return new FleetWorld(stage, sim, machines, fleet, operator);
  }

  machine(name: string): FleetMachine {
    return this.machines.get(name) as FleetMachine;
  }

  /** Adds an account that prefers the machine, and links it there. Returns when it is ready. */
  async link(machine: string): Promise<Subject> {
    const n = this.subjects.length;
    const account = `shop${n}`;
    const number = String(BASE + n);
    const phone = this.sim.createPhone({ number, pushname: account });
    const person = this.sim.createContact({ number: String(PEOPLE + n), pushname: `P${n}` });
    const record = { ...FRESH, placement: { ...FRESH.placement, prefer: [machine] } };
    const { buckets, names } = this.fleet;
    await (await buckets.open(names.accounts)).put(account, JSON.stringify(record));
    const rpc = new RpcClient(this.fleet, account);
    const qr = await eventually(
      () =>
        rpc
          .call('session.qr', { waitMs: 30_000 })
          .then((answer) => (answer as { qr: string }).qr)
          .catch(() => null),
      `${account} shows a QR code`,
      LINK_MS,
    );
    await phone.scan(qr);
    const subject = { account, number, person };
    this.subjects.push(subject);
    await this.ready([subject]);
    // A profile that is stored while the page still writes has no link (H32).
    return subject;
  }

  /** Waits until these accounts are ready, wherever they run. */
  async ready(subjects: readonly Subject[] = this.subjects, withinMs = LINK_MS): Promise<void> {
    for (const { account } of subjects)
      await eventually(
        async () => (await this.stateOf(account)) === 'ready',
        `${account} is ready`,
        withinMs,
      );
  }

  /** Null: no machine runs it. */
  async stateOf(account: string): Promise<string | null> {
    const rpc = new RpcClient(this.fleet, account);
    const asked = rpc.call('session.status', {}, { timeoutMs: 2_000, writes: false }) as Promise<{
      status: string;
    }>;
    return asked.then(({ status }) => status).catch(() => null);
  }

  /** Which machine has the lease of each account. */
  async places(): Promise<ReadonlyMap<string, string | null>> {
    const { accounts } = await this.operator.view();
    return new Map(accounts.map(({ account, machine }) => [account, machine]));
  }

  /** What WhatsApp saw that must never be: two pages of one session. */
  conflicts(): number {
    return this.sim.log.filter(({ type, direction }) => type === 'conflict' && direction === 'down').length;
  }

  comment(text: string): void {
    this.#stage.comment(text);
  }
}
