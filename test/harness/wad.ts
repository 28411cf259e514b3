// Starts the built wad as a person would, in directories of its own and against a simulator, and looks at what it
// leaves. A Home outlives its daemons, so that one can be stopped and another started on the same session. Waits are
// for a log line or a state, each with a deadline; only /proc and files, which tell nobody, are looked at again.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EventData, EventOf, WireEvent } from '../../src/protocol/events/index.js';
import { Fault } from '../../src/protocol/fault.js';
import type { MethodName } from '../../src/protocol/methods/index.js';
import type { Status } from '../../src/protocol/methods/session.js';
import type { EventType, StateName } from '../../src/protocol/state.js';
import type { Answered, Asked, RequestOptions } from '../../src/socket/client.js';
import type { Phone } from '../simulator/phone.js';
import type { Simulator } from '../simulator/simulator.js';
import { CheckedClient } from './client.js';
import { type WactlEnd, type WactlOptions, wactl } from './wactl.js';

/** The file that package.json's `bin.wad` names. */
export const WAD = fileURLToPath(new URL('../../../dist/wad.cjs', import.meta.url));

/** Tests measure the daemon and not its patience; one that is about the pace says so. */
const NO_PACE = { WAD_PACING_MODE: 'off' };
const START_MS = 20_000;
const STATE_MS = 60_000;
/** The contract's bound on a stop with nothing in flight. */
export const STOP_MS = 20_000;
const SPARE_MS = 5_000;

export interface LogRecord {
  readonly event: string;
  readonly level: string;
  readonly time: string;
  readonly [field: string]: unknown;
}

