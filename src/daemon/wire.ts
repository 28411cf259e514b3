// Builds every part of the daemon in order, and closes them in the opposite one. The map of the program.
import { join } from 'node:path';
import { createDispatch } from '../dispatch/dispatch.js';
import type { DaemonLog } from '../log/log.js';
import { METHODS } from '../protocol/methods/index.js';
import { readUpstream } from '../proxy/upstream.js';
import { isOver } from '../session/state.js';
import { diskFault } from '../session-dir/disk-fault.js';
import { ownDirectory, prepare } from '../session-dir/layout.js';
import { type SessionLock, takeLock } from '../session-dir/lock.js';
import { pruneMoving } from '../session-dir/moving.js';
import { openStore } from '../store/open.js';
import { createClient } from '../whatsapp/client.js';
import { Account } from './account.js';
import { handlersOf } from './api/handlers/index.js';
import { openRpc } from './api/openrpc.js';
import { waking } from './api/page-methods.js';
import { readyClient } from './api/ready-client.js';
import { reportOf } from './api/report.js';
import { statusOf } from './api/status.js';
import { Closers } from './closers.js';
import { daemonInfo } from './daemon-info.js';
import { Doors } from './doors.js';
import { Feed } from './events/feed.js';
import { localPeer } from './events/local-peer.js';
import type { StandbyParts } from './fleet/standby.js';
import type { Tenure } from './fleet/tenure.js';
import type { CallRefuserOptions } from './incoming/call-refuser.js';
import { namedMessage } from './incoming/message-lookup.js';
import { browserMemory } from './machine/browser-memory.js';
import { StartLine } from './machine/start-line.js';
import { Fetcher } from './media/fetcher.js';
import { MediaStore } from './media/media-store.js';
import { ProfilePictures } from './media/profile-pictures.js';
import { referencedFiles } from './media/referenced-files.js';
import { Transcoder } from './media/voice.js';
import { MetricsOnDemand } from './metrics/on-demand.js';
import type { ChooseId } from './outgoing/ids.js';
import { ownBrowser } from './own-browser.js';
import { Purger } from './purge.js';
import { Readers } from './readers.js';
import { Indexer } from './search/indexer.js';
import { MessageSearch } from './search/message-search.js';
import { AccountProxy } from './session/account-proxy.js';
import { pictureIn } from './session/page-picture.js';
import { StartSteps } from './session/start-steps.js';
import type { Settings } from './settings.js';
import { reportStore } from './store-report.js';
import { WAD_VERSION } from './version.js';

export interface Daemon {
  readonly account: Account;
  /**
   * Starts the account first, then socket and HTTP, so that no answer shows an account that is still stopped.
   * @throws Fault permission_denied, usage, lock_held, once everything is closed again
   */
  begin(): Promise<void>;
  /** Resolves with how it ended, once everything is closed, unlocked and removed. */
  readonly ended: Promise<'stopped' | 'lock-lost'>;
}

/**
 * Makes a daemon that has the lock and has not begun. The order is directories, lock, store, account, because
 * nothing may touch the session without the lock.
 * @throws Fault lock_held, permission_denied, disk_full, store_newer; what `standBy` throws
 */
export async function wire(
  settings: Settings,
  log: DaemonLog,
  { onRead, onBrowser, onLongStart, standBy, steps = new StartSteps(log) }: WireOptions = {},
): Promise<Daemon> {
  const { dir, paths } = settings;
  await ownDirectory(paths.stateDir);
  await prepare(dir, log);
  const closers = new Closers();
  const doors = new Doors({ settings, log, onRead });
  await closers.add(() => doors.close());
  const lockUp = async (): Promise<SessionLock> => {
    const lock = await takeLock(dir, { log });
    await closers.add(() => lock.release());
    return lock;
  };
  try {
    // On a shared disk the machine that runs the account has the lock, so the lease comes first.
    const isShared = standBy !== undefined && settings.config.fleet.profile === 'shared';
    const own = isShared ? null : await lockUp();
    const tenure = (await standBy?.({ settings, log, doors, closers })) ?? null;
    const lock = own ?? (await lockUp());
    steps.done('lock');
    const beginning = await tenure?.begin();
    const daemon = await build({
      ...{ settings, log, steps, doors, closers, tenure, onBrowser, onLongStart },
      ...beginning,
    });
    const { actor } = daemon.account;
    lock.lost.addEventListener('abort', () => actor.post({ type: 'lock-lost' }), { once: true });
    return daemon;
  } catch (error) {
    await closers.close();
    // Single files in the state directory may belong to another user.
    throw diskFault(error, paths.stateDir);
  }
}

