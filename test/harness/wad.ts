// One run of the built daemon, started as a person would: its log, requests to it, its events, and its end.
// Waits are for a log line, a state or an event, each with a deadline.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EventData, EventOf, WireEvent } from '../../src/protocol/events/index.js';
import { Fault } from '../../src/protocol/fault.js';
import type { MethodName } from '../../src/protocol/methods/index.js';
import type { Status } from '../../src/protocol/methods/session.js';
import type { EventType, StateName } from '../../src/protocol/state.js';
import type { Answered, Asked, RequestOptions } from '../../src/socket/client.js';
import { checkPrinted } from './check-event.js';
import { CheckedClient } from './client.js';
import { DaemonLog, type LogRecord } from './daemon-log.js';
import type { Home, HomeOptions } from './home.js';
import { leftBehind } from './left-behind.js';
import { standstill } from './processes.js';
import { type WactlEnd, type WactlOptions, wactl } from './wactl.js';

/** The file that package.json's `bin.wad` names. */
export const WAD = fileURLToPath(new URL('../../../dist/wad.cjs', import.meta.url));

/** Pacing is off, so that tests do not wait for it. Tests of the pace turn it on. */
const NO_PACE = { WAD_PACING_MODE: 'off' };
/** The accounts of other tests are not waited for. */
const NO_LINE = { WAD_BROWSER_PARALLEL_STARTS: '0' };
const START_MS = 20_000;
const STATE_MS = 60_000;
/** The contract's bound on a stop with nothing in flight. */
export const STOP_MS = 20_000;
const SPARE_MS = 5_000;

export interface StartOptions {
  /** Additional arguments, after those for the directories. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** False: return as soon as the process runs. */
  readonly listening?: boolean;
  readonly cwd?: string;
  /** A browser to use instead of the home's, which is Chromium. */
  readonly browser?: string;
  /** Default `debug`. */
  readonly logLevel?: 'info' | 'debug';
}

/** A phone of the simulator, or of the WhatsApp server for tests. */
export interface ScanningPhone {
  scan(qr: string): Promise<unknown>;
}

/** How a daemon ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Time since the signal, ms. */
  readonly ms: number;
}

/** One run of the daemon. */
export class Wad {
  readonly home: Home;
  readonly child: ChildProcessWithoutNullStreams;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly #output = new DaemonLog();
  stderr = '';
  #client: Promise<CheckedClient> | undefined;

