// Daemons as `wad@NAME.service`. A polkit rule lets the agent's user start, stop and restart these units and no others
// (systemd/49-wad-agent.rules). They go on without the agent, and a new agent finds them by their files and by systemd.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Log } from '../protocol/log.js';
import type { AccountFiles } from './account-files.js';
import type { LocalUnit } from './reconcile.js';
import type { Units } from './units.js';

const run = promisify(execFile);
const COMMAND_MS = 10_000;
/** How often systemd is asked when nothing is done. */
const EVERY_MS = 2_000;
/** systemd does not start a unit again whose daemon ended with 64 or 78; another try may find another configuration. */
const FAILED_MS = 60_000;

const unitOf = (account: string): string => `wad@${account}.service`;

export class SystemdUnits implements Units {
  readonly #files: AccountFiles;
  readonly #log: Log;
  readonly #changed: () => void;
  readonly #timer: NodeJS.Timeout;
  #current: ReadonlyMap<string, LocalUnit> = new Map();

  /** @param changed called when a unit is in another state */
  constructor(files: AccountFiles, log: Log, changed: () => void) {
    this.#files = files;
    this.#log = log;
    this.#changed = changed;
    this.#timer = setInterval(() => void this.#lookQuietly(), EVERY_MS);
  }

  current(): ReadonlyMap<string, LocalUnit> {
    return this.#current;
  }

  async start(account: string, config: string): Promise<void> {
    this.#files.write(account, config);
    await this.#systemctl('start', account);
  }

  async restart(account: string, config: string): Promise<void> {
    this.#files.write(account, config);
    await this.#systemctl('restart', account);
  }

  async stop(account: string): Promise<void> {
    await this.#systemctl('stop', account);
  }

  async forget(account: string): Promise<void> {
    this.#files.remove(account);
    await this.look();
  }

  /** @throws (rejects) when systemd does not answer */
  async look(): Promise<void> {
    const files = this.#files.list();
    const before = JSON.stringify([...this.#current]);
    this.#current = files.size === 0 ? new Map() : unitsIn(await show([...files.keys()]), files);
    if (JSON.stringify([...this.#current]) !== before) this.#changed();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
  }

  /** @throws (rejects) when systemd refuses, with its reason */
  async #systemctl(verb: 'start' | 'stop' | 'restart', account: string): Promise<void> {
    try {
      await run('systemctl', ['--no-ask-password', '--no-block', verb, unitOf(account)], {
        timeout: COMMAND_MS,
      });
    } finally {
      await this.#lookQuietly();
    }
  }

  async #lookQuietly(): Promise<void> {
    await this.look().catch((error: unknown) => this.#log.warn('agent.systemd', { err: error }));
  }
}

const PROPERTIES = ['Id', 'ActiveState', 'StateChangeTimestampMonotonic'];

async function show(accounts: readonly string[]): Promise<string> {
  const args = ['show', `--property=${PROPERTIES.join(',')}`, ...accounts.map(unitOf)];
  return (await run('systemctl', args, { timeout: COMMAND_MS })).stdout;
}

const STATES: Readonly<Record<string, LocalUnit['state']>> = {
  active: 'running',
  activating: 'running',
  reloading: 'running',
  refreshing: 'running',
  maintenance: 'running',
  deactivating: 'stopping',
  inactive: 'ended',
  failed: 'ended',
};

/**
 * Reads the answer of `systemctl show`: one block a unit.
 * @param files account → id of its configuration
 */
export function unitsIn(text: string, files: ReadonlyMap<string, string>): ReadonlyMap<string, LocalUnit> {
  const units = new Map<string, LocalUnit>();
  for (const block of text.split(/\n\n+/)) {
    const field = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(block)?.[1] ?? '';
    const account = /^wad@(.+)\.service$/.exec(field('Id'))?.[1] ?? '';
    const configId = files.get(account);
    if (configId === undefined) continue;
    const active = field('ActiveState');
    const sinceMs = Number(field('StateChangeTimestampMonotonic')) / 1_000;
    units.set(account, {
      state: STATES[active] ?? 'ended',
      sinceMs,
      retryAtMs: active === 'failed' ? sinceMs + FAILED_MS : 0,
      configId,
    });
  }
  return units;
}