export interface WireOptions {
  /** Called with the number of bytes from a peer of the socket, which wait for garbage collection. */
  readonly onRead?: (bytes: number) => void;
  /** Called with the process id of each browser, before it opens its first page. */
  readonly onBrowser?: (pid: number) => void;
  /** Waits until this machine of the fleet may run the account. Without a fleet there is nothing to wait for. */
  readonly standBy?: (parts: StandbyParts) => Promise<Tenure>;
  /** Called when the start takes longer than usual, with how long it may take from now. */
  readonly onLongStart?: (ms: number) => void;
  readonly steps?: StartSteps;
}

interface Ground {
  readonly settings: Settings;
  readonly log: DaemonLog;
  readonly steps: StartSteps;
  readonly doors: Doors;
  readonly closers: Closers;
  /** Null: the daemon belongs to no fleet. */
  readonly tenure: Tenure | null;
  readonly onBrowser: ((pid: number) => void) | undefined;
  readonly onLongStart: ((ms: number) => void) | undefined;
  readonly cursorsAbove?: number;
  readonly idsFromKeys?: ChooseId;
}

/** How much longer than its deadline a start may keep its place before its daemon counts as not running. */
const SPARE_MS = 30_000;
/** The time to write a store anew: on a slow disk, and for a busy machine. */
const REWRITE_MS = 60_000;
const REWRITE_BYTES_PER_MS = 5_000;

