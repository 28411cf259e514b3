// The doors of the daemon: the socket, and HTTP if it is configured. A stop may come while one is being
// opened: `close` waits for that and closes it too.
import type { HttpServer } from '../http/server.js';
import type { DaemonLog } from '../log/log.js';
import { Backlog } from '../protocol/backlog.js';
import type { Dispatch } from '../protocol/dispatch.js';
import { Fault } from '../protocol/fault.js';
import { listen, type SocketServer } from '../socket/server.js';
import { Closers } from './closers.js';
import type { Metrics } from './metrics/metrics.js';
import { ownFile, type Settings } from './settings.js';

export interface DoorsOptions {
  readonly settings: Settings;
  readonly log: DaemonLog;
  /** Called with the number of bytes from a peer of the socket, which wait for garbage collection. */
  readonly onRead?: ((bytes: number) => void) | undefined;
}

/** The caller closes them. */
export class Doors {
  readonly #options: DoorsOptions;
  readonly #unread = new Backlog();
  readonly #closers = new Closers();
  #dispatch: Dispatch | null = null;
  readonly #replaced = new Set<(dispatch: Dispatch) => void>();
  #socket: SocketServer | null = null;
  #http: HttpServer | null = null;

  constructor(options: DoorsOptions) {
    this.#options = options;
  }

  /** Null until it listens. */
  get socket(): SocketServer | null {
    return this.#socket;
  }

  /** Null until it listens. */
  get http(): HttpServer | null {
    return this.#http;
  }

  /**
   * A second call keeps the socket and its connections, and has their further requests answered by this dispatch.
   * @throws (rejects) Fault lock_held, permission_denied, usage, disk_full
   */
  async openSocket(dispatch: Dispatch): Promise<void> {
    const isOpen = this.#dispatch !== null;
    this.#dispatch = dispatch;
    for (const tell of this.#replaced) tell(dispatch);
    this.#replaced.clear();
    if (isOpen) return;
    const { settings, log, onRead } = this.#options;
    const { maxLineBytes, maxConnections, maxInFlight } = settings.config.socket;
    const own = { ...settings.socket, maxLineBytes, maxConnections, maxInFlight };
    this.#socket = await this.#register(
      listen({
        ...own,
        dispatch: (...call) => this.#answer(...call),
        unread: this.#unread,
        log,
        ...(onRead && { onRead }),
      }),
    );
  }

  /**
   * Loads its code first; a stop may come meanwhile.
   * @throws (rejects) Fault address_in_use, bad_config, permission_denied, usage, disk_full
   */
  async openHttp(
    address: string,
    { dispatch, metrics, isStopped }: { dispatch: Dispatch; metrics: Metrics; isStopped: () => boolean },
  ): Promise<void> {
    const { settings, log } = this.#options;
    const { openHttpDoor } = await import('./api/http-door.js');
    if (isStopped()) return;
    this.#http = await this.#register(
      openHttpDoor({
        dispatch,
        metrics,
        log,
        unread: this.#unread,
        address: settings.address,
        config: { ...settings.config.http, listen: address },
        configFile: ownFile(settings),
        tokenFileIsNamed: settings.origins.get('http.tokenFile')?.from !== 'default',
      }),
    );
  }

  /** Resolves with the dispatch that takes the place of the one of now. @throws (rejects) the signal's reason */
  replacement(signal: AbortSignal): Promise<Dispatch> {
    return new Promise((resolve, reject) => {
      const late = (): void => {
        this.#replaced.delete(tell);
        reject(signal.reason);
      };
      const tell = (dispatch: Dispatch): void => {
        signal.removeEventListener('abort', late);
        resolve(dispatch);
      };
      if (signal.aborted) return late();
      signal.addEventListener('abort', late, { once: true });
      this.#replaced.add(tell);
    });
  }

  #answer(...call: Parameters<Dispatch>): ReturnType<Dispatch> {
    if (this.#dispatch === null) throw new Fault('shutting_down');
    return this.#dispatch(...call);
  }

  /** Closes HTTP first, then the socket. */
  close(): Promise<void> {
    return this.#closers.close();
  }

  /**
   * Registers the closing of a door that is being opened. If it cannot be opened,
   * only the caller reports why.
   */
  async #register<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> {
    await this.#closers.add(() =>
      opening.then(
        (door) => door.close(),
        () => undefined,
      ),
    );
    return opening;
  }
}
