// Sets up the rows of the table: one simulator, one linked profile, one profile without a link, and the
// current daemon. A daemon that is already in the situation of the next row is used again. Any other is
// stopped, and must leave nothing behind. The caller disposes of it.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../harness/eventually.js';
import { Home, type HomeOptions } from '../harness/home.js';
import type { Wad } from '../harness/wad.js';
import type { Contact } from '../simulator/contact.js';
import { knobsOf } from '../simulator/generations.js';
import type { KnobName, KnobSettings } from '../simulator/knobs.js';
import type { Phone } from '../simulator/phone.js';
import { Simulator } from '../simulator/simulator.js';
import { openPort } from './devtools.js';
import type { Given } from './given.js';
import { SmallDisk } from './small-disk.js';
import { SmallMemory } from './small-memory.js';

/**
 * The page's reload some minutes after linking would disturb rows in which nothing may happen. A dead
 * connection is noticed soon, but pongs may be late: the slowest server of the table and a busy machine delay
 * them.
 */
const KNOBS: KnobSettings = { reloadAfterLinkMs: 0, deviceLimit: 100, pingMs: 1_000, pongMs: 6_000 };
const GONE_MS = 10_000;

interface Place {
  readonly home: Home;
  readonly phone: Phone;
  readonly script: string;
}

export interface SceneOptions {
  /** A separate disk of this size for the saved session. Default: the machine's disk. */
  readonly diskMb?: number;
  readonly t?: HomeOptions['t'];
}

export class Scene implements AsyncDisposable {
  readonly sim: Simulator;
  readonly contact: Contact;
  /** The disk of the saved session, if it has its own. */
  readonly disk: SmallDisk | null;
  /** The limit on the daemon's memory, if there is one. */
  #memory: SmallMemory | null = null;
  readonly #places: { readonly saved: Place; readonly none: Place };
  #place: Place;
  #wad: Wad | undefined;
  /** The situation of the daemon; undefined after anything was done to it. */
  #given: Given | undefined;
  /** A cursor, or null for the start of the current daemon. */
  #mark: number | null = null;
  /** The same as an index of the log. */
  logFrom = 0;
  /** How long each part of the row took, for the test's output. */
  words: string[] = [];

  private constructor(sim: Simulator, places: { saved: Place; none: Place }, disk: SmallDisk | null) {
    this.sim = sim;
    this.contact = sim.createContact({ number: '15550002222' });
    this.#places = places;
    this.#place = places.saved;
    this.disk = disk;
  }

  static async open({ diskMb, t }: SceneOptions = {}): Promise<Scene> {
    const sim = await Simulator.start({ generation: '2026-07', knobs: KNOBS });
    const place = async (number: string): Promise<Place> => {
      const home = await Home.make(sim, t ? { t } : {});
      await openPort(home);
      return { home, phone: sim.createPhone({ number }), script: readFileSync(home.browser, 'utf8') };
    };
    const saved = await place('15550001111');
    const disk = diskMb === undefined ? null : new SmallDisk(saved.home.stateDir, diskMb);
    return new Scene(sim, { saved, none: await place('15550001112') }, disk);
  }

