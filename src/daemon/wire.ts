// Builds every part of the daemon in order, and takes it down in the opposite one. The map of the program.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findBrowser } from '../config/browser.js';
import type { HttpServer } from '../http/server.js';
import { type Address, addressed } from '../protocol/address.js';
import { Backlog } from '../protocol/backlog.js';
import { METHODS } from '../protocol/methods/index.js';
import { isOver } from '../session/state.js';
import { diskFault } from '../session-dir/disk-fault.js';
import { ownDirectory, prepare } from '../session-dir/layout.js';
import { type SessionLock, takeLock } from '../session-dir/lock.js';
import { pruneMoving } from '../session-dir/moving.js';
import { listen, type SocketServer } from '../socket/server.js';
import { openStore } from '../store/open.js';
import type { OpenReport } from '../store/open-report.js';
import type { Store } from '../store/store.js';
import { createClient } from '../whatsapp/client.js';
import { Account } from './account.js';
import { createDispatch } from './api/dispatch.js';
import { actHandlers } from './api/handlers/act.js';
import { callHandlers } from './api/handlers/call.js';
import { chatHandlers } from './api/handlers/chat.js';
import { contactHandlers } from './api/handlers/contact.js';
import { daemonHandlers } from './api/handlers/daemon.js';
import { eventHandlers } from './api/handlers/event.js';
import { groupHandlers } from './api/handlers/group.js';
import { mediaHandlers } from './api/handlers/media.js';
import { messageHandlers } from './api/handlers/message.js';
import { outboxHandlers } from './api/handlers/outbox.js';
import { sessionHandlers } from './api/handlers/session.js';
import { webhookHandlers } from './api/handlers/webhook.js';
import { openRpc } from './api/openrpc.js';
import { readyClient } from './api/ready-client.js';
import { reportOf } from './api/report.js';
import { statusOf } from './api/status.js';
import { Feed } from './events/feed.js';
import type { Webhooks } from './events/webhooks.js';
import type { DaemonLog } from './log/log.js';
import { browserMemory } from './machine/browser-memory.js';
import { Fetcher } from './media/fetcher.js';
import { MediaStore } from './media/media-store.js';
import { Prefetch } from './media/prefetch.js';
import { referencedFiles } from './media/referenced-files.js';
import { Transcoder } from './media/voice.js';
import type { Metrics } from './metrics/metrics.js';
import { pictureIn } from './session/page-picture.js';
import { ownFile, type Settings } from './settings.js';
import { NODE_VERSION, WAD_VERSION } from './version.js';

export interface Daemon {
  readonly account: Account;
  /**
   * The account first, then socket and HTTP: whoever is answered finds it on its way, and not still stopped.
   * @throws Fault permission_denied, usage, lock_held, once everything is taken down again
   */
  begin(): Promise<void>;
  /** Resolves with how it ended, once everything is closed, unlocked and removed. */
  readonly ended: Promise<'stopped' | 'lock-lost'>;
}

/**
 * Makes a daemon that has the lock and has not begun: directories, lock, store, account; in that order, since nothing
 * may touch the session without the lock.
 * @param onRead hears how many bytes came from a peer of the socket, which wait to be collected
 * @throws Fault lock_held, permission_denied, disk_full, store_newer
 */