  constructor(
    home: Home,
    { args = [], env = {}, cwd = home.cwd, browser = home.browser, logLevel = 'debug' }: StartOptions,
    { sandbox, user }: { sandbox: boolean; user: HomeOptions['user'] },
  ) {
    this.home = home;
    // The daemon gets nothing of the test's environment: no journal, no service manager, no other
    // configuration, and no variables that tap sets for its children. env(1) clears them, and is replaced by
    // the program.
    const all = {
      PATH: process.env.PATH ?? '',
      HOME: home.dir,
      TMPDIR: home.tmp,
      LANG: 'C.UTF-8',
      ...NO_PACE,
      ...NO_LINE,
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
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => this.#output.read(text));
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.exited = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, by) => {
        this.#output.close();
        resolve({ code, signal: by });
      });
    });
    this.exited.catch(() => {});
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** All log records so far, oldest first. */
  get log(): readonly LogRecord[] {
    return this.#output.records;
  }

  /** Lines on stdout that are not JSON objects. */
  get strayLines(): readonly string[] {
    return this.#output.strayLines;
  }

  /** The last lines of its output. */
  tail(lines: number): string {
    return `${this.#output.tail(lines)}\n${this.stderr}`;
  }

  /** Resolves with the first matching log line, past or future, at or after index `after`. */
  logged(
    event: string,
    fits?: (record: LogRecord) => boolean,
    { timeoutMs = STATE_MS, after = 0 }: { timeoutMs?: number; after?: number } = {},
  ): Promise<LogRecord> {
    return this.#output.logged(event, fits, { timeoutMs, after }).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.tail(20)}`);
    });
  }

  /** The states it entered, in order. A state is repeated when only the reason changed. */
  async states(): Promise<string[]> {
    const all = await this.events('state');
    return all.filter(({ data }) => data.capabilities === undefined).map(({ data }) => String(data.status));
  }

  /** The cursor of the newest event at its start; later events are of this run. */
  get startedAfter(): number {
    return Number(this.log.find(({ event }) => event === 'store.opened')?.last ?? 0);
  }

  /** The current cursor; later events come after it. */
  async mark(): Promise<number> {
    return (await this.status()).journal.last;
  }

  /** Waits until it has entered this state (for this reason) after the mark, in the past or future. */
  async became(
    to: StateName,
    {
      reason,
      after = this.startedAfter,
      timeoutMs = STATE_MS,
    }: { reason?: string; after?: number; timeoutMs?: number } = {},
  ): Promise<EventData<'state'>> {
    // A change of capabilities is reported by such events, too, without a change of state.
    const fits = (data: EventData<'state'>) =>
      data.status === to &&
      data.capabilities === undefined &&
      (reason === undefined || data.reason === reason);
    return (await this.event('state', fits, { after, timeoutMs })).data;
  }

  async listening(timeoutMs = START_MS): Promise<void> {
    await this.logged('daemon.listening', undefined, { timeoutMs });
  }

  /** A persistent connection that checks every request and answer against the table of methods. */
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
      // The daemon has shorter limits than this client, so it is blocked: in its own code, in the kernel, or
      // on a lock.
      if (isSilence(error)) throw new Error(`${error.message}: ${standstill(this.pid)}`, { cause: error });
      // The server closed this idle connection because of many others. Nothing was pending on it.
      if (!(error instanceof Fault && error.kind === 'connection_idle')) throw error;
      this.#client = undefined;
      return ask();
    });
  }

  status(): Promise<Status> {
    return this.request('session.status');
  }

  /** Waits until the account is in one of the states. @throws Fault wait_expired, state_unreachable */
  async until(...states: StateName[]): Promise<Answered<'session.wait'>> {
    return this.request('session.wait', { states, timeoutMs: STATE_MS }, { timeoutMs: STATE_MS + SPARE_MS });
  }

  /** Returns a QR payload that can be scanned now. */
  async qr(not?: string): Promise<string> {
    const answer = await this.request('session.qr', { waitMs: 30_000, ...(not && { not }) });
    return answer.qr;
  }

  /** Links by QR code and waits until ready. */
  async link(phone: ScanningPhone): Promise<void> {
    await phone.scan(await this.qr());
    await this.until('ready');
  }

  /** Returns every event of this run, or after `from` (0: every stored one), oldest first. */
  async events<T extends EventType = EventType>(type?: T, from = this.startedAfter): Promise<EventOf<T>[]> {
    const all: EventOf<T>[] = [];
    for (let after = from; ; ) {
      const { events, next } = await this.request('events.list', {
        after,
        limit: 1000,
        ...(type && { types: [type] }),
      });
      // A gap is reported for any requested type.
      const fits = (event: WireEvent): event is EventOf<T> => type === undefined || event.type === type;
      all.push(...events.filter(fits));
      if (next === after) return all;
      after = next;
    }
  }

  /** Resolves with the first matching event of a type, past or future. */
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

  /** Runs wactl against this daemon, and checks the events that it prints as JSON. */
  async wactl(args: readonly string[], options: WactlOptions = {}): Promise<WactlEnd> {
    const end = await wactl(args, { socket: this.home.socket, ...options });
    if (args.includes('-o') && end.code === 0) checkPrinted(end.stdout);
    return end;
  }

  /** Sends the signal and waits for the end, which must come within `withinMs`. */
  async stop(by: NodeJS.Signals = 'SIGTERM', withinMs = STOP_MS + SPARE_MS): Promise<Ending> {
    const startedAt = performance.now();
    this.child.kill(by);
    return this.ended(startedAt, withinMs);
  }

  /** Waits for an end that something else causes. */
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

  /** Kills it with SIGKILL, for the end of a test and for tests of kill -9. */
  async kill(): Promise<void> {
    if (!this.#output.isClosed) this.child.kill('SIGKILL');
    await this.exited.catch(() => {});
    await (await this.#client?.catch(() => undefined))?.close();
  }

  /**
   * Returns what is wrong after a clean stop; empty when it left only the saved session, or not even that.
   * @param profile whether a saved session is expected
   */
  leftBehind({ profile }: { profile: 'kept' | 'gone' }): Promise<string[]> {
    return leftBehind(this, profile);
  }
}

const isSilence = (error: unknown): error is Fault =>
  error instanceof Fault && error.kind === 'deadline_exceeded' && error.message.includes('did not answer');
