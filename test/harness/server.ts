// A control socket in the test's own process: the real server, dispatch, feed and table of methods, over a
// real Unix socket in its own directory. There is no WhatsApp behind it, so methods that need the session
// answer `not_ready`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { daemonHandlers } from '../../src/daemon/api/handlers/daemon.js';
import { eventHandlers } from '../../src/daemon/api/handlers/event.js';
import { openRpc } from '../../src/daemon/api/openrpc.js';
import { Feed } from '../../src/daemon/events/feed.js';
import { createDispatch } from '../../src/dispatch/dispatch.js';
import type { Dispatch } from '../../src/protocol/dispatch.js';
import { Fault } from '../../src/protocol/fault.js';
import type { Log } from '../../src/protocol/log.js';
import type { Handlers } from '../../src/protocol/method.js';
import { METHODS } from '../../src/protocol/methods/index.js';
import { type ListenOptions, listen, type SocketServer } from '../../src/socket/server.js';
import { openStore } from '../../src/store/open.js';

type All = Handlers<typeof METHODS>;

export interface LogLine {
  readonly level: keyof Log;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A log that keeps its newest 1 000 lines for the test. */
export function keepLog(): Log & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: keyof Log) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}) => {
      lines.push({ level, event, fields });
      if (lines.length > 1_000) lines.shift();
    };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export interface TestServer extends AsyncDisposable {
  readonly path: string;
  /** The server that is listening now. */
  readonly server: SocketServer;
  /** The dispatch behind the socket; an HTTP server may use the same one. */
  readonly dispatch: Dispatch;
  readonly feed: Feed;
  readonly log: ReturnType<typeof keepLog>;
  /** Resolves when all events so far are on disk and delivered. */
  written(): Promise<void>;
  /** Closes the socket, which disconnects every client; then runs `meanwhile`, and listens again. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
}

export interface ServerOptions extends Partial<ListenOptions> {
  /** The account that it serves; `default` when left out. */
  readonly account?: string;
  /** Called with the method of each request, before it is answered. */
  readonly onCall?: (method: string) => void;
  /** The clock of the events. */
  readonly now?: () => number;
  /** Called before the server listens, to write earlier events. */
  readonly before?: (feed: Feed) => Promise<void>;
}

/** Waits until the signal is aborted, and rejects with the reason. */
export const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/**
 * Starts a server whose handlers can be replaced one by one. `await using` closes it and removes its
 * directory.
 */
export async function startServer(
  handlers: Partial<All> = {},
  { account, onCall, now, before, ...options }: ServerOptions = {},
): Promise<TestServer> {
  const directory = await mkdtemp(join(tmpdir(), 'wad-'));
  const log = keepLog();
  const store = openStore({ directory: join(directory, 'state') });
  const feed = new Feed({ account: account ?? 'test', store, log, ...(now && { now }) });
  const notReady = Object.fromEntries(
    Object.keys(METHODS).map((name) => [
      name,
      () => {
        throw new Fault('not_ready');
      },
    ]),
  ) as unknown as All;
  const all: All = {
    ...notReady,
    ...eventHandlers(feed),
    ...daemonHandlers({
      info: () => METHODS['daemon.info'].example.result,
      report: async () => METHODS['daemon.report'].example.result,
      logLevel: { get: () => 'info', set: () => {} },
      discover: () => openRpc(METHODS, '0.0.0'),
      metrics: async () => METHODS['daemon.metrics'].example.result,
    }),
    'session.wait': (_params, { signal }) => untilAborted(signal),
    ...handlers,
  };
  const answer = createDispatch({
    ...{ methods: METHODS, handlers: all, log },
    ...{ account: account ?? 'default', address: [] },
  });
  const dispatch: Dispatch = (name, params, call) => {
    onCall?.(name);
    return answer(name, params, call);
  };
  const listening = () =>
    listen({
      path: join(directory, 'wad', 'test', 'control.sock'),
      explicit: false,
      dispatch,
      log,
      ...options,
    });
  await before?.(feed);
  let server = await listening();
  return {
    path: server.path,
    get server() {
      return server;
    },
    dispatch,
    feed,
    log,
    written: () => store.write(() => undefined),
    restart: async (meanwhile) => {
      await server.close();
      await meanwhile?.();
      server = await listening();
    },
    [Symbol.asyncDispose]: async () => {
      await server.close();
      store.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