export interface HomeOptions {
  /** Gets the end of each daemon's log when the test fails. */
  readonly t?: { teardown(end: () => void): unknown; passing(): boolean; comment(text: string): unknown };
  /** The browser's own sandbox; off when left out, since tests may run as root. */
  readonly sandbox?: boolean;
  /** Whose the directories are, and who runs the daemon; this user when left out. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

export interface StartOptions {
  /** Besides those that say where everything is. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** False: returns as soon as the process runs. */
  readonly listening?: boolean;
  readonly cwd?: string;
  /** Instead of the home's own, which is Chromium. */
  readonly browser?: string;
  /** `debug` when left out. */
  readonly logLevel?: 'info' | 'debug';
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
    return join(this.dir, 'run', 'control.sock');
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
  async processes(): Promise<{ pid: number; command: string }[]> {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
    const found = (await Promise.all(pids.map(seen))).filter((one) => one !== null);
    for (const { pid, group, command, environ } of found)
      if (group === pid && isOf(this.dir, command, environ)) this.#groups.add(group);
    // What Chromium's headless shell starts names no folder, and has written over its environment.
    return found
      .filter(({ group, command, environ }) => this.#groups.has(group) || isOf(this.dir, command, environ))
      .map(({ pid, command }) => ({ pid, command }));
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

/** What a daemon left behind, and how it ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** From the signal that asked for it. */
  readonly ms: number;
}

/** One run of the daemon. */
export class Wad {
  readonly home: Home;
  readonly child: ChildProcessWithoutNullStreams;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly log: LogRecord[] = [];
  /** Lines on stdout that are no JSON object. */
  readonly strayLines: string[] = [];
  stderr = '';
  #stdout = '';
  #over = false;
  #client: Promise<CheckedClient> | undefined;
  readonly #watchers = new Set<() => void>();

  constructor(
    home: Home,
    { args = [], env = {}, cwd = home.cwd, browser = home.browser, logLevel = 'debug' }: StartOptions,
    { sandbox, user }: { sandbox: boolean; user: HomeOptions['user'] },
  ) {
    this.home = home;
    // Nothing of the test's own surroundings: no journal, no service manager, no other configuration, and none of
    // what tap puts into the environment of its children: env(1) wipes it, and is replaced by the program.
    const all = {
      PATH: process.env.PATH ?? '',
      HOME: home.dir,
      TMPDIR: home.tmp,
      LANG: 'C.UTF-8',
      ...NO_PACE,
      ...env,
    };
    const line = [
      ...['-i', ...Object.entries(all).map(([name, value]) => `${name}=${value}`)],
      ...[process.execPath, WAD],
      ...['--state-dir', home.stateDir, '--socket', home.socket, '--browser', browser],
      ...(sandbox ? [] : ['--no-sandbox']),
      ...['--log-level', logLevel],
      ...args,
    ];
    this.child = spawn('/usr/bin/env', line, { cwd, ...(user && { uid: user.uid, gid: user.gid }) });
    this.child.stdin.end();
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.exited = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, by) => {
        this.#over = true;
        for (const look of this.#watchers) look();
        resolve({ code, signal: by });
      });
    });
    this.exited.catch(() => {});
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  #hear(text: string): void {
    const lines = (this.#stdout + text).split('\n');
    this.#stdout = lines.pop() ?? '';
    for (const line of lines) {
      try {
        this.log.push(JSON.parse(line) as LogRecord);
      } catch {
        this.strayLines.push(line);
      }
    }
    for (const look of this.#watchers) look();
  }

  tail(lines: number): string {
    return [...this.log.slice(-lines).map((record) => JSON.stringify(record)), this.stderr].join('\n');
  }

  /** The first log line, written already or yet to come, that fits; of those behind `after`. */
  logged(
    event: string,
    fits: (record: LogRecord) => boolean = () => true,
    { timeoutMs = STATE_MS, after = 0 }: { timeoutMs?: number; after?: number } = {},
  ): Promise<LogRecord> {
    const find = () => this.log.slice(after).find((record) => record.event === event && fits(record));
    return new Promise((resolve, reject) => {
      const end = (act: () => void) => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        act();
      };
      const look = () => {
        const found = find();
        if (found) end(() => resolve(found));
        else if (this.#over) end(() => reject(new Error(`wad ended without ${event}\n${this.tail(20)}`)));
      };
      const late = () => end(() => reject(new Error(`no ${event} within ${timeoutMs} ms\n${this.tail(20)}`)));
      const timer = setTimeout(late, timeoutMs);
      this.#watchers.add(look);
      look();
    });
  }

  /** The states it came into, in their order; one twice in a row when only the reason changed. */
  async states(): Promise<string[]> {
    const all = await this.events('state');
    return all.filter(({ data }) => data.capabilities === undefined).map(({ data }) => String(data.status));
  }

  /** The newest event when it started: what this run has told is behind it. */
  get startedAfter(): number {
    return Number(this.log.find(({ event }) => event === 'store.opened')?.last ?? 0);
  }

  /** A place in the events: what happens from now on is behind it. */
  async mark(): Promise<number> {
    return (await this.status()).journal.last;
  }

  /** Until it came into this state (and for this reason), of what happened behind the mark; past or yet to come. */
  async became(
    to: StateName,
    {
      reason,
      after = this.startedAfter,
      timeoutMs = STATE_MS,
    }: { reason?: string; after?: number; timeoutMs?: number } = {},
  ): Promise<EventData<'state'>> {
    // What a page can do is told in such events too, and is no coming into a state.
    const fits = (data: EventData<'state'>) =>
      data.status === to &&
      data.capabilities === undefined &&
      (reason === undefined || data.reason === reason);
    return (await this.event('state', fits, { after, timeoutMs })).data;
  }

  async listening(): Promise<void> {
    await this.logged('daemon.listening', undefined, { timeoutMs: START_MS });
  }

  /** A connection that is kept; every request and answer is checked against the table of methods. */
  client(): Promise<CheckedClient> {
    this.#client ??= CheckedClient.connect(this.home.socket, { owner: this.home.owner });
    return this.#client;
  }

  async request<M extends MethodName>(
    method: M,
    params: Asked<M> = {} as Asked<M>,
    options: RequestOptions = {},
  ): Promise<Answered<M>> {
    const ask = async () =>
      (await this.client()).request(method, params, { timeoutMs: STATE_MS, ...options });
    return ask().catch((error: unknown) => {
      // The daemon answers before this end gives up, so it stands still: in its own code, the kernel's, or on a lock.
      if (isSilence(error)) throw new Error(`${error.message}: ${standstill(this.pid)}`, { cause: error });
      // A crowd of others had this one ended as idle: nothing was asked over it.
      if (!(error instanceof Fault && error.kind === 'connection_idle')) throw error;
      this.#client = undefined;
      return ask();
    });
  }

  status(): Promise<Status> {
    return this.request('session.status');
  }

  /** Until the account is in one of the states. @throws Fault wait_expired, state_unreachable */
  async until(...states: StateName[]): Promise<Answered<'session.wait'>> {
    return this.request('session.wait', { states, timeoutMs: STATE_MS }, { timeoutMs: STATE_MS + SPARE_MS });
  }

  /** A QR payload that can be scanned now. */
  async qr(not?: string): Promise<string> {
    const answer = await this.request('session.qr', { waitMs: 30_000, ...(not && { not }) });
    return answer.qr;
  }

  /** Links by QR and waits until ready. */
  async link(phone: Phone): Promise<void> {
    await phone.scan(await this.qr());
    await this.until('ready');
  }

  /** Every event of this run, or behind `from` (0: every one that is kept), oldest first. */
  async events<T extends EventType = EventType>(type?: T, from = this.startedAfter): Promise<EventOf<T>[]> {
    const all: EventOf<T>[] = [];
    for (let after = from; ; ) {
      const { events, next } = await this.request('events.list', {
        after,
        limit: 1000,
        ...(type && { types: [type] }),
      });
      // A gap is told of whatever was asked for.
      const fits = (event: WireEvent): event is EventOf<T> => type === undefined || event.type === type;
      all.push(...events.filter(fits));
      if (next === after) return all;
      after = next;
    }
  }

  /** The first event of a type, past or yet to come, that fits. */
  async event<T extends EventType>(
    type: T,
    fits: (data: EventData<T>) => boolean = () => true,
    { after = this.startedAfter, timeoutMs = 20_000 }: { after?: number; timeoutMs?: number } = {},
  ): Promise<EventOf<T>> {
    await using own = await CheckedClient.connect(this.home.socket, { owner: this.home.owner });
    await own.request('events.subscribe', { after, types: [type] });
    const until = performance.now() + timeoutMs;
    for (;;) {
      const event = await own.event(Math.max(1, until - performance.now()));
      if (event.type === type && fits(event.data as EventData<T>)) return event as EventOf<T>;
    }
  }

  wactl(args: readonly string[], options: WactlOptions = {}): Promise<WactlEnd> {
    return wactl(args, { socket: this.home.socket, ...options });
  }

  /** Sends the signal and waits for the end, which has to come within `withinMs`. */
  async stop(by: NodeJS.Signals = 'SIGTERM', withinMs = STOP_MS + SPARE_MS): Promise<Ending> {
    const startedAt = performance.now();
    this.child.kill(by);
    return this.ended(startedAt, withinMs);
  }

  /** How it ends, when somebody else sees to that. */
  async ended(startedAt = performance.now(), withinMs = STOP_MS + SPARE_MS): Promise<Ending> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`wad did not end within ${withinMs} ms\n${this.tail(20)}`)),
        withinMs,
      );
    });
    const { code, signal: killedBy } = await Promise.race([this.exited, late]).finally(() =>
      clearTimeout(timer),
    );
    await (await this.#client?.catch(() => undefined))?.close();
    return { code, signal: killedBy, ms: performance.now() - startedAt };
  }

  /** Without ceremony; for the end of a test and for kill -9. */
  async kill(): Promise<void> {
    if (!this.#over) this.child.kill('SIGKILL');
    await this.exited.catch(() => {});
    await (await this.#client?.catch(() => undefined))?.close();
  }

  /**
   * What is wrong after a clean stop; empty when it left nothing but the saved session, or not even that.
   * @param profile whether a saved session is expected
   */
  async leftBehind({ profile }: { profile: 'kept' | 'gone' }): Promise<string[]> {
    const { home } = this;
    const wrong: string[] = [];
    const { code, signal: by } = await this.exited;
    if (code !== 0) wrong.push(`exit status ${code ?? by}`);
    // The kernel may still be at the children of a browser that has just exited.
    let processes = await home.processes();
    for (const until = performance.now() + 3_000; processes.length > 0 && performance.now() < until; ) {
      await pause();
      processes = await home.processes();
    }
    for (const one of processes) wrong.push(`process ${one.pid}: ${one.command.slice(0, 200)}`);
    for (const path of [home.lock, home.holder, home.socket, `${home.lock}.claim`])
      if (existsSync(path)) wrong.push(`${path} is there`);
    if (this.stderr !== '') wrong.push(`stderr: ${this.stderr.slice(0, 500)}`);
    for (const line of this.strayLines) wrong.push(`stdout: ${line.slice(0, 200)}`);
    for (const { event, ...more } of this.log)
      if (/unhandledRejection|uncaughtException|effect-failed|bad_result|unlisted_fault/.test(event))
        wrong.push(`${event} ${JSON.stringify(more).slice(0, 500)}`);
    for (const name of readdirSync(home.cwd)) wrong.push(`${name} in the working directory`);
    if (profile === 'kept') {
      if (home.exitType() !== 'Normal') wrong.push(`exit_type ${home.exitType()}`);
      for (const name of readdirSync(home.profile))
        if (name.startsWith('Singleton')) wrong.push(`${name} in the profile`);
    } else if (home.sessions().length > 0) wrong.push(`in the data path: ${home.sessions().join(', ')}`);
    return wrong;
  }
}

/** Asks again until the answer is not undefined or false; for what no event tells of. @throws after `withinMs` */
export async function eventually<T>(
  look: () => T | Promise<T>,
  what: string,
  withinMs = 10_000,
): Promise<Exclude<T, undefined | false | null>> {
  for (const until = performance.now() + withinMs; ; ) {
    const found = await look();
    if (found !== undefined && found !== false && found !== null)
      return found as Exclude<T, undefined | false | null>;
    if (performance.now() > until) throw new Error(`not within ${withinMs} ms: ${what}`);
    await pause();
  }
}

export const isAlive = (pid: number): boolean => signal(pid, 0);

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 25));

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

