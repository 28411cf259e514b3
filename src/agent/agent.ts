// The agent of one machine: publishes it, watches the fleet, and starts and stops the daemons of accounts. It keeps nothing that
// is not in NATS or in the processes of the machine, so it may end at any time.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/keys.js';
import { accountState } from '../fleet/account-state.js';
import { answered } from '../fleet/answered.js';
import { connectFleet, type FleetConnection } from '../fleet/connection.js';
import { MachineEntry, type MachineRecord } from '../fleet/machines.js';
import { openObjects } from '../fleet/objects.js';
import { availableMemory } from '../local/memory-limit.js';
import { MANIFEST } from '../local/package.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { type Arrival, Handovers } from './handovers.js';
import { type Action, reconcile } from './reconcile.js';
import type { Units } from './units.js';
import { FleetView } from './view.js';

export interface AgentOptions {
  readonly config: Pick<Config, 'fleet' | 'agent'>;
  readonly log: Log;
  /** Builds what runs the daemons. @param changed to be called when one of them is in another state */
  readonly openUnits: (changed: () => void) => Units;
}

/** The monotonic clock of the kernel, which systemd also reports, in ms. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Turns and expiries have no event. */
const EVERY_MS = 1_000;
/** An action that failed is not repeated before. */
const AGAIN_MS = 10_000;
/** A daemon that is younger may not have taken its memory yet. */
const YOUNG_MS = 120_000;

/** The owner calls `close`. */
export class Agent {
  /** Resolves when the agent cannot go on, with the reason. */
  readonly failed: Promise<Fault>;
  readonly #options: AgentOptions;
  readonly #id = randomUUID();
  readonly #since = new Date().toISOString();
  readonly #leaseMs: number;
  readonly #notBeforeMs = new Map<string, number>();
  readonly #timers: NodeJS.Timeout[] = [];
  #fail: (fault: Fault) => void = () => undefined;
  #fleet!: FleetConnection;
  #entry!: MachineEntry;
  #view!: FleetView;
  #units!: Units;
  #handovers!: Handovers;
  #record!: MachineRecord;
  #confirmedAtMs = 0;
  #isKnown = false;
  #isClosed = false;
  #pass: Promise<void> | null = null;
  #isDue = false;
  #publication: Promise<void> = Promise.resolve();

  /**
   * Waits for servers that do not answer, and for the expiry of an entry that another process has left.
   * @throws (rejects) Fault machine_taken, fleet_mismatch, fleet_refused, permission_denied, usage; the signal's reason
   */
  static async open(options: AgentOptions, signal: AbortSignal): Promise<Agent> {
    const agent = new Agent(options);
    try {
      await agent.#open(signal);
      return agent;
    } catch (error) {
      await agent.close();
      throw error;
    }
  }

  private constructor(options: AgentOptions) {
    this.#options = options;
    this.#leaseMs = options.config.fleet.leaseSeconds * 1_000;
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  /** One line for `systemctl status`. */
  get statusLine(): string {
    const { machine } = this.#options.config.fleet;
    const { accounts, room, draining } = this.#record;
    const more = draining ? 'draining' : `room for ${room} more`;
    return `machine ${machine}: ${accounts.length} daemons, ${more}${this.#isConnected() ? '' : '; NATS does not answer'}`;
  }

  /** Ends the children, if daemons are children; they hand their accounts over. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#pass;
    await this.#publication;
    // First: what is given back by the daemons is not for this machine.
    await this.#entry?.remove().catch(() => undefined);
    await this.#units?.close();
    this.#view?.close();
    await this.#fleet?.nats.close();
  }

  async #open(signal: AbortSignal): Promise<void> {
    const { config, log, openUnits } = this.#options;
    const { machine } = config.fleet;
    const credentialsFile = config.agent.credentialsFile ?? config.fleet.credentialsFile;
    const own = { ...config.fleet, credentialsFile };
    this.#fleet = await answered(() => connectFleet(own, { name: `wad-agent ${machine}`, log }), signal);
    const objects = await answered(() => openObjects(this.#fleet, config.fleet), signal);
    this.#entry = new MachineEntry(objects.machines, machine, this.#leaseMs);
    this.#units = openUnits(() => this.#due());
    this.#handovers = new Handovers({
      ...{ stateOf: (account) => accountState(this.#fleet, account), now: monotonicMs, log },
      changed: () => this.#due(),
    });
    await this.#units.look();
    this.#record = await this.#describe();
    const wait = (ms: number) => sleep(ms, undefined, { signal });
    await answered(() => this.#entry.claim(this.#record, wait), signal);
    this.#confirmedAtMs = monotonicMs();
    this.#view = await FleetView.open({
      ...{ objects, leaseMs: this.#leaseMs, now: monotonicMs, log },
      changed: () => this.#due(),
      lost: (error) => this.#fail(new Fault('fleet_unreachable', { cause: error })),
    });
    this.#isKnown = true;
    this.#timers.push(
      setInterval(() => this.#due(), EVERY_MS),
      setInterval(() => this.#publish(), this.#leaseMs / 6),
    );
    this.#publish();
    this.#due();
    log.info('agent.joined', { machine, agent: this.#id });
  }

  /** The last renewal is younger than what others wait for: what this machine sees is not old. */
  #isConnected(): boolean {
    return monotonicMs() - this.#confirmedAtMs < this.#leaseMs / 2;
  }

