// Two machines of a fleet with one account, on a NATS server of their own and against a simulator.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateIdentity } from 'age-encryption';
import type { Test } from 'tap';
import { Simulator } from '../simulator/simulator.js';
import { Home } from './home.js';
import { type NatsOptions, type NatsServer, natsServer } from './nats.js';
import type { Wad } from './wad.js';

export type Machine = 'a' | 'b';

export interface FleetPairOptions {
  /** `shared`: both machines see the same state directory. `local`: each has one of its own. */
  readonly profile?: 'shared' | 'local';
  readonly leaseSeconds?: number;
  readonly nats?: NatsOptions;
  /** More variables of both daemons. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Ended with the test. */
export class FleetPair {
  readonly sim: Simulator;
  readonly server: NatsServer;
  readonly homes: Readonly<Record<Machine, Home>>;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(
    sim: Simulator,
    server: NatsServer,
    homes: Readonly<Record<Machine, Home>>,
    env: Readonly<Record<string, string>>,
  ) {
    this.sim = sim;
    this.server = server;
    this.homes = homes;
    this.#env = env;
  }

  /** The account is linked, on the disk of `a`. */
  static async make(
    t: Test,
    { profile = 'shared', leaseSeconds = 6, nats = {}, env = {} }: FleetPairOptions = {},
  ): Promise<FleetPair> {
    const server = await natsServer(t, nats);
    const sim = await Simulator.start();
    const a = await Home.make(sim, { t });
    const b = await Home.make(sim, { t, ...(profile === 'shared' && { sharing: a }) });
    t.teardown(async () => {
      await a[Symbol.asyncDispose]();
      await b[Symbol.asyncDispose]();
      await sim[Symbol.asyncDispose]();
    });
    await a.saveSession(sim.createPhone({ number: '15550001111', pushname: 'Ada' }));
    const keyFile = join(a.dir, 'fleet.key');
    await writeFile(keyFile, `${await generateIdentity()}\n`, { mode: 0o600 });
    return new FleetPair(
      sim,
      server,
      { a, b },
      {
        WAD_FLEET_SERVERS: server.url,
        WAD_FLEET_PROFILE: profile,
        WAD_FLEET_KEY_FILE: keyFile,
        WAD_FLEET_LEASE_SECONDS: String(leaseSeconds),
        ...env,
      },
    );
  }

  /** Starts the daemon of a machine, which may have to stand by. */
  start(machine: Machine): Promise<Wad> {
    return this.homes[machine].start({
      env: { ...this.#env, WAD_FLEET_MACHINE: machine },
      listening: false,
    });
  }

  /** Starts it where nothing else holds the account. */
  async ready(machine: Machine): Promise<Wad> {
    const wad = await this.start(machine);
    await wad.listening();
    await wad.until('ready');
    return wad;
  }

  /** Starts it where the other machine holds the account. */
  async stands(machine: Machine): Promise<Wad> {
    const wad = await this.start(machine);
    await wad.logged('fleet.held');
    return wad;
  }

  /** The machine is lost: daemon, browser and disk. */
  async lose(wad: Wad, machine: Machine): Promise<void> {
    const home = this.homes[machine];
    await wad.kill();
    for (const pid of await home.browsers()) process.kill(-pid, 'SIGKILL');
    await rm(home.stateDir, { recursive: true, force: true });
  }
}
