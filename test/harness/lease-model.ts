// Plays the lease of one account in simulated time: one server, three machines with clocks of their own, and everything that
// may go wrong between them. Runs the real Lease and LeaseTaker; the same seed plays the same run.
//
// The one state that is not played is a machine that is suspended as a whole: its browser is suspended as well, and its guard
// kills it within half a second of the resumption.
import {
  type Lease,
  type LeaseBucket,
  type LeaseClock,
  type LeaseRecord,
  leaseTimes,
} from '../../src/fleet/lease.js';
import { LeaseTaker } from '../../src/fleet/take-lease.js';
import { type Dice, diceOf } from './dice.js';

export type Trouble = 'crash' | 'stall' | 'pause' | 'cut' | 'loss' | 'leave' | 'jump' | 'death';

export interface Game {
  readonly seed: number;
  /** What may happen from `fromMs` to `troubleMs`. Messages are slow only where they may be lost, too. */
  readonly troubles: readonly Trouble[];
  readonly fromMs: number;
  readonly troubleMs: number;
  /** How long everything is well afterwards, before the run ends. */
  readonly calmMs: number;
}

export interface Outcome {
  /** What must never happen: two browsers, an epoch that does not grow. */
  readonly wrong: readonly string[];
  /** How many browsers began. */
  readonly begun: number;
  /** The time from a machine's death to the next browser; null without one. */
  readonly followedAfterMs: number | null;
  /** Whether a browser runs at the end. */
  readonly runs: boolean;
}

export const TIMES = leaseTimes(30_000);
/** The clocks of machines and server run at most this much too fast or too slow. */
const DRIFT = 0.05;
const REQUEST_MS = 5_000;
const RESTART_MS = 2_000;
/** How late the guard may be. */
const GUARD_LATE_MS = 1_000;
const KILL_MS = 200;
const CLOCK_STEP_MS = 10;
/** More than the longest chain of promises between two timers. */
const TURNS = 12;

export async function playLease(game: Game): Promise<Outcome> {
  const world = new World(game);
  await world.play();
  const { wrong, begun, followedAfterMs } = world;
  return { wrong, begun, followedAfterMs, runs: world.browsers.size > 0 };
}

interface Due {
  readonly atMs: number;
  readonly run: () => void;
}

class World {
  readonly dice: Dice;
  readonly server: Server;
  readonly machines: readonly Machine[];
  readonly wrong: string[] = [];
  begun = 0;
  followedAfterMs: number | null = null;
  #diedAtMs: number | null = null;
  /** The machines whose browser runs. */
  readonly browsers = new Map<Machine, Browser>();
  readonly #game: Game;
  readonly #due: Due[] = [];
  #epoch = 0;
  nowMs = 0;
  lossUntilMs = 0;