  get home(): Home {
    return this.#place.home;
  }
  get phone(): Phone {
    return this.#place.phone;
  }
  /** The current daemon, dead or alive. */
  get wad(): Wad {
    if (this.#wad === undefined) throw new Error('no daemon was started');
    return this.#wad;
  }
  get clockFile(): string {
    return join(this.home.dir, 'clock');
  }
  get hasSession(): boolean {
    return existsSync(join(this.home.authDir, 'session-default.linked.json'));
  }

  /**
   * Brings the daemon into the situation. @returns what the previous daemon left behind, which should be
   * nothing
   */
  async prepare(given: Given): Promise<string[]> {
    await this.calm();
    const again = given.state === 'ready' && given === this.#given;
    const left = again ? [] : await this.rest();
    if (!again) {
      this.#place = this.#places[given.session];
      if (given.session === 'saved') await this.#linked();
      else {
        this.phone.unlink();
        rmSync(this.home.authDir, { recursive: true, force: true });
      }
      await given.before?.(this);
      if (given.state !== null) await this.start(given);
      if (given.reach) await given.reach(this);
      else if (given.state !== null) await this.wad.until(given.state);
    }
    this.#given = given.state === 'ready' ? given : undefined;
    this.words = [];
    this.#mark = given.state === null ? null : await this.wad.mark();
    this.logFrom = given.state === null ? 0 : await this.caughtUp();
    return left;
  }
  #mayBeCrashed = false;

  /**
   * Returns the length of the log once it has the line of the current state, which arrives independently of
   * the state.
   */
  async caughtUp(): Promise<number> {
    const { wad } = this;
    const logged = () => wad.log.findLast(({ event }) => event === 'session.transition')?.to ?? 'stopped';
    await eventually(async () => (await wad.status()).status === logged(), 'the log line of the state');
    return wad.log.length;
  }

  /** Events after this cursor are effects of the fault. */
  get mark(): number {
    return this.#mark ?? this.wad.startedAfter;
  }

  set mark(cursor: number) {
    this.#mark = cursor;
  }

  async start({ args = [], env = {} }: Partial<Given>, listening = true): Promise<Wad> {
    this.#given = undefined;
    this.#mayBeCrashed = !['Normal', null].includes(this.home.exitType());
    this.#wad = await this.home.start({ args, env: { TEST_CLOCK: this.clockFile, ...env }, listening });
    return this.#wad;
  }

  /** Makes a daemon that was started elsewhere the current one. */
  adopt(wad: Wad): void {
    this.#wad = wad;
    this.#given = undefined;
    this.#mark = null;
    this.logFrom = 0;
  }

  /**
   * True when the profile's exit type says nothing: the browser never had a page, or the value is from before
   * it was killed.
   */
  isOld(wrong: string): boolean {
    // Chromium keeps the mark of a crash until it has shown it to a person.
    return wrong.startsWith('exit_type null') || (wrong === 'exit_type Crashed' && this.#mayBeCrashed);
  }

  /** The daemon was stopped elsewhere. */
  over(): void {
    this.#wad = undefined;
    this.#given = undefined;
  }

  /** The next row must start another daemon. */
  used(): void {
    this.#given = undefined;
  }

  /** A fault was made that may have killed a browser. */
  struck(): void {
    this.#mayBeCrashed = true;
  }

  /** Stops the daemon. @returns what is wrong with what it left behind */
  async rest(): Promise<string[]> {
    const wad = this.#wad;
    this.over();
    if (wad === undefined) return [];
    await wad.stop();
    const left = await wad.leftBehind({ profile: existsSync(this.home.profile) ? 'kept' : 'gone' });
    return left.filter((wrong) => !this.isOld(wrong));
  }

  /** Makes sure of a saved session, and links it if there is none. */
  async #linked(): Promise<void> {
    if (this.hasSession && this.phone.devices.length > 0) return;
    this.phone.unlink();
    rmSync(this.home.authDir, { recursive: true, force: true });
    const wad = await this.start({});
    await wad.link(this.phone);
    await wad.stop();
    this.over();
  }

  /** Resets the simulator's knobs and repairs the browser. */
  async calm(): Promise<void> {
    const { sim } = this;
    const before = { ...knobsOf(sim.generation), ...KNOBS };
    for (const [knob, value] of Object.entries(before))
      if (sim.knobs[knob as KnobName] !== value) await sim.set(knob as KnobName, value as never);
    this.phone.unban();
    this.disk?.free();
    this.#memory?.release();
    this.#memory = null;
    this.browserBack();
    writeFileSync(this.clockFile, '0');
  }

  /** Limits the memory of the current daemon and of the processes that it starts from now on. */
  limitMemory(mb: number): void {
    this.#memory = new SmallMemory(mb * 2 ** 20);
    this.#memory.take(this.wad.pid);
  }

  browserBack(): void {
    const { home, script } = this.#place;
    writeFileSync(home.browser, script, { mode: 0o755 });
  }

  /** The end of the daemon's log, for a failed row. */
  tail(): string {
    return this.#wad?.tail(40) ?? '';
  }

  /** Waits until no process of the daemon or its browser is left. */
  async gone(): Promise<void> {
    await eventually(async () => (await this.home.processes()).length === 0, 'nothing runs', GONE_MS);
  }

  /** A row failed: removes everything of its daemon, so that nothing is used again. */
  async wreck(): Promise<void> {
    await this.#wad?.kill();
    // The other processes end with the main one, except frozen ones.
    await eventually(async () => {
      const left = await this.home.processes();
      for (const { pid } of left) kill(pid);
      return left.length === 0;
    }, 'nothing runs');
    for (const path of [this.home.lock, this.home.lockOwner, this.home.socket])
      rmSync(path, { recursive: true, force: true });
    this.over();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.wreck();
    this.#memory?.release();
    this.disk?.[Symbol.dispose]();
    for (const { home } of Object.values(this.#places)) await home[Symbol.asyncDispose]();
    await this.sim.close();
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has already exited.
  }
}
