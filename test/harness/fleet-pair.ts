// Machines of a fleet with one account, on NATS servers of their own and against a simulator. Every line between a machine and
// a server can be cut. Two browsers that are connected to the simulator at a time are found at once.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateIdentity } from 'age-encryption';
import type { Test } from 'tap';
import { writeBrowserWrapper } from '../simulator/browser.js';
import type { Generation } from '../simulator/generations.js';
import { Simulator } from '../simulator/simulator.js';
import { Home } from './home.js';
import { Line } from './line.js';
import { type NatsOptions, type NatsServer, natsServers } from './nats.js';
import { signal } from './processes.js';
import type { Wad } from './wad.js';

export const MACHINES = ['a', 'b', 'c'] as const;
export type Machine = (typeof MACHINES)[number];

export interface FleetPairOptions {
  /** `shared`: all machines see the same state directory. `local`: each has one of its own. */
  readonly profile?: 'shared' | 'local';
  readonly leaseSeconds?: number;
  /** How many NATS servers. */
  readonly servers?: 1 | 3;
  readonly generation?: Generation;
  readonly nats?: NatsOptions;
  /** More variables of every daemon. */
  readonly env?: Readonly<Record<string, string>>;
}

interface Parts {
  readonly sim: Simulator;
  readonly servers: readonly NatsServer[];
  readonly homes: Readonly<Record<Machine, Home>>;
  readonly toNats: Readonly<Record<Machine, readonly Line[]>>;
  readonly toWhatsApp: Readonly<Record<Machine, Line>>;
  readonly env: Readonly<Record<string, string>>;
  readonly beside: readonly string[];
}

/** Several servers elect a leader first, and then one for each bucket and stream. */
const ELECTIONS_MS = 60_000;

/** Ended with the test. */
export class FleetPair {
  readonly sim: Simulator;
  readonly servers: readonly NatsServer[];
  readonly homes: Readonly<Record<Machine, Home>>;
  readonly toNats: Readonly<Record<Machine, readonly Line[]>>;
  readonly toWhatsApp: Readonly<Record<Machine, Line>>;
  /** Every moment at which a browser of one machine connected while one of another was connected. */
  readonly beside: readonly string[];
  readonly #env: Readonly<Record<string, string>>;

  private constructor({ sim, servers, homes, toNats, toWhatsApp, env, beside }: Parts) {
    this.sim = sim;
    this.servers = servers;
    this.homes = homes;
    this.toNats = toNats;
    this.toWhatsApp = toWhatsApp;
    this.beside = beside;
    this.#env = env;
  }

  /** The account is linked, on the disk of `a`. */
  static async make(
    t: Test,
    {
      profile = 'shared',
      leaseSeconds = 6,
      servers: count = 1,
      generation,
      nats = {},
      env: more = {},
    }: FleetPairOptions = {},
  ): Promise<FleetPair> {
    const servers = await natsServers(t, count, nats);
    const sim = await Simulator.start(generation === undefined ? {} : { generation });
    t.teardown(() => sim[Symbol.asyncDispose]());
    const beside: string[] = [];
    const toWhatsApp = {} as Record<Machine, Line>;
    const opened = (machine: Machine): void => {
      for (const other of MACHINES)
        if (other !== machine && (toWhatsApp[other]?.connections ?? 0) > 0)
          beside.push(`${new Date().toISOString()} ${machine} beside ${other}`);
    };
    for (const machine of MACHINES) toWhatsApp[machine] = await Line.open(t, sim.port, () => opened(machine));
    const toNats = {} as Record<Machine, Line[]>;
    for (const machine of MACHINES)
      toNats[machine] = await Promise.all(servers.map(({ port }) => Line.open(t, port)));
    const homes = {} as Record<Machine, Home>;
    for (const machine of MACHINES) {
      const { port } = toWhatsApp[machine];
      const through: Pick<Simulator, 'browserWrapper'> = {
        browserWrapper: (directory, options) => writeBrowserWrapper(directory, port, options),
      };
      const home = await Home.make(through, {
        t,
        ...(profile === 'shared' && homes.a && { sharing: homes.a }),
      });
      t.teardown(() => home[Symbol.asyncDispose]());
      homes[machine] = home;
    }
    // Nobody is there to confirm a passkey. A generation that asks for one asks again if a device is ever linked anew.
    const { passkey } = sim.knobs;
    await sim.set('passkey', false);
    await homes.a.saveSession(sim.createPhone({ number: '15550001111', pushname: 'Ada' }));
    await sim.set('passkey', passkey);
    const keyFile = join(homes.a.dir, 'fleet.key');
    await writeFile(keyFile, `${await generateIdentity()}\n`, { mode: 0o600 });
    const env = {
      WAD_FLEET_REPLICAS: String(count),
      WAD_FLEET_PROFILE: profile,
      WAD_FLEET_KEY_FILE: keyFile,
      WAD_FLEET_LEASE_SECONDS: String(leaseSeconds),
      ...more,
    };
    return new FleetPair({ sim, servers, homes, toNats, toWhatsApp, env, beside });
  }

  /** The only server. */
  get server(): NatsServer {
    return this.servers[0] as NatsServer;
  }

  /** Starts the daemon of a machine, which may have to stand by. */
  start(machine: Machine, more: Readonly<Record<string, string>> = {}): Promise<Wad> {
    const urls = this.toNats[machine].map(({ port }) => `nats://127.0.0.1:${port}`);
    return this.homes[machine].start({
      env: { ...this.#env, WAD_FLEET_SERVERS: urls.join(' '), WAD_FLEET_MACHINE: machine, ...more },
      listening: false,
    });
  }

  /** Starts it where nothing else holds the account. */
  async ready(machine: Machine): Promise<Wad> {
    const wad = await this.start(machine);
    await (this.servers.length > 1 ? wad.listening(ELECTIONS_MS) : wad.listening());
    await wad.until('ready');
    return wad;
  }

  /** Starts it where the other machine holds the account. */
  async stands(machine: Machine): Promise<Wad> {
    const wad = await this.start(machine);
    await wad.logged('fleet.held');
    return wad;
  }

  /** kill -9 of everything on a machine; its guard ends by itself with the browser. Its disk stays. */
  async crash(wad: Wad, machine: Machine): Promise<void> {
    const all = await this.homes[machine].processes();
    for (const { pid } of all) signal(pid, 'SIGKILL');
    await wad.kill();
  }

  /** The machine is lost: daemon, browser and disk. */
  async lose(wad: Wad, machine: Machine): Promise<void> {
    await this.crash(wad, machine);
    await rm(this.homes[machine].stateDir, { recursive: true, force: true });
  }
}
