// The directories of one account, on which the built wad is started and stopped, against a simulator. A Home
// outlives its daemons, so that one can be stopped and another started on the same session.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Simulator } from '../simulator/simulator.js';
import { pause } from './eventually.js';
import { processesOf, signal } from './processes.js';
import { type ScanningPhone, type StartOptions, Wad } from './wad.js';

export interface HomeOptions {
  /** If the test fails, it prints the end of each daemon's log. */
  readonly t?: { teardown(end: () => void): unknown; passing(): boolean; comment(text: string): unknown };
  /** Enables the browser's own sandbox. Default off, since tests may run as root. */
  readonly sandbox?: boolean;
  /** The browser gets a proxy from the daemon, and reaches the simulator only through it. */
  readonly proxied?: boolean;
  /** Another machine, with the disk of which this one shares the state directory. */
  readonly sharing?: Home;
  /** The daemon's socket; by default below the home. */
  readonly socket?: string;
  /** The owner of the directories and user of the daemon; by default this user. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** The directories of one account, and the daemons that were started on them. The caller disposes of it. */
export class Home implements AsyncDisposable {
  readonly dir: string;
  readonly browser: string;
  readonly #options: HomeOptions;
  readonly #daemons: Wad[] = [];

  private constructor(dir: string, browser: string, options: HomeOptions) {
    this.dir = dir;
    this.browser = browser;
    this.#options = options;
  }

  static async make(sim: Pick<Simulator, 'browserWrapper'>, options: HomeOptions = {}): Promise<Home> {
    const dir = await mkdtemp(join(tmpdir(), 'wad-e2e-'));
    const browser = await sim.browserWrapper(dir, {
      sandbox: options.sandbox ?? false,
      proxied: options.proxied ?? false,
    });
    const home = new Home(dir, browser, options);
    const { t } = options;
    t?.teardown(() => t.passing() || t.comment(home.tail()));
    const made = [...(options.sharing ? [] : [home.stateDir]), join(dir, 'run'), home.cwd, home.tmp];
    for (const path of made) await mkdir(path, { mode: 0o700 });
    const { user } = options;
    if (user) for (const path of [dir, ...made]) await chown(path, user.uid, user.gid);
    return home;
  }

  get stateDir(): string {
    return this.#options.sharing?.stateDir ?? join(this.dir, 'state');
  }
  get authDir(): string {
    return join(this.stateDir, 'auth');
  }
  get profile(): string {
    return join(this.authDir, 'session-default');
  }
  get lock(): string {
    return `${this.profile}.lock`;
  }
  get lockOwner(): string {
    return `${this.profile}.holder.json`;
  }
  get socket(): string {
    return this.#options.socket ?? join(this.dir, 'run', 'control.sock');
  }
  /** The daemon's working directory; nothing may be written here. */
  get cwd(): string {
    return join(this.dir, 'cwd');
  }
  get tmp(): string {
    return join(this.dir, 'tmp');
  }

  /** Starts a daemon and returns when its socket answers. @throws when it ends before that */
  async start(options: StartOptions = {}): Promise<Wad> {
    const sandbox = this.#options.sandbox ?? false;
    const wad = new Wad(this, options, { sandbox, user: this.#options.user });
    this.#daemons.push(wad);
    if (options.listening ?? true) await wad.listening();
    return wad;
  }

  /**
   * Starts a ready daemon whose link is certainly on disk, because it was linked and stopped once before.
   * Chromium writes localStorage a second late, so a browser that is killed within that second loses its link
   * (H32).
   */
  async startLinked(phone: ScanningPhone, options: StartOptions = {}): Promise<Wad> {
    await this.saveSession(phone);
    const wad = await this.start(options);
    await wad.until('ready');
    return wad;
  }

  /** Saves a linked session by starting a daemon, linking it and stopping it. */
  async saveSession(phone: ScanningPhone): Promise<void> {
    const wad = await this.start();
    await wad.link(phone);
    await wad.stop();
  }

  /** Returns the output of this home's daemons, newest last, for a failed test. */
  tail(lines = 60): string {
    return this.#daemons.map((wad) => `--- wad ${wad.pid}\n${wad.tail(lines)}`).join('\n');
  }

  /** The user of the daemons, when it is another one: root must name it to connect to their socket. */
  get owner(): number | undefined {
    return this.#options.user?.uid;
  }

  /** Names in the data path: the profile, quarantined profiles, our files. */
  sessions(): string[] {
    return existsSync(this.authDir) ? readdirSync(this.authDir).sort() : [];
  }

  /** How the browser ended, as its profile records it; null without a profile. */
  exitType(): string | null {
    const file = join(this.profile, 'Default', 'Preferences');
    if (!existsSync(file)) return null;
    const { profile } = JSON.parse(readFileSync(file, 'utf8')) as { profile?: { exit_type?: string } };
    return profile?.exit_type ?? null;
  }

  /** Every process that was started from this home, including children of a browser. */
  processes(): Promise<{ pid: number; command: string }[]> {
    return processesOf(this.dir, this.#groups);
  }
  /** Process groups that were started by one of our processes. */
  readonly #groups = new Set<number>();

  /** The main processes of browsers on our profile. */
  async browsers(): Promise<number[]> {
    const flag = `--user-data-dir=${this.profile}`;
    const all = await this.processes();
    return all
      .filter(({ command }) => command.includes(flag) && !command.includes(' --type='))
      .map(({ pid }) => pid);
  }

  /** Ends everything that still runs, and removes the directories. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const wad of this.#daemons) await wad.kill();
    for (let left = await this.processes(), n = 0; left.length > 0 && n < 50; n++) {
      for (const { pid } of left) signal(pid, 'SIGKILL');
      await pause();
      left = await this.processes();
    }
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}
