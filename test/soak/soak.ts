// Faults of the table one after another, and one into another, as chance has it: in the end the account is ready over
// the link that it began with, nothing has leaked, and no rejection was left to nobody.
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
  /** It ends after so many faults, or so many minutes, whichever comes first. */
  readonly faults: number;
  readonly minutes: number;
  readonly say: (line: string) => void;
}

export interface SoakReport {
  readonly faults: number;
  /** What should not have been; empty when all is well. */
  readonly wrong: readonly string[];
  /** From a fault until ready, in seconds. */
  readonly recovery: { readonly medianS: number; readonly maxS: number };
  /** Of daemon and browser in MB: the median of the ten minutes after the warming up, and of the last ten. */
  readonly memory: { readonly early: number; readonly late: number } | null;
}

/** The sky is the limit before that: caches fill, and what is compiled once is compiled. */
const WARM_MS = 10 * 60_000;
const DRIFT = 0.1;
/** Far beyond what any one fault may take, since the second one may come at the worst moment of the first. */
const RECOVER_MS = 240_000;
/** So often a second fault comes before the first is over. */
const TWO_AT_ONCE = 0.3;
/** So often it is the daemon itself, while the memory of one process is not yet looked at. */
const ITS_OWN = 0.1;

/** What a daemon over a linked session has to get through by itself, or when the fault has gone. */
const FAULTS: readonly Row[] = [...BROWSER, ...PAGE, ...NETWORK].filter(
  ({ given, expect, within, needs }) =>
    given === ready && expect.link === 'same' && within < 90 && needs === undefined,
);
const DEATHS: readonly Row[] = DAEMON.filter(
  ({ given, expect, name }) => given === ready && expect.via === null && /^(kill|SIG)/.test(name),
);

/** @throws when there is no simulator to be had; what goes wrong with the daemon is in the report */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  await using scene = await Scene.open();
  await scene.prepare(ready);
  const run = new Soak(options, scene);
  await run.run();
  return run.report();
}

/** Taken over more often in an hour, a daemon gives way for as long as that lasts, and rightly so (H20). */
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
  /** When another host took the session over, by our age. */
  readonly #takeovers: number[] = [];
  #faults = 0;
  /** Lines of the daemon of the moment that were looked at. */
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
    // What the session is worth in the end.
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
    // One process from the end of the warming up to the end of the run: its memory is what is looked at.
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

  /** What there is to hit may have been hit before. */
  async #act(row: Row | null, which: 'do' | 'mend' = 'do'): Promise<void> {
    const act = row?.[which];
    if (act === undefined) return;
    this.#scene.mark = await this.#scene.wad.mark().catch(() => 0);
    await Promise.resolve(act(this.#scene)).catch(() => undefined);
  }

  /** Ready over the same link, in a daemon that was started anew where it had to be. */
  async #recovered(): Promise<void> {
    const { phone, home } = this.#scene;
    const deadline = performance.now() + RECOVER_MS;
    // A fault may take its time until it shows: only what has talked is well.
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

  /** Two looks of the monitor that found nothing, the second begun after the fault. */
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