const isSilence = (error: unknown): error is Fault =>
  error instanceof Fault && error.kind === 'deadline_exceeded' && error.message.includes('did not answer');

/** What each thread of a process does or waits for, as the kernel sees it: `node R 0 clock 812`. */
function standstill(pid: number): string {
  const read = (path: string) => {
    try {
      return readFileSync(`/proc/${pid}/task/${path}`, 'latin1').trim();
    } catch {
      return '?';
    }
  };
  const threads = existsSync(`/proc/${pid}/task`) ? readdirSync(`/proc/${pid}/task`) : [];
  const all = threads.map((thread) => {
    const stat = read(`${thread}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${read(`${thread}/comm`)} ${fields[0]} ${read(`${thread}/wchan`)} clock ${fields[11]}`;
  });
  return all.length > 0 ? all.join(', ') : 'the process has gone';
}

/** Null for what has ended: a zombie has no command line any more. */
async function seen(
  pid: number,
): Promise<{ pid: number; group: number; command: string; environ: string } | null> {
  if (pid === process.pid) return null;
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'latin1').catch(() => '');
  const command = (await read('cmdline')).replaceAll('\0', ' ').trim();
  if (command === '') return null;
  const stat = await read('stat');
  const group = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
  return { pid, group, command, environ: await read('environ') };
}

/** Its environment or its command line names the directory. */
const isOf = (dir: string, command: string, environ: string): boolean =>
  command.includes(`${dir}/`) || environ.split('\0').includes(`HOME=${dir}`);
