// Makes random faults of the table one after another, and sometimes one during another. In the end the
// account must be ready over its original link, nothing may have leaked, and no rejection may be unhandled.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { browserMemory } from '../../src/daemon/machine/browser-memory.js';
import { Fault } from '../../src/protocol/fault.js';
import { ready } from '../faults/given.js';
import type { Row } from '../faults/row.js';
import { Scene } from '../faults/scene.js';
import { BROWSER, DAEMON, NETWORK, PAGE } from '../faults/table.js';
import { type Dice, diceOf } from '../harness/dice.js';
import { eventually } from '../harness/eventually.js';

export interface SoakOptions {
  readonly seed: number;
  /** The run ends after this many faults or minutes, whichever comes first. */
  readonly faults: number;
  readonly minutes: number;
  readonly say: (line: string) => void;
}

export interface SoakReport {
  readonly faults: number;
  /** Descriptions of failures; empty when all is well. */
  readonly wrong: readonly string[];
  /** Seconds from a fault until ready. */
  readonly recovery: { readonly medianS: number; readonly maxS: number };
  /**
   * Memory of daemon and browser in MB: the median of the ten minutes after the warm-up, and of the last ten.
   */
  readonly memory: { readonly early: number; readonly late: number } | null;
}

/** The warm-up, in which memory may grow without limit: caches fill and code is compiled. */
const WARM_MS = 10 * 60_000;
const DRIFT = 0.1;
/** Much longer than any one fault may take, because the second one may come at the worst time. */
const RECOVER_MS = 240_000;
/** The share of faults that a second one follows before the first is over. */
const TWO_AT_ONCE = 0.3;
/** The share of faults that kill the daemon itself, while the memory of one process is not measured yet. */
const ITS_OWN = 0.1;

/** Faults from which a linked daemon must recover by itself, or once the fault is gone. */
const FAULTS: readonly Row[] = [...BROWSER, ...PAGE, ...NETWORK].filter(
  ({ given, expect, within, needs }) =>
    given === ready && expect.link === 'same' && within < 90 && needs === undefined,
);
const DEATHS: readonly Row[] = DAEMON.filter(
  ({ given, expect, name }) => given === ready && expect.via === null && /^(kill|SIG)/.test(name),
);

/** @throws when the simulator does not start; failures of the daemon are in the report */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  await using scene = await Scene.open();
  await scene.prepare(ready);
  const run = new Soak(options, scene);
  await run.run();
  return run.report();
}

/** After more takeovers in an hour a daemon gives way for the rest of it, as it should (H20). */
const TAKEOVERS = 3;
const HOUR_MS = 3_600_000;

class Soak {
  readonly #options: SoakOptions;
  readonly #scene: Scene;
  readonly #dice: Dice;
  readonly #device: string | undefined;
  readonly #startedAt = performance.now();
  readonly #wrong: string[] = [];
  readonly #recoveriesMs: number[] = [];
  readonly #memory: { readonly atMs: number; readonly mb: number }[] = [];
  /** The times at which another host took the session over, in ms since the start of the run. */
  readonly #takeovers: number[] = [];
  #faults = 0;
  /** How many log lines of the current daemon were checked. */
  #read = 0;

  constructor(options: SoakOptions, scene: Scene) {
    this.#options = options;
    this.#scene = scene;
    this.#dice = diceOf(options.seed);
    this.#device = scene.phone.devices[0]?.id;
  }

