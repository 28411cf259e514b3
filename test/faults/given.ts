// How the daemon stands before the fault: one entry a situation, with the configuration that it takes. Figures are
// shortened where a row is not about them.
import type { StateName } from '../../src/protocol/state.js';
import type { Act } from './row.js';

export interface Given {
  readonly name: string;
  /** Whether there is a saved session before the start. */
  readonly session: 'saved' | 'none';
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Before the daemon starts. */
  readonly before?: Act;
  /** From its start to the situation. */
  readonly reach?: Act;
  /** Where it is then. Null: the daemon is started after the fault was made. */
  readonly state: StateName | null;
  /** Where the next daemon comes to, after this one has died. */
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
/** With every period as it is shipped. */
export const patient = saved('ready, by the shipped figures', 'ready', { env: {} });
/** A clock that can be set: faults/clock.ts is loaded into the daemon. */
export const clocked = saved('ready, with a clock that can be set', 'ready', {
  env: { ...QUICK, NODE_OPTIONS: `--import=${new URL('clock.js', import.meta.url)}` },
});
export const smallHeap = saved('ready, with little memory for scripts', 'ready', {
  env: { ...QUICK, WAD_BROWSER_ARGS: '--js-flags=--max-old-space-size=200' },
});
export const memoryLimit = saved('ready, with a limit on memory', 'ready', {
  env: { WAD_BROWSER_MEMORY_LIMIT_MB: '900' },
});
/** Down, with a session; started when the fault is there. */
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
/** Linked this moment: nothing of it need be on the disk yet. */
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
  // The line of its alert comes by another way than the state does.
  reach: async ({ wad }) => {
    await wad.until('failed');
    await wad.logged('session.alert');
  },
});
/** A person has asked for it, and the phone does not answer. */
export const loggingOut = saved('logging-out', 'logging-out', {
  reach: async ({ wad, sim }) => {
    await wad.until('ready');
    await sim.set('logoutFrameMs', 60_000);
    wad.request('session.disconnect').catch(() => {});
    await wad.until('logging-out');
  },
});

/** Every state that there is. */
export const STATES = [stopped, starting, linking, syncing, ready, reconnecting, loggingOut, failed] as const;