/** Builds the parts in a locked directory. */
async function build({
  settings,
  log,
  steps,
  doors,
  closers,
  tenure,
  onBrowser,
  onLongStart,
  ...beginning
}: Ground): Promise<Daemon> {
  const { config, dir, account: name, address, paths } = settings;
  const proxy = AccountProxy.of(config, log);
  // A password file that cannot be used is an error of the configuration now, and a state of the account later.
  if (proxy !== null) readUpstream(config.proxy);
  const store = openStore({
    directory: paths.stateDir,
    ...beginning,
    onRewrite: (bytes) => {
      log.info('store.rewriting', { bytes });
      onLongStart?.(REWRITE_MS + bytes / REWRITE_BYTES_PER_MS);
    },
  });
  await closers.add(() => store.close());
  const copies = tenure?.copies(store) ?? null;
  await closers.add(() => copies?.close());
  for (const path of await pruneMoving(dir)) log.warn('session-dir.unfinished-move', { path });
  const startedAtMs = Date.now();
  const feed = new Feed({ account: name, store, log });
  reportStore(store.report, feed, log, address);
  const browser = ownBrowser(settings);
  const mediaDir = join(paths.stateDir, 'media');
  const mediaStore = await MediaStore.open(mediaDir, () => referencedFiles(store), {
    maxBytes: config.journal.mediaMaxMb * 1024 * 1024,
  });
  const account = await Account.open({
    name,
    address,
    config,
    dir,
    feed,
    store,
    log,
    steps,
    startLine: new StartLine({
      directory: paths.startsDir,
      places: config.browser.parallelStarts,
      heldMs: config.deadlines.startMs + SPARE_MS,
      log,
    }),
    mediaDir,
    createClient,
    copies,
    proxy,
    sweepFiles: () => mediaStore.sweep(Date.now()),
    pictureFile: pictureIn(paths.stateDir),
    findBrowser: () => browser.find(),
    ...beginning,
    onBrowser: (pid) => {
      tenure?.guard(pid);
      onBrowser?.(pid);
    },
    browserWorks: (signal, profile) => browser.works(signal, profile),
  });
  steps.done('store');
  const { actor } = account;
  tenure?.watch(account);
  const voices = new Transcoder(mediaStore);
  await closers.add(() => voices.close());
  const client = () => readyClient(account);
  const fetcher = new Fetcher(mediaStore, client, store);
  const pictures = new ProfilePictures(mediaStore);
  const { hibernation } = account;
  const readers = new Readers({
    settings,
    feed,
    store,
    // The account does not hibernate before the file is complete.
    fetcher: { fetch: (ref, maxBytes) => hibernation.keepAwake(() => fetcher.fetch(ref, maxBytes)) },
    pathOf: (id) => mediaStore.path(id),
    actor,
    log,
  });
  await closers.add(() => readers.close());
  const indexer = new Indexer({ directory: paths.stateDir, store, feed, log });
  await closers.add(() => indexer.close());
  const ended = account.ended.then(async (how) => {
    await closers.close();
    return how;
  });

  const status = async () => {
    // A reader that continues from its cursor must not receive the change that led to its state once more.
    await feed.settled();
    return statusOf(account, feed, config.reconnect.maxAttempts, tenure?.status ?? null);
  };
  const info = () => daemonInfo({ settings, startedAtMs, log, browser, account, doors });
  const metrics = new MetricsOnDemand(async () => {
    const { openMetrics } = await import('./metrics/metrics.js');
    return openMetrics({
      feed,
      outbox: account.outgoing.outbox,
      webhooks: Object.keys(config.webhook),
      fleetValues: tenure && (() => tenure.values()),
      gaugeValues: async () => ({
        status: await status(),
        info: info(),
        httpConnections: doors.http?.connections ?? 0,
        storeBytes: store.bytes,
        oldestDueMs: store.outbox.oldestDue(Date.now()),
        mediaBytes: mediaStore.bytes,
        webhooks: readers.webhooks?.list() ?? [],
        browserBytes: await browserMemory(account.slot.browser.pid),
      }),
    });
  });
  tenure?.count(() => metrics.loaded?.fleet ?? null);
  const handlers = handlersOf({
    account,
    store,
    feed,
    mediaStore,
    pictures,
    fetcher,
    voices,
    status,
    search: new MessageSearch(indexer, store),
    purger: new Purger({ store, mediaStore, fetcher, pictures, indexer, directory: paths.stateDir, log }),
    webhooks: () => readers.webhooks,
    transcriber: () => readers.transcriber,
    fleet: tenure,
    facts: {
      info,
      report: async () => reportOf(account, await status()),
      logLevel: { get: () => log.level, set: (level) => log.setLevel(level) },
      discover: () => openRpc(METHODS, WAD_VERSION),
      metrics: async () => (await metrics.load()).scrape(),
    },
  });

  /** A send of the daemon's own: nobody waits for the answer. */
  const answerNobody = async (message: Parameters<CallRefuserOptions['send']>[0]) => {
    const { signal } = new AbortController();
    return handlers['message.send'](message, { peer: localPeer(signal, () => undefined), signal });
  };
  const begin = async (): Promise<void> => {
    account.start();
    // A stop may come between any two steps; the remaining parts are then not made.
    const isStopped = () => isOver(actor.state);
    try {
      const { listen } = config.http;
      const answer = createDispatch({
        methods: METHODS,
        handlers: waking(METHODS, handlers, hibernation, async (message) =>
          fetcher.has(namedMessage(store, message).ref),
        ),
        account: name,
        address,
        log,
      });
      const dispatch = metrics.metered(tenure === null ? answer : tenure.fenced(answer));
      // With HTTP, metrics count from the start.
      if (listen !== null) await metrics.load();
      const steps = [
        () => doors.openSocket(dispatch),
        async () => {
          if (listen !== null)
            await doors.openHttp(listen, { dispatch, metrics: await metrics.load(), isStopped });
        },
        async () => {
          const traffic = tenure?.join({ dispatch, feed, store, outbox: account.outgoing.outbox });
          if (traffic) await closers.add(() => traffic.close());
        },
        () => readers.openCalls(account.incoming.calls, (message) => answerNobody(message)),
        () => readers.openPrefetch(),
        () => readers.openTranscripts(),
        () => readers.openWebhooks((webhook, taken) => metrics.loaded?.webhook(webhook, taken)),
      ];
      for (const step of steps) {
        if (isStopped()) return;
        await step();
      }
    } catch (error) {
      // The stop has closed what this step needed: no failure.
      if (isStopped()) return;
      actor.post({ type: 'shutdown', logout: false });
      await ended;
      throw error;
    }
  };
  return { account, begin, ended };
}
