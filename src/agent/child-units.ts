// Daemons as child processes, for containers and for machines without systemd. They end with the agent. SIGTERM keeps the link,
// because the agent sets shutdown.onTerm for them.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Log } from '../protocol/log.js';
import type { AccountFiles } from './account-files.js';
import type { LocalUnit } from './reconcile.js';
import type { Units } from './units.js';
import { configIdOf } from './view.js';

/** The command line and environment of an account's daemon. */
export interface Program {
  readonly command: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
}

/** A daemon that has run for this long begins with the shortest wait again. */
const HEALTHY_MS = 60_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** Longer than the daemon's own bounds for sends, browser and the copy of its profile. */
const KILL_MS = 90_000;

interface Child {
  process: ChildProcess | null;
  state: LocalUnit['state'];
  sinceMs: number;
  retryAtMs: number;
  configId: string;
  /** Ends by itself, one after the other. */
  ends: number;
  /** Start it again after its end. */
  next: string | null;
}

export class ChildUnits implements Units {
  readonly #children = new Map<string, Child>();
  readonly #files: AccountFiles;
  readonly #programOf: (account: string) => Program;
  readonly #now: () => number;
  readonly #log: Log;
  readonly #changed: () => void;
  #isClosing = false;

  /** @param changed called when a daemon is in another state */
  constructor(
    files: AccountFiles,
    programOf: (account: string) => Program,
    { now, log, changed }: { readonly now: () => number; readonly log: Log; readonly changed: () => void },
  ) {
    this.#files = files;
    this.#programOf = programOf;
    this.#now = now;
    this.#log = log;
    this.#changed = changed;
  }

  current(): ReadonlyMap<string, LocalUnit> {
    return new Map(
      [...this.#children].map(([account, { state, sinceMs, retryAtMs, configId }]) => [
        account,
        { state, sinceMs, retryAtMs, configId },
      ]),
    );
  }

  async start(account: string, config: string): Promise<void> {
    if (this.#isClosing) return;
    this.#files.write(account, config);
    const { command, env } = this.#programOf(account);
    const [program, ...args] = command;
    const ends = this.#children.get(account)?.ends ?? 0;
    const process = spawn(program, args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
    const child: Child = {
      ...{ process, state: 'running', sinceMs: this.#now(), retryAtMs: 0 },
      ...{ configId: configIdOf(config), ends, next: null },
    };
    this.#children.set(account, child);
    // A program that cannot be started emits `error` and no `exit`.
    process.once('error', (error) => {
      this.#log.error('agent.child', { account, err: error });
      if (process.pid === undefined) this.#ended(account, child, null, null);
    });
    process.once('exit', (status, signal) => this.#ended(account, child, status, signal));
    this.#changed();
  }

  async restart(account: string, config: string): Promise<void> {
    const child = this.#children.get(account);
    if (child !== undefined) child.next = config;
    await this.stop(account);
  }

  async stop(account: string): Promise<void> {
    const child = this.#children.get(account);
    if (child?.process == null || child.state !== 'running') return;
    child.state = 'stopping';
    child.sinceMs = this.#now();
    child.process.kill('SIGTERM');
    const { process } = child;
    const kill = setTimeout(() => process.kill('SIGKILL'), KILL_MS);
    process.once('exit', () => clearTimeout(kill));
    this.#changed();
  }

  async forget(account: string): Promise<void> {
    this.#children.delete(account);
    this.#files.remove(account);
  }

  async look(): Promise<void> {
    // Each end is reported by the kernel.
  }

  /** Returns when every daemon has ended. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.all(
      [...this.#children].map(async ([account, { process }]) => {
        if (process === null) return;
        const ended = once(process, 'exit');
        await this.stop(account);
        await ended;
      }),
    );
  }

  #ended(account: string, child: Child, status: number | null, signal: NodeJS.Signals | null): void {
    const nowMs = this.#now();
    const isByItself = child.state === 'running';
    const { next } = child;
    if (isByItself) {
      child.ends = nowMs - child.sinceMs >= HEALTHY_MS ? 1 : child.ends + 1;
      const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (child.ends - 1));
      child.retryAtMs = nowMs + waitMs;
      this.#log.warn('agent.child-ended', { account, status, signal, waitMs });
    }
    Object.assign(child, { process: null, state: 'ended', sinceMs: nowMs, next: null });
    if (next !== null && !isByItself) void this.start(account, next);
    this.#changed();
  }
}
