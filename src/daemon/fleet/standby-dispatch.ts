// Answers the socket while another machine runs the account: who this is, what it waits for, and to everything else that it
// stands by.
import { createDispatch } from '../../dispatch/dispatch.js';
import type { DaemonLog } from '../../log/log.js';
import type { Dispatch } from '../../protocol/dispatch.js';
import { Fault } from '../../protocol/fault.js';
import type { Handlers } from '../../protocol/method.js';
import { METHODS, type MethodName } from '../../protocol/methods/index.js';
import type { Status } from '../../protocol/methods/session.js';
import { isoTime } from '../../protocol/time.js';
import type { Answered } from '../../protocol/types.js';
import type { Doors } from '../doors.js';
import { limited } from '../machine/time-limit.js';
import type { FleetValues } from '../metrics/fleet-metrics.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Settings } from '../settings.js';
import { LIBRARY_VERSION, NODE_VERSION, WAD_VERSION } from '../version.js';

export interface StandbyDispatchParts {
  readonly settings: Settings;
  readonly log: DaemonLog;
  readonly doors: Doors;
  /** The machine that runs the account, as far as it is known. */
  readonly holder: () => string | null;
  /** What the fleet has of the account. */
  readonly values: () => Promise<FleetValues>;
}

type Own = Pick<
  Handlers<typeof METHODS>,
  'daemon.ping' | 'daemon.info' | 'daemon.metrics' | 'daemon.logLevel' | 'session.status' | 'session.wait'
>;

export function standbyDispatch(parts: StandbyDispatchParts): Dispatch {
  const { settings, log, doors, holder, values } = parts;
  const { account, address, config } = settings;
  const startedAtMs = Date.now();
  const status = () => standbyStatus(settings, startedAtMs, holder());
  let opened: Promise<Pick<Metrics, 'scrape'>> | undefined;
  /** Loaded with the first scrape: most daemons that stand by get none, and they are to be small. */
  const metrics = () => {
    opened ??= import('../metrics/standby-metrics.js').then(({ openStandbyMetrics }) =>
      openStandbyMetrics({ status, fleet: values }),
    );
    return opened;
  };
  const own: Own = {
    'daemon.ping': () => ({ pong: true, timestamp: new Date().toISOString() }),
    'daemon.logLevel': ({ level }) => {
      if (level !== undefined) log.setLevel(level);
      return { level: log.level };
    },
    'daemon.info': () => ({
      pid: process.pid,
      account,
      version: WAD_VERSION,
      node: NODE_VERSION,
      startedAt: isoTime(startedAtMs),
      uptimeMs: Date.now() - startedAtMs,
      rssBytes: process.memoryUsage.rss(),
      socket: settings.socket.path,
      http: null,
      stateDir: settings.paths.stateDir,
      configFiles: [...settings.files],
      profileDir: settings.dir.profile,
      browser: { path: null, pid: null, sandbox: config.browser.sandbox, memoryBytes: null },
      connections: doors.socket?.connections ?? 0,
      logLevel: log.level,
    }),
    'daemon.metrics': async () => (await metrics()).scrape(),
    'session.status': status,
    // A wait continues on the account's own dispatch, once this machine runs the account.
    'session.wait': async ({ states, timeoutMs }, call) => {
      if (states.includes('stopped'))
        return { status: 'stopped', reason: 'standby', timestamp: isoTime(Date.now()) };
      const sinceMs = performance.now();
      const dispatch = await limited(timeoutMs, [call.signal], (bound) => doors.replacement(bound)).catch(
        () => {
          throw standsBy();
        },
      );
      const spentMs = Math.ceil(performance.now() - sinceMs);
      const rest = timeoutMs === undefined ? {} : { timeoutMs: Math.max(1, timeoutMs - spentMs) };
      return (await dispatch('session.wait', { states, ...rest }, call)) as Answered<'session.wait'>;
    },
  };
  const refuse = (): never => {
    throw standsBy();
  };
  const standsBy = (): Fault => {
    const machine = holder();
    const reason =
      machine === null
        ? 'No machine is known to run this account yet'
        : `Machine ${machine} runs this account`;
    return new Fault('standby', { reason: `${reason}; this one stands by.`, more: { machine } });
  };
  const names = Object.keys(METHODS) as MethodName[];
  const others = Object.fromEntries(names.map((name) => [name, refuse]));
  const handlers = { ...others, ...own } as Handlers<typeof METHODS>;
  return createDispatch({ methods: METHODS, handlers, account, address, log });
}

/** The state of an account that runs elsewhere, or nowhere yet. */
const standbyStatus = ({ account, config }: Settings, sinceMs: number, holder: string | null): Status => ({
  status: 'stopped',
  session: { hasSession: false, phone: null, platform: null, connected: false, pushname: null },
  reconnectAttempts: 0,
  maxReconnectAttempts: config.reconnect.maxAttempts,
  isShuttingDown: false,
  monitorActive: false,
  timestamp: new Date().toISOString(),
  account,
  reason: 'standby',
  waitsFor: null,
  hint: null,
  nextAttemptAt: null,
  since: isoTime(sinceMs),
  monitor: { lastCheckAt: null, lastOkAt: null, failures: 0 },
  versions: {
    wad: WAD_VERSION,
    whatsappWebJs: LIBRARY_VERSION,
    whatsappWeb: null,
    browser: null,
    node: NODE_VERSION,
  },
  capabilities: {},
  restriction: null,
  outbox: { queued: 0, unknown: 0, failed: 0 },
  journal: { last: 0 },
  fleet: { machine: config.fleet.machine, holder, epoch: null },
  proxy: null,
});
