// One machine of a fleet, as processes: directories and an environment of its own, and a real agent that runs real daemons as its
// children.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Simulator } from '../simulator/simulator.js';
import { eventually, pause } from './eventually.js';
import { processesOf, signal } from './processes.js';
import { wactl } from './wactl.js';

const WAD_AGENT = fileURLToPath(new URL('../../../dist/wad-agent.cjs', import.meta.url));
const WAIT_MS = 120_000;
/** A drain of many accounts. */
const WACTL_MS = 900_000;

/** What a machine needs of a test; a bench has no more than this. */
export interface Stage {
  teardown(end: () => unknown): void;
  passing(): boolean;
  comment(text: string): void;
}

export interface MachineOptions {
  readonly name: string;
  /** Variables of the agent and its daemons: the servers, the key. */
  readonly env: Readonly<Record<string, string>>;
  /** The browser; by default the one that tests use. */
  readonly browser?: string;
}

/** Ended with the stage. */
export class FleetMachine {
  readonly name: string;
  /** The daemons' as well. */
  readonly env: Readonly<Record<string, string>>;
  readonly #dir: string;
  /** Process groups that were started by one of its processes. */
  readonly #groups = new Set<number>();
  #child: ChildProcess | null = null;
  #output = '';

  private constructor(stage: Stage, dir: string, { name, env }: Pick<MachineOptions, 'name' | 'env'>) {
    this.#dir = dir;
    this.name = name;
    this.env = env;
    stage.teardown(async () => {
      if (!stage.passing()) stage.comment(`${name}: ${this.#output}`);
      await this.stop();
      await this.#sweep();
      await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    });
  }

  static async make(
    stage: Stage,
    sim: Simulator,
    { name, env, browser }: MachineOptions,
  ): Promise<FleetMachine> {
    const dir = await mkdtemp(join(tmpdir(), `wad-fleet-${name}-`));
    const run = join(dir, 'run');
    const tmp = join(dir, 'tmp');
    for (const path of [run, tmp]) await mkdir(path, { mode: 0o700 });
    const wrapper = { sandbox: false, ...(browser !== undefined && { executable: browser }) };
    return new FleetMachine(stage, dir, {
      name,
      env: {
        ...{ PATH: process.env.PATH ?? '', HOME: dir, LANG: 'C.UTF-8', XDG_RUNTIME_DIR: run, TMPDIR: tmp },
        ...{ XDG_STATE_HOME: join(dir, 'state'), XDG_CONFIG_HOME: join(dir, 'config') },
        ...{ WAD_BROWSER_PATH: await sim.browserWrapper(dir, wrapper), WAD_BROWSER_SANDBOX: 'false' },
        ...{ WAD_AGENT_RUN: 'children', WAD_AGENT_MEMORY_PER_ACCOUNT_MB: '1' },
        ...{ WAD_FLEET_MACHINE: name, ...env },
      },
    });
  }

  /** @param more variables that differ from those of earlier starts */
  start(more: Readonly<Record<string, string>> = {}): void {
    const child = spawn(process.execPath, [WAD_AGENT], {
      env: { ...this.env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output = `${this.#output}${text}`.slice(-20_000);
      });
    this.#child = child;
  }

  /** Ends it with SIGTERM, when its daemons have ended. @returns its exit status */
  async stop(): Promise<number | null> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null)
      return child?.exitCode ?? null;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    return (await ended)[0] as number | null;
  }

  /** SIGKILL to all of its processes at once: agent, daemons, guards, browsers. Its disk stays. */
  async lose(): Promise<void> {
    this.#child = null;
    await this.#sweep();
  }

  /** @throws (rejects) when it fails */
  async wactl(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await wactl(args, { env: this.env, timeoutMs: WACTL_MS });
    if (code !== 0) throw new Error(`wactl ${args.join(' ')}: exit ${code}: ${stderr}`);
    return stdout;
  }

  /** Waits until the account can send from here. */
  ready(account: string): Promise<boolean> {
    return eventually(
      async () =>
        (await wactl(['-a', account, 'wait', 'ready'], { env: this.env, timeoutMs: WAIT_MS })).code === 0,
      `${account} is ready`,
      WAIT_MS,
    );
  }

  async #sweep(): Promise<void> {
    for (let n = 0; n < 200; n += 1) {
      const left = await processesOf(this.#dir, this.#groups);
      if (left.length === 0) return;
      for (const { pid } of left) signal(pid, 'SIGKILL');
      await pause();
    }
  }
}
