// Where the rows of the table are played: one simulator, one linked profile and one without a link, and the daemon of
// the moment. A daemon in the situation that the next row asks for is used again; any other is stopped, and has to
// leave nothing. The holder disposes of it.
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
 * A real reload some minutes after linking would come into a row that says that nothing happens. A dead connection is
 * noticed soon, but a pong may be as late as the slowest server of the table makes it, and a busy machine besides.
 */
const KNOBS: KnobSettings = { reloadAfterLinkMs: 0, deviceLimit: 100, pingMs: 1_000, pongMs: 6_000 };
const GONE_MS = 10_000;

interface Place {
  readonly home: Home;
  readonly phone: Phone;
  readonly script: string;
}

export interface SceneOptions {
  /** A disk of this size for the saved session; else it lies on the machine's. */
  readonly diskMb?: number;
  readonly t?: HomeOptions['t'];
}

export class Scene implements AsyncDisposable {
  readonly sim: Simulator;
  readonly contact: Contact;
  /** Where the saved session lies, when it has a disk of its own. */
  readonly disk: SmallDisk | null;
  /** What the daemon may take of the memory, where that is limited. */
  #memory: SmallMemory | null = null;
  readonly #places: { readonly saved: Place; readonly none: Place };
  #place: Place;
  #wad: Wad | undefined;
  /** The situation of the daemon, as long as nobody has done anything to it. */
  #given: Given | undefined;
  /** A place in the events, or null where the daemon of the moment began. */
  #mark: number | null = null;
  /** The same in the log. */
  logFrom = 0;
  /** How long each part of the row took, in words for whoever reads the output. */
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
  /** The daemon of the moment, dead or alive. */
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

  /** Brings the daemon into the situation. @returns what the one before has left behind, which should be nothing */
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

  /** How long the log is once it has the line of the state in which the daemon is: it comes by another way. */
  async caughtUp(): Promise<number> {
    const { wad } = this;
    const logged = () => wad.log.findLast(({ event }) => event === 'session.transition')?.to ?? 'stopped';
    await eventually(async () => (await wad.status()).status === logged(), 'the line of the state');
    return wad.log.length;
  }

  /** What the fault brought about is behind this place in the events. */
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

  /** A daemon that somebody else has started. */
  adopt(wad: Wad): void {
    this.#wad = wad;
    this.#given = undefined;
    this.#mark = null;
    this.logFrom = 0;
  }

  /** What the browser says of its end is not worth anything: it never had a page, or one before it was killed. */
  isOld(wrong: string): boolean {
    // Chromium keeps the word of a crash until somebody has seen it.
    return wrong.startsWith('exit_type null') || (wrong === 'exit_type Crashed' && this.#mayBeCrashed);
  }

  /** The daemon was put to rest by others. */
  over(): void {
    this.#wad = undefined;
    this.#given = undefined;
  }

  /** The next row needs a daemon of its own. */
  used(): void {
    this.#given = undefined;
  }

  /** A fault was made, which may have been the end of a browser. */
  struck(): void {
    this.#mayBeCrashed = true;
  }

  /** Ends the daemon in order. @returns what is wrong with what it left */
  async rest(): Promise<string[]> {
    const wad = this.#wad;
    this.over();
    if (wad === undefined) return [];
    await wad.stop();
    const left = await wad.leftBehind({ profile: existsSync(this.home.profile) ? 'kept' : 'gone' });
    return left.filter((wrong) => !this.isOld(wrong));
  }

  /** A saved session, linked now if there is none. */
  async #linked(): Promise<void> {
    if (this.hasSession && this.phone.devices.length > 0) return;
    this.phone.unlink();
    rmSync(this.home.authDir, { recursive: true, force: true });
    const wad = await this.start({});
    await wad.link(this.phone);
    await wad.stop();
    this.over();
  }

  /** What was turned in the simulator is turned back, and the browser is as it was. */
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

  /** The daemon of the moment, and what it starts from now on, may take so much memory. */
  limitMemory(mb: number): void {
    this.#memory = new SmallMemory(mb * 2 ** 20);
    this.#memory.take(this.wad.pid);
  }

  browserBack(): void {
    const { home, script } = this.#place;
    writeFileSync(home.browser, script, { mode: 0o755 });
  }

  /** The end of what the daemons have logged, for a row that has failed. */
  tail(): string {
    return this.#wad?.tail(40) ?? '';
  }

  /** Until no process of the daemon or its browser is left. */
  async gone(): Promise<void> {
    await eventually(async () => (await this.home.processes()).length === 0, 'nothing runs', GONE_MS);
  }

  /** A row went wrong: nothing of its daemon is used again. */
  async wreck(): Promise<void> {
    await this.#wad?.kill();
    // With its main process the rest goes, but for what is frozen.
    await eventually(async () => {
      const left = await this.home.processes();
      for (const { pid } of left) kill(pid);
      return left.length === 0;
    }, 'nothing runs');
    for (const path of [this.home.lock, this.home.holder, this.home.socket])
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
    // Gone already.
  }
}