export async function wire(
  settings: Settings,
  log: DaemonLog,
  onRead?: (bytes: number) => void,
): Promise<Daemon> {
  const { config, dir, account: name, address, paths, socket } = settings;
  await ownDirectory(paths.stateDir);
  await prepare(dir, log);
  const lock = await takeLock(dir, { log });
  let store: Store | undefined;
  try {
    store = openStore({ directory: paths.stateDir });
    for (const path of await pruneMoving(dir)) log.warn('session-dir.unfinished-move', { path });
    return await build(settings, lock, store, log);
  } catch (error) {
    store?.close();
    await lock.release();
    // What stands in the state directory may be another user's, one file at a time.
    throw diskFault(error, paths.stateDir);
  }

  async function build(_: Settings, held: SessionLock, kept: Store, to: DaemonLog): Promise<Daemon> {
    const startedAtMs = Date.now();
    const feed = new Feed({ account: name, store: kept, log: to });
    tellOfStore(kept.report, feed, to, address);
    const browserNow = () => findBrowser({ browser: config.browser, env: process.env, home: homedir() });
    const mediaDir = join(paths.stateDir, 'media');
    const mediaStore = await MediaStore.open(mediaDir, () => referencedFiles(kept), {
      maxBytes: config.journal.mediaMaxMb * 1024 * 1024,
    });
    const account = await Account.open({
      name,
      address,
      config,
      dir,
      feed,
      store: kept,
      log: to,
      mediaDir,
      sweepFiles: () => mediaStore.sweep(Date.now()),
      pictureFile: pictureIn(paths.stateDir),
      findBrowser: browserNow,
      createClient,
      browserWorks: async (signal, profile) => {
        const browser = browserNow();
        const chrome = { ...config.browser, executablePath: browser.found ? browser.path : '' };
        // Evaluated when it is needed: hardly ever.
        const { tryBrowser } = await import('../whatsapp/browser/preflight.js');
        const where = { tmpRoot: paths.stateDir, signal, ...(profile !== undefined && { profile }) };
        return browser.found && (await tryBrowser({ chrome, ...where })).ok;
      },
    });
    const status = async () => {
      // Whoever goes on from the cursor in it must not meet the change again that brought the state in it.
      await feed.settled();
      return statusOf(account, feed, config.reconnect.maxAttempts);
    };
    let server: SocketServer | undefined;
    let http: HttpServer | null = null;
    let webhooks: Webhooks | null = null;
    let prefetch: Prefetch | null = null;
    let listening: Promise<SocketServer> | undefined;
    let serving: Promise<HttpServer> | undefined;
    const info = () => {
      const browser = browserNow();
      return {
        pid: process.pid,
        account: name,
        version: WAD_VERSION,
        node: NODE_VERSION,
        startedAt: new Date(startedAtMs).toISOString(),
        uptimeMs: Date.now() - startedAtMs,
        rssBytes: process.memoryUsage.rss(),
        socket: socket.path,
        http: http?.address ?? null,
        stateDir: paths.stateDir,
        configFiles: [...settings.files],
        profileDir: dir.profile,
        browser: {
          path: browser.found ? browser.path : null,
          pid: account.slot.browser.pid,
          sandbox: config.browser.sandbox,
          memoryBytes: account.supervision.browserBytes,
        },
        connections: server?.connections ?? 0,
        logLevel: to.level,
      };
    };
    const voices = new Transcoder(mediaStore);
    const fetcher = new Fetcher(
      mediaStore,
      () => readyClient(account),
      () => kept.account.wid,
    );
    const handlers = {
      ...sessionHandlers(account, status),
      ...messageHandlers(account, kept, feed, mediaStore, voices),
      ...mediaHandlers(kept, mediaStore, fetcher),
      ...outboxHandlers(account, kept),
      ...actHandlers(account, kept),
      ...callHandlers(account),
      ...eventHandlers(feed),
      ...chatHandlers(account, kept),
      ...contactHandlers(account),
      ...groupHandlers(account),
      ...webhookHandlers(() => webhooks),
      ...daemonHandlers({
        info,
        report: async () => reportOf(account, await status()),
        logLevel: { get: () => to.level, set: (level) => to.setLevel(level) },
        discover: () => openRpc(METHODS, WAD_VERSION),
      }),
    };
    held.lost.addEventListener('abort', () => account.actor.post({ type: 'lock-lost' }), { once: true });
    const ended = account.ended.then(async (how) => {
      await webhooks?.close();
      await prefetch?.close();
      await voices.close();
      kept.close();
      await held.release();
      // A stop may come while the doors are still being made; what they throw, begin() has thrown.
      await serving?.then(
        (made) => made.close(),
        () => undefined,
      );
      await listening?.then(
        (made) => made.close(),
        () => undefined,
      );
      return how;
    });
    const meter = async () => {
      const { openMetrics } = await import('./metrics/metrics.js');
      return openMetrics({
        ...{ feed, outbox: account.outgoing.outbox, webhooks: Object.keys(config.webhook) },
        gaugeValues: async () => ({
          ...{ status: await status(), info: info() },
          httpConnections: http?.connections ?? 0,
          storeBytes: kept.bytes,
          mediaBytes: mediaStore.bytes,
          webhooks: webhooks?.list() ?? [],
          browserBytes: await browserMemory(account.slot.browser.pid),
        }),
      });
    };
    const post = async (metrics: Metrics | null) => {
      const { Webhooks } = await import('./events/webhooks.js');
      return Webhooks.open({
        ...{ config: config.webhook, feed, store: kept, log: to },
        secretIsNamed: (one) => settings.origins.get(`webhook.${one}.secretFile`)?.from !== 'default',
        context: () => {
          const { session } = account.actor.state;
          const me = session?.wid ? { id: session.wid, pushname: session.pushname } : null;
          return { account: name, version: WAD_VERSION, me };
        },
        ...(metrics && { onAttempt: metrics.webhook }),
      });
    };
    const collect = async () => {
      const { mediaRules: rules } = config.journal;
      const made = await Prefetch.open({ rules, feed, store: kept, fetcher, log: to });
      account.actor.watch((now) => {
        if (now.name === 'ready') made.wake();
      });
      return made;
    };
    const begin = async (): Promise<void> => {
      account.start();
      // A stop may come between any two steps, and what has not been made by then is not made any more.
      const isStopped = () => isOver(account.actor.state);
      const bare = createDispatch({ methods: METHODS, handlers, account: name, address, log: to });
      try {
        const { listen: httpAddress } = config.http;
        // HTTP and its metrics are loaded where they are wanted only.
        const metrics = httpAddress === null ? null : await meter();
        if (isStopped()) return;
        const dispatch = metrics?.metered(bare) ?? bare;
        const own = { ...socket, ...config.socket, path: socket.path };
        const unread = new Backlog();
        listening = listen({ ...own, dispatch, unread, log: to, ...(onRead && { onRead }) });
        server = await listening;
        if (httpAddress !== null && metrics !== null) {
          const { openHttpDoor } = await import('./api/http-door.js');
          if (isStopped()) return;
          serving = openHttpDoor({
            ...{
              dispatch,
              metrics,
              address,
              unread,
              log: to,
              config: { ...config.http, listen: httpAddress },
            },
            configFile: ownFile(settings),
            tokenFileIsNamed: settings.origins.get('http.tokenFile')?.from !== 'default',
          });
          http = await serving;
        }
        if (config.journal.mediaRules.length > 0 && !isStopped()) prefetch = await collect();
        if (Object.keys(config.webhook).length > 0 && !isStopped()) webhooks = await post(metrics);
      } catch (error) {
        // The stop has closed what this step stood on: no failure.
        if (isStopped()) return;
        account.actor.post({ type: 'stop', logout: false });
        await ended;
        throw error;
      }
    };
    return { account, begin, ended };
  }
}

/** What was found in the state directory; a store that had to be replaced is a loss that somebody should know of. */
function tellOfStore(report: OpenReport, feed: Feed, log: DaemonLog, to: Address): void {
  const { path, created, replaced, migratedFrom, version, narrowed, droppedTriggers, tookMs } = report;
  const { last } = feed;
  log.info('store.opened', { path, created, migratedFrom, version, last, tookMs: Math.round(tookMs) });
  if (narrowed) log.warn('store.narrowed', { path });
  if (droppedTriggers.length > 0) log.warn('store.triggers_dropped', { path, names: droppedTriggers });
  if (replaced === null) return;
  const { reason, movedTo } = replaced;
  log.error('store.replaced', { path, reason, movedTo });
  const says = `Outbox and journal were damaged (${reason}) and begin anew; the old ones are ${movedTo[0] ?? 'gone'}.`;
  feed.replaced(movedTo);
  feed.append('alert', { reason: 'store_replaced', says, hint: addressed('wactl logs', to) });
}