  get #ageMs(): number {
    return performance.now() - this.#startedAt;
  }

  async run(): Promise<void> {
    const { faults, minutes } = this.#options;
    while (this.#faults < faults && this.#ageMs < minutes * 60_000 && this.#wrong.length === 0) {
      try {
        await this.#strike();
      } catch (error) {
        this.#blame((error as Error).message.split('\n')[0] ?? '');
      }
    }
    if (this.#wrong.length > 0) return this.#options.say(this.#scene.tail());
    for (const wrong of await this.#scene.rest()) this.#blame(`left behind: ${wrong}`);
    // Checks the session at the end.
    await this.#scene.start(ready);
    await this.#recovered();
  }

  async #strike(): Promise<void> {
    const { say } = this.#options;
    const startedAt = performance.now();
    const first = this.#choose();
    const second = this.#dice.roll() < TWO_AT_ONCE ? this.#choose() : null;
    const pauseMs = Math.floor(this.#dice.roll() * 2_000);
    const names = [first, second].flatMap((row) => row?.name ?? []).join(`; ${pauseMs} ms later `);
    await this.#act(first);
    if (second !== null) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      await this.#act(second);
    }
    await this.#scene.calm();
    for (const row of [first, second]) await this.#act(row, 'mend');
    await this.#recovered();
    this.#recoveriesMs.push(performance.now() - startedAt);
    const mb = await this.#measure();
    const s = ((performance.now() - startedAt) / 1_000).toFixed(1);
    say(`${(this.#ageMs / 60_000).toFixed(1)} min  #${this.#faults}  ${s} s  ${mb} MB  ${names}`);
  }

  #choose(): Row {
    this.#faults++;
    const deaths = this.#dice.roll() < ITS_OWN;
    // After the warm-up the same process runs until the end, because its memory is measured.
    const mayDie = this.#options.minutes * 60_000 <= 2 * WARM_MS || this.#ageMs < WARM_MS;
    return deaths && mayDie ? this.#dice.pick(DEATHS) : this.#pick();
  }

  #pick(): Row {
    const row = this.#dice.pick(FAULTS);
    if (row.expect.via?.reason !== 'conflict') return row;
    const recent = this.#takeovers.filter((atMs) => this.#ageMs - atMs < HOUR_MS);
    if (recent.length >= TAKEOVERS) return this.#pick();
    this.#takeovers.push(this.#ageMs);
    return row;
  }

  /** Does an act; it may fail when an earlier fault has already hit its target. */
  async #act(row: Row | null, which: 'do' | 'mend' = 'do'): Promise<void> {
    const act = row?.[which];
    if (act === undefined) return;
    this.#scene.mark = await this.#scene.wad.mark().catch(() => 0);
    await Promise.resolve(act(this.#scene)).catch(() => undefined);
  }

  /** Waits until it is ready over the same link, and starts the daemon again if it ended. */
  async #recovered(): Promise<void> {
    const { phone, home } = this.#scene;
    const deadline = performance.now() + RECOVER_MS;
    // A fault may show late, so only an exchange of messages proves recovery.
    while (!(await this.#isWell()))
      if (performance.now() > deadline) throw new Error('not ready again in time');
    this.#readLog();
    const held = phone.devices.map(({ id }) => id);
    if (held.length !== 1 || held[0] !== this.#device) this.#blame('it is not the link that it began with');
    if (!this.#scene.hasSession) this.#blame('the session has no marker any more');
    const databases = join(home.profile, 'Default', 'IndexedDB');
    if (!existsSync(databases) || readdirSync(databases).length === 0) this.#blame('the session is empty');
    const aside = home.sessions().filter((name) => /^session-default\.[a-z]+-\d{8}T/.test(name));
    if (aside.length > 0) this.#blame(`a session was set aside: ${aside.join(', ')}`);
  }

  async #isWell(): Promise<boolean> {
    const { wad } = this.#scene;
    const ready = wad.request(
      'session.wait',
      { states: ['ready'], timeoutMs: 20_000 },
      { timeoutMs: 25_000 },
    );
    const over = wad.exited.then(() => 'over' as const);
    const notYet = (error: unknown) =>
      error instanceof Fault && error.kind === 'connection_lost' ? over : ('not yet' as const);
    const how = await Promise.race([over, ready.then(() => 'ready' as const, notYet)]);
    if (how === 'over') await this.#again();
    else if (how === 'not yet') await wad.request('session.initialize').catch(() => undefined);
    else return (await this.#looksTwice()) && (await this.#talks());
    return false;
  }

  /** Waits for two successful checks by the monitor, the second begun after the fault. */
  async #looksTwice(): Promise<boolean> {
    const { wad } = this.#scene;
    const seen = new Set<string | null>();
    return eventually(
      async () => {
        const { status, monitor } = await wad.status();
        if (status !== 'ready') throw new Error('it is not ready after all');
        seen.add(monitor.lastOkAt);
        return seen.size > 2;
      },
      'two looks',
      20_000,
    ).catch(() => false);
  }

  async #talks(): Promise<boolean> {
    const { wad, contact, home } = this.#scene;
    const text = `message ${++this.#messages}`;
    try {
      const { id } = await wad.request('message.send', { to: contact.number, text });
      const end = await wad.request('message.wait', { id, for: 'delivered', timeoutMs: 10_000 });
      if (end.error !== null) return false;
    } catch {
      return false;
    }
    const arrived = contact.received.filter(({ body }) => body === text).length;
    if (arrived !== 1) this.#blame(`a message arrived ${arrived} times`);
    const browsers = await home.browsers();
    if (browsers.length !== 1) this.#blame(`${browsers.length} browsers`);
    return true;
  }
  #messages = 0;

  async #again(): Promise<void> {
    this.#readLog();
    await this.#scene.gone();
    await this.#scene.start(ready);
    this.#read = 0;
  }

  #readLog(): void {
    const { log } = this.#scene.wad;
    for (const { event, ...more } of log.slice(this.#read))
      if (/unhandledRejection|uncaughtException|effect-failed|watcher-failed|remove-failed/.test(event))
        this.#blame(`${event} ${JSON.stringify(more).slice(0, 300)}`);
    this.#read = log.length;
  }

  async #measure(): Promise<number> {
    const { wad, home } = this.#scene;
    const { rssBytes } = await wad.request('daemon.info');
    const [browser] = await home.browsers();
    const mb = Math.round((rssBytes + (browser === undefined ? 0 : await browserMemory(browser))) / 2 ** 20);
    this.#memory.push({ atMs: this.#ageMs, mb });
    return mb;
  }

  #blame(says: string): void {
    this.#wrong.push(`after fault ${this.#faults}: ${says}`);
  }

  report(): SoakReport {
    const endMs = this.#ageMs;
    const ofTen = (fromMs: number) =>
      median(
        this.#memory.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + WARM_MS).map(({ mb }) => mb),
      );
    const memory = endMs < 3 * WARM_MS ? null : { early: ofTen(WARM_MS), late: ofTen(endMs - WARM_MS) };
    if (memory !== null && Math.abs(memory.late / memory.early - 1) > DRIFT)
      this.#blame(`memory went from ${memory.early} to ${memory.late} MB`);
    return {
      faults: this.#faults,
      wrong: this.#wrong,
      recovery: {
        medianS: median(this.#recoveriesMs) / 1_000,
        maxS: Math.max(0, ...this.#recoveriesMs) / 1_000,
      },
      memory,
    };
  }
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
