// The situations of the daemon before a fault, each with the configuration that it needs. Time limits are
// shortened where a row does not test them.
import type { StateName } from '../../src/protocol/state.js';
import type { Act } from './row.js';

export interface Given {
  readonly name: string;
  /** Whether there is a saved session before the start. */
  readonly session: 'saved' | 'none';
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Runs before the daemon starts. */
  readonly before?: Act;
  /** Brings the started daemon into the situation. */
  readonly reach?: Act;
  /** The state of the daemon then. Null: the daemon is started after the fault was made. */
  readonly state: StateName | null;
  /** The state that the next daemon reaches after this one has died. */
  readonly next: StateName;
}

const QUICK = {
  WAD_RECONNECT_DELAYS_MS: '100',
  WAD_RECONNECT_GRACE_MS: '1500',
  WAD_RECONNECT_SLOW_RETRY_MS: '700',
  WAD_MONITOR_PERIOD_MS: '700',
  WAD_MONITOR_PROBE_TIMEOUT_MS: '1500',
};
const saved = (name: string, state: StateName | null, more: Partial<Given> = {}): Given => ({
  ...{ name, session: 'saved', state, env: QUICK, next: 'ready' },
  ...more,
});

export const ready = saved('ready', 'ready');
/** With all periods at their defaults. */
export const patient = saved('ready, by the shipped figures', 'ready', { env: {} });
/** With an adjustable clock: faults/clock.ts is loaded into the daemon. */
export const clocked = saved('ready, with a clock that can be set', 'ready', {
  env: { ...QUICK, NODE_OPTIONS: `--import=${new URL('clock.js', import.meta.url)}` },
});
export const smallHeap = saved('ready, with little memory for scripts', 'ready', {
  env: { ...QUICK, WAD_BROWSER_ARGS: '--js-flags=--max-old-space-size=200' },
});
export const memoryLimit = saved('ready, with a limit on memory', 'ready', {
  env: { WAD_BROWSER_MEMORY_LIMIT_MB: '900' },
});
/** Not running, with a session; started after the fault was made. */
export const down = saved('a start on a saved session', null, {
  env: {
    ...QUICK,
    WAD_DEADLINES_LOAD_MS: '1500',
    WAD_DEADLINES_START_MS: '8000',
    WAD_DEADLINES_SYNC_MS: '3000',
  },
});
export const stopped = saved('stopped', 'stopped', { args: ['--no-auto-init'], next: 'stopped' });
export const starting = saved('starting', 'starting', {
  before: ({ sim }) => sim.faults.load('hang'),
  reach: ({ wad }) => wad.until('starting'),
});
export const linking: Given = {
  ...{ name: 'linking', session: 'none', state: 'linking', env: QUICK, next: 'linking' },
  reach: ({ wad }) => wad.until('linking'),
};
export const syncing = saved('syncing', 'syncing', {
  before: ({ sim }) => sim.faults.sync('never'),
  reach: ({ wad }) => wad.until('syncing'),
});
/** Just linked: nothing of the link need be on disk yet. */
export const justLinked: Given = {
  ...{
    name: 'ready for a moment, freshly linked',
    session: 'none',
    state: 'ready',
    env: QUICK,
    next: 'ready',
  },
  reach: ({ wad, phone }) => wad.link(phone),
};
export const justScanned: Given = {
  ...{ name: 'the second of the scan', session: 'none', state: 'syncing', env: QUICK, next: 'ready' },
  reach: async ({ wad, phone }) => {
    await phone.scan(await wad.qr());
    await wad.until('syncing', 'ready');
  },
};
export const reconnecting = saved('reconnecting', 'reconnecting', {
  env: {},
  reach: async ({ wad, sim }) => {
    await wad.until('ready');
    await sim.faults.networkDown();
    await wad.until('reconnecting');
  },
});
export const failed = saved('failed', 'failed', {
  env: { WAD_RECONNECT_MAX_ATTEMPTS: '1', WAD_RECONNECT_DELAYS_MS: '0' },
  before: ({ sim }) => sim.faults.load('refuse'),
  // The log line of its alert arrives independently of the state.
  reach: async ({ wad }) => {
    await wad.until('failed');
    await wad.logged('session.alert');
  },
});
/** A logout was requested, and the phone does not answer. */
export const loggingOut = saved('logging-out', 'logging-out', {
  reach: async ({ wad, sim }) => {
    await wad.until('ready');
    await sim.set('logoutFrameMs', 60_000);
    wad.request('session.disconnect').catch(() => {});
    await wad.until('logging-out');
  },
});

/** Every state. */
export const STATES = [stopped, starting, linking, syncing, ready, reconnecting, loggingOut, failed] as const;