  constructor(game: Game) {
    this.#game = game;
    this.dice = diceOf(game.seed);
    this.server = new Server(this);
    this.machines = ['a', 'b', 'c'].map((name) => new Machine(this, name));
    for (let atMs = game.fromMs + this.upTo(16_000); atMs < game.troubleMs; atMs += this.upTo(16_000))
      this.after(atMs, () => this.#trouble(this.dice.pick(game.troubles)));
  }

  get troubleMs(): number {
    return this.#game.troubleMs;
  }

  get mayBeSlow(): boolean {
    return this.#game.troubles.includes('loss') && this.nowMs < this.#game.troubleMs;
  }

  upTo(most: number): number {
    return this.dice.roll() * most;
  }

  after(ms: number, run: () => void): void {
    const due = { atMs: this.nowMs + ms, run };
    let at = this.#due.length;
    while (at > 0 && (this.#due[at - 1] as Due).atMs < due.atMs) at -= 1;
    this.#due.splice(at, 0, due);
  }

  async play(): Promise<void> {
    const { troubleMs, calmMs } = this.#game;
    for (let next = this.#due.pop(); next !== undefined; next = this.#due.pop()) {
      if (next.atMs > troubleMs + calmMs) return;
      this.nowMs = next.atMs;
      next.run();
      for (let turn = 0; turn < TURNS; turn += 1) await null;
    }
  }

  #trouble(what: Trouble): void {
    const machine = this.dice.pick(this.machines);
    // Rarely longer than a lease; never longer than the time of troubles.
    const ms = Math.min(this.upTo(this.upTo(80_000)), this.#game.troubleMs - this.nowMs);
    // Once: the second of two jumps would find a machine that waits out the first.
    if (what === 'jump') this.server.aheadMs ||= this.upTo(60_000);
    else if (what === 'loss') this.lossUntilMs = this.nowMs + ms;
    else if (what === 'pause') machine.pausedUntilMs = this.nowMs + ms;
    else if (what === 'stall') machine.stalls = true;
    else if (what === 'cut') machine.cutUntilMs = this.nowMs + ms;
    else if (what === 'crash') machine.daemon.crash(true);
    else if (what === 'leave') machine.daemon.leave();
    else this.#die();
  }

  /** The machine that has the account ends for good; once. */
  #die(): void {
    const [holder] = this.browsers.keys();
    if (this.#diedAtMs !== null || holder === undefined) return;
    this.#diedAtMs = this.nowMs;
    holder.daemon.crash(false);
  }

  begin(browser: Browser, epoch: number): void {
    const { machine } = browser;
    for (const other of this.browsers.keys())
      if (other !== machine)
        this.wrong.push(`at ${Math.round(this.nowMs)}: ${machine.name} beside ${other.name}`);
    if (epoch <= this.#epoch) this.wrong.push(`epoch ${epoch} after ${this.#epoch}`);
    this.#epoch = epoch;
    this.browsers.set(machine, browser);
    this.begun += 1;
    if (this.#diedAtMs !== null) this.followedAfterMs ??= this.nowMs - this.#diedAtMs;
  }
}

type Entry = { readonly record: LeaseRecord; readonly revision: number };

class Server {
  readonly #world: World;
  readonly #rate: number;
  #stored: (Entry & { readonly atMs: number }) | null = null;
  #revision = 0;
  /** How far its wall clock was set forward. */
  aheadMs = 0;

  constructor(world: World) {
    this.#world = world;
    this.#rate = 1 - DRIFT + world.upTo(2 * DRIFT);
  }

  get #nowMs(): number {
    return this.#world.nowMs * this.#rate + this.aheadMs;
  }

  get entry(): Entry | null {
    if (this.#stored !== null && this.#nowMs - this.#stored.atMs >= TIMES.leaseMs) this.#stored = null;
    return this.#stored;
  }

  /** Stores it when the entry has this revision; null: when there is none. */
  write(record: LeaseRecord, revision: number | null): number | null {
    if ((this.entry?.revision ?? null) !== revision) return null;
    this.#revision += 1;
    this.#stored = { record, revision: this.#revision, atMs: this.#nowMs };
    return this.#revision;
  }
}

class Machine {
  readonly world: World;
  readonly name: string;
  readonly #rate: number;
  readonly #bootedAtMs: number;
  daemon: Daemon;
  /** Until then the daemon is suspended. */
  pausedUntilMs = 0;
  cutUntilMs = 0;
  /** It is suspended with its next request under way, and cut off when it goes on. */
  stalls = false;

  constructor(world: World, name: string) {
    this.world = world;
    this.name = name;
    this.#rate = 1 - DRIFT + world.upTo(2 * DRIFT);
    this.#bootedAtMs = world.upTo(1e9);
    this.daemon = new Daemon(this, 0);
  }

  get nowMs(): number {
    const exact = this.#bootedAtMs + this.world.nowMs * this.#rate;
    return Math.floor(exact / CLOCK_STEP_MS) * CLOCK_STEP_MS;
  }

  /** After this time of its own clock. */
  after(ms: number, run: () => void): void {
    this.world.after(Math.max(0, ms) / this.#rate, run);
  }

  stall(): void {
    const restMs = this.world.troubleMs - this.world.nowMs;
    if (!this.stalls || restMs < 0) return;
    this.stalls = false;
    const ms = this.world.upTo(Math.min(20_000, restMs));
    this.pausedUntilMs = this.world.nowMs + ms;
    this.world.after(ms + 10, () => {
      this.cutUntilMs = this.world.troubleMs;
    });
  }

  restart(): void {
    this.world.after(RESTART_MS + this.world.upTo(RESTART_MS), () => {
      this.daemon = new Daemon(this, this.daemon.number + 1);
    });
  }
}

class Browser {
  readonly machine: Machine;
  /** Of the guard. */
  #untilMs = 0;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  guard(untilMs: number): void {
    const { machine } = this;
    this.#untilMs = untilMs;
    machine.after(untilMs - machine.nowMs + machine.world.upTo(GUARD_LATE_MS), () => {
      if (this.#untilMs <= machine.nowMs) this.end();
    });
  }

  end(): void {
    const { world } = this.machine;
    if (world.browsers.get(this.machine) === this) world.browsers.delete(this.machine);
  }
}

/** One process. */
class Daemon {
  readonly number: number;
  readonly #machine: Machine;
  readonly #world: World;
  #lives = true;
  #lease: Lease | null = null;
  #browser: Browser | null = null;

  constructor(machine: Machine, number: number) {
    this.number = number;
    this.#machine = machine;
    this.#world = machine.world;
    void this.#run();
  }

  /** SIGKILL. Its browser ends by itself, as a rule. */
  crash(restarts: boolean): void {
    if (!this.#lives) return;
    const browser = this.#browser;
    if (this.#world.dice.roll() < 0.7) this.#world.after(this.#world.upTo(1_000), () => browser?.end());
    this.#exit(restarts);
  }

  /** An orderly end. */
  leave(): void {
    const lease = this.#lease;
    if (lease === null || this.#world.nowMs < this.#machine.pausedUntilMs) return;
    if (lease.end !== null) return;
    this.#browser?.end();
    const next = this.#world.dice.roll() < 0.3 ? this.#world.dice.pick(this.#world.machines).name : undefined;
    const exit = (): void => this.#exit(true);
    lease.release(next).then(exit, exit);
  }

  async #run(): Promise<void> {
    const { name } = this.#machine;
    const record = { machine: name, host: name, daemon: `${name}${this.number}`, since: '' };
    const taker = new LeaseTaker(this.#bucket(), record, { clock: this.#clock, times: TIMES });
    // As Member.lease.
    for (;;) {
      const taken = await taker.try().catch(() => 'unanswered' as const);
      if (taken === 'unanswered') await this.#sleep(1_000);
      else if (taken === null) await this.#sleep(TIMES.renewMs * (0.8 + this.#world.upTo(0.4)));
      else {
        const { lease, waitMs } = taken;
        if (waitMs > 0) await this.#sleep(waitMs);
        if (lease.end === null) return this.#begin(lease);
      }
    }
  }

  #begin(lease: Lease): void {
    const browser = new Browser(this.#machine);
    this.#lease = lease;
    this.#browser = browser;
    this.#world.begin(browser, lease.epoch);
    browser.guard(lease.heldUntilMs);
    lease.onConfirmed(() => browser.guard(lease.heldUntilMs));
    lease.onEnd((end) => {
      if (end === 'released') return;
      this.#world.after(this.#world.upTo(KILL_MS), () => browser.end());
      this.#exit(true);
    });
  }

  #exit(restarts: boolean): void {
    if (!this.#lives) return;
    this.#lives = false;
    if (restarts) this.#machine.restart();
  }

  /** Runs it in this process: later while it is suspended, never once it has ended. */
  #deliver(run: () => void): void {
    if (!this.#lives) return;
    const restMs = this.#machine.pausedUntilMs - this.#world.nowMs;
    // All that is due then runs in any order.
    if (restMs > 0) this.#world.after(restMs + this.#world.upTo(5), () => this.#deliver(run));
    else run();
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, resolve));
  }

  readonly #clock: LeaseClock = {
    now: () => this.#machine.nowMs,
    after: (ms, run) => {
      let cancelled = false;
      const fire = (): void => {
        if (!cancelled) run();
      };
      this.#machine.after(ms + this.#world.upTo(2) - 1, () => this.#deliver(fire));
      return () => {
        cancelled = true;
      };
    },
  };

  #bucket(): LeaseBucket {
    const { server } = this.#world;
    return {
      create: (record) => this.#ask(() => server.write(record, null)),
      update: (record, revision) => this.#ask(() => server.write(record, revision)),
      read: () => this.#ask(() => server.entry),
      mayForget: () => this.#ask(() => server.aheadMs > TIMES.leaseMs / 10),
    };
  }

  /** A request may be lost, or its answer, and both may be late. */
  #ask<T>(apply: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#clock.after(REQUEST_MS, () => reject(new Error('no answer')));
      this.#send(() => {
        const answer = apply();
        this.#send(() => this.#deliver(() => resolve(answer)));
      });
      this.#machine.stall();
    });
  }

  #send(arrive: () => void): void {
    const { dice, mayBeSlow, nowMs, lossUntilMs } = this.#world;
    const cutMs = this.#machine.cutUntilMs - nowMs;
    const isLost = cutMs > 0 ? dice.roll() < 0.8 : nowMs < lossUntilMs && dice.roll() < 0.5;
    if (isLost) return;
    const slow = dice.roll();
    const mostMs = !mayBeSlow || slow < 0.9 ? 20 : slow < 0.98 ? 2_000 : 15_000;
    this.#world.after(Math.max(0, cutMs) + this.#world.upTo(mostMs), arrive);
  }
}
