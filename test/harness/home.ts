// Directories of one account, on which the built wad is started and stopped, against a simulator. A Home outlives its
// daemons, so that one can be stopped and another started on the same session.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Phone } from '../simulator/phone.js';
import type { Simulator } from '../simulator/simulator.js';
import { pause } from './eventually.js';
import { processesOf, signal } from './processes.js';
import { type StartOptions, Wad } from './wad.js';

export interface HomeOptions {
  /** Gets the end of each daemon's log when the test fails. */
  readonly t?: { teardown(end: () => void): unknown; passing(): boolean; comment(text: string): unknown };
  /** The browser's own sandbox; off when left out, since tests may run as root. */
  readonly sandbox?: boolean;
  /** Where the daemon listens; below the home when left out. */
  readonly socket?: string;
  /** Whose the directories are, and who runs the daemon; this user when left out. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** Directories of one account, and the daemons that were started on them. The holder disposes of it. */
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

  static async make(sim: Simulator, options: HomeOptions = {}): Promise<Home> {
    const dir = await mkdtemp(join(tmpdir(), 'wad-e2e-'));
    const browser = await sim.browserWrapper(dir, { sandbox: options.sandbox ?? false });
    const home = new Home(dir, browser, options);
    const { t } = options;
    t?.teardown(() => t.passing() || t.comment(home.tail()));
    const made = [home.stateDir, join(dir, 'run'), home.cwd, home.tmp];
    for (const path of made) await mkdir(path, { mode: 0o700 });
    const { user } = options;
    if (user) for (const path of [dir, ...made]) await chown(path, user.uid, user.gid);
    return home;
  }

  get stateDir(): string {
    return join(this.dir, 'state');
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
  get holder(): string {
    return `${this.profile}.holder.json`;
  }
  get socket(): string {
    return this.#options.socket ?? join(this.dir, 'run', 'control.sock');
  }
  /** Where the daemon runs; nothing may be written here. */
  get cwd(): string {
    return join(this.dir, 'cwd');
  }
  get tmp(): string {
    return join(this.dir, 'tmp');
  }

  /** Starts a daemon; returns when its socket answers. @throws when it ends before that */
  async start(options: StartOptions = {}): Promise<Wad> {
    const sandbox = this.#options.sandbox ?? false;
    const wad = new Wad(this, options, { sandbox, user: this.#options.user });
    this.#daemons.push(wad);
    if (options.listening ?? true) await wad.listening();
    return wad;
  }

  /**
   * A ready daemon whose link is on the disk whatever happens next: linked and stopped once before. Chromium writes
   * localStorage a second late, so a browser that is killed in that second has lost its link (H32).
   */
  async startLinked(phone: Phone, options: StartOptions = {}): Promise<Wad> {
    await this.saveSession(phone);
    const wad = await this.start(options);
    await wad.until('ready');
    return wad;
  }

  /** A session that was linked and stopped in order; no daemon is on it. */
  async saveSession(phone: Phone): Promise<void> {
    const wad = await this.start();
    await wad.link(phone);
    await wad.stop();
  }

  /** What the daemons of this home have printed, newest last: for a test that has failed. */
  tail(lines = 60): string {
    return this.#daemons.map((wad) => `--- wad ${wad.pid}\n${wad.tail(lines)}`).join('\n');
  }

  /** Who runs the daemons, where that is somebody else: root has to say so to reach their socket. */
  get owner(): number | undefined {
    return this.#options.user?.uid;
  }

  /** Names in the data path: the profile, what was set aside, our files. */
  sessions(): string[] {
    return existsSync(this.authDir) ? readdirSync(this.authDir).sort() : [];
  }

  /** How the browser ended, by its own word; null without a profile. */
  exitType(): string | null {
    const file = join(this.profile, 'Default', 'Preferences');
    if (!existsSync(file)) return null;
    const { profile } = JSON.parse(readFileSync(file, 'utf8')) as { profile?: { exit_type?: string } };
    return profile?.exit_type ?? null;
  }

  /** Every process that was started from here, the children of a browser included. */
  processes(): Promise<{ pid: number; command: string }[]> {
    return processesOf(this.dir, this.#groups);
  }
  /** Groups of processes that were begun by one of ours. */
  readonly #groups = new Set<number>();

  /** Main processes of browsers on our profile. */
  async browsers(): Promise<number[]> {
    const flag = `--user-data-dir=${this.profile}`;
    const all = await this.processes();
    return all
      .filter(({ command }) => command.includes(flag) && !command.includes(' --type='))
      .map(({ pid }) => pid);
  }

  /** Ends what still runs, and removes everything. */
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