  #due(): void {
    if (this.#isClosed || !this.#isKnown) return;
    this.#isDue = true;
    this.#pass ??= this.#passes();
  }

  /** One at a time: an action makes the next pass due while it runs. */
  async #passes(): Promise<void> {
    await Promise.resolve();
    while (this.#isDue && !this.#isClosed) {
      this.#isDue = false;
      // Without NATS nothing is decided: what runs, runs.
      if (!this.#isConnected()) break;
      for (const action of this.#actions()) await this.#act(action);
      this.#handovers.look((account) => this.#arrivalOf(account));
      if (this.#hasChanged()) this.#publish();
    }
    this.#pass = null;
  }

  #actions(): readonly Action[] {
    const { config } = this.#options;
    const { machine: me } = config.fleet;
    const local = this.#units.current();
    const own = { ...this.#record, draining: this.#isDraining() };
    return reconcile({
      ...{ me, nowMs: monotonicMs(), accounts: this.#view.accounts, leases: this.#view.leases(), local },
      machines: new Map([...this.#view.machines(), [me, own]]),
      awaited: this.#handovers.awaited,
      parallel: config.agent.parallel,
    });
  }

  async #act({ do: what, account, why }: Action): Promise<void> {
    const { log } = this.#options;
    if (monotonicMs() < (this.#notBeforeMs.get(account) ?? 0)) return;
    const wanted = this.#view.accounts.get(account);
    const config = wanted?.is === 'wanted' ? wanted.record.config : '';
    log.info(`agent.${what}`, { account, why });
    try {
      if (what === 'start') await this.#units.start(account, config);
      else if (what === 'restart') await this.#units.restart(account, config);
      else if (what === 'stop') {
        if (why === 'drained') await this.#handovers.begin(account);
        await this.#units.stop(account);
      } else await this.#units.forget(account);
      this.#notBeforeMs.delete(account);
    } catch (error) {
      this.#notBeforeMs.set(account, monotonicMs() + AGAIN_MS);
      log.error('agent.failed-action', { account, action: what, err: error });
    }
  }

  /** Where an account is that was given away. */
  #arrivalOf(account: string): Arrival {
    const wanted = this.#view.accounts.get(account);
    if (wanted?.is === 'removed' || (wanted?.is === 'wanted' && !wanted.record.run)) return 'unwanted';
    const holding = this.#view.leases().get(account);
    if (holding?.is !== 'held') return 'leaving';
    if (holding.machine !== this.#options.config.fleet.machine) return 'there';
    return this.#isDraining() ? 'leaving' : 'unwanted';
  }

  #isDraining(): boolean {
    return this.#view?.orders.get(this.#options.config.fleet.machine)?.drain === true;
  }

  /** Whether the published record differs in more than memory. */
  #hasChanged(): boolean {
    const { accounts, draining, refused } = this.#record;
    const now = [this.#accounts(), this.#isDraining(), Object.fromEntries(this.#view.refused)];
    return JSON.stringify([accounts, draining, refused]) !== JSON.stringify(now);
  }

  #accounts(): string[] {
    return [...this.#units.current()]
      .flatMap(([name, { state }]) => (state === 'ended' ? [] : [name]))
      .sort();
  }

  async #describe(): Promise<MachineRecord> {
    const { fleet, agent } = this.#options.config;
    // As a unit the agent has a limit of its own, which is not that of the daemons.
    const bytes = await availableMemory(agent.run === 'systemd' ? { of: '/dev/null' } : {});
    const freeMb = bytes === null ? null : Math.floor(bytes / 1e6);
    const accounts = this.#accounts();
    const nowMs = monotonicMs();
    const young = [...this.#units.current().values()].filter(
      ({ state, sinceMs }) => state === 'running' && nowMs - sinceMs < YOUNG_MS,
    );
    const byMemory =
      freeMb === null
        ? Number.MAX_SAFE_INTEGER
        : Math.floor(freeMb / agent.memoryPerAccountMb) - young.length;
    const byCount = agent.maxAccounts === 0 ? Number.MAX_SAFE_INTEGER : agent.maxAccounts - accounts.length;
    return {
      ...{ agent: this.#id, host: bootId(), since: this.#since, version: MANIFEST.version },
      ...{ labels: [...fleet.labels], memoryFreeMb: freeMb, accounts },
      room: Math.max(0, Math.min(byMemory, byCount)),
      draining: this.#isDraining(),
      refused: Object.fromEntries(this.#view?.refused ?? []),
    };
  }

  /** One at a time. */
  #publish(): void {
    this.#publication = this.#publication.then(async () => {
      if (this.#isClosed) return;
      const sentAtMs = monotonicMs();
      const wasConnected = this.#isConnected();
      try {
        this.#record = await this.#describe();
        await this.#entry.publish(this.#record);
        this.#confirmedAtMs = sentAtMs;
        if (!wasConnected) this.#view.refresh();
      } catch (error) {
        const fault = Fault.of(error);
        if (fault.kind === 'fleet_unreachable')
          this.#options.log.warn('agent.unpublished', { reason: fault.message });
        else this.#fail(fault);
      }
    });
  }
}

/** Different for every boot of the kernel. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
