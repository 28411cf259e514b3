// An HTTP server in the test's own process, with a control socket on the same dispatch, and a listener to
// events.
import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type AccountSiteOptions, accountSite } from '../../src/http/account-site.js';
import { readPage } from '../../src/http/page.js';
import { json, typed } from '../../src/http/reply.js';
import type { Own } from '../../src/http/routes.js';
import { type HttpOptions, type HttpServer, serveHttp } from '../../src/http/server.js';
import type { WireEvent } from '../../src/protocol/events/index.js';
import type { Handlers } from '../../src/protocol/method.js';
import type { METHODS } from '../../src/protocol/methods/index.js';
import { checkEvent } from './check-event.js';
import { startServer, type TestServer } from './server.js';

export interface TestDoor extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly http: HttpServer;
  /** The control socket, the feed and the log of the same server. */
  readonly behind: TestServer;
}

type DoorOptions = Partial<AccountSiteOptions & Omit<HttpOptions<Own, 'owner'>, 'site'>>;

/** Starts an HTTP server, by default without a token. `await using` closes it and the socket. */
export async function startDoor(
  handlers: Partial<Handlers<typeof METHODS>> = {},
  { token = null, own, address, ...options }: DoorOptions = {},
): Promise<TestDoor> {
  const behind = await startServer(handlers);
  const { dispatch, log } = behind;
  const page = await readPage(fileURLToPath(new URL('../../../web', import.meta.url)));
  let port = 0;
  const plain = {
    openApi: () => json({ openapi: '3.1.0' }),
    page,
    metrics: async () => typed('text/plain', ''),
  };
  const http = await serveHttp({
    site: accountSite({ dispatch, token, own: own ?? plain, address }),
    log,
    bind: async (server) => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      port = (server.address() as AddressInfo).port;
      return { address: `127.0.0.1:${port}`, remove: async () => undefined };
    },
    ...options,
  });
  return {
    ...{ port, http, behind, url: `http://127.0.0.1:${port}` },
    [Symbol.asyncDispose]: async () => {
      await http.close();
      await behind[Symbol.asyncDispose]();
    },
  };
}

/** Sends raw bytes and returns everything that came back until the other side closed. */
export async function raw(port: number, bytes: string | Uint8Array, waitMs = 10_000): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {}); // the server may end a connection by a reset
  const timer = setTimeout(() => socket.destroy(), waitMs);
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  // Not `once` of node:events, which rejects on an error before the event.
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(bytes);
  await closed;
  clearTimeout(timer);
  return text;
}

export interface ListenerOptions {
  readonly path?: string;
  readonly headers?: Record<string, string>;
  /** Throws for an event that does not match its schema. Default: the real check. */
  readonly check?: (event: WireEvent) => unknown;
}

/** A listener to `/events` that checks each event. The caller closes it. */
export class Listener implements Disposable {
  readonly events: WireEvent[] = [];
  /** The last event id, which a browser sends when it reconnects. */
  lastEventId = '';
  readonly #close: () => void;
  readonly #check: (event: WireEvent) => unknown;
  #watcher = (): void => undefined;
  #isOver = false;

  private constructor(close: () => void, check: (event: WireEvent) => unknown) {
    this.#close = close;
    this.#check = check;
  }

  /** Resolves when the listener is connected and subscribed. */
  static async open(
    url: string,
    { path = '/api/whatsapp/events', headers = {}, check = checkEvent }: ListenerOptions = {},
  ): Promise<Listener> {
    const asked = request(`${url}${path}`, { headers, agent: false });
    const listener = new Listener(() => asked.destroy(), check);
    const answered = once(
      asked.on('error', () => {}),
      'response',
    );
    asked.end();
    const [response] = await answered;
    if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
    let rest = '';
    response.setEncoding('utf8').on('data', (text: string) => {
      const blocks = (rest + text).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) listener.#receive(block);
    });
    response.on('error', () => {});
    response.once('close', () => {
      listener.#isOver = true;
      listener.#watcher();
    });
    await listener.#until(() => listener.lastEventId !== '', 'the place it begins after', 10_000);
    return listener;
  }

  #receive(block: string): void {
    const fields = new Map(block.split('\n').map((line) => line.split(/: ?(.*)/, 2) as [string, string]));
    const id = fields.get('id');
    if (id !== undefined) this.lastEventId = id;
    this.#watcher();
    const data = fields.get('data');
    if (data === undefined) return;
    const event = JSON.parse(data) as WireEvent;
    if (fields.get('event') !== event.type || id !== String(event.cursor))
      throw new Error(`the fields do not fit the event: ${block}`);
    this.#check(event);
    this.events.push(event);
    this.#watcher();
  }

  /** Waits until `count` events have arrived. @throws (rejects) after `waitMs`, or when the stream ends */
  async received(count: number, waitMs = 20_000): Promise<readonly WireEvent[]> {
    await this.#until(() => this.events.length >= count, `${count} events`, waitMs);
    return this.events;
  }

  /** Waits until the other side ends the stream. */
  over(waitMs = 10_000): Promise<void> {
    return this.#until(() => this.#isOver, 'the end', waitMs, true);
  }

  #until(done: () => boolean, what: string, waitMs: number, mayEnd = false): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = () =>
        reject(new Error(`${this.events.length} events came, and not ${what} within ${waitMs} ms`));
      const timer = setTimeout(late, waitMs);
      this.#watcher = () => {
        if (!done() && !(this.#isOver && !mayEnd)) return;
        clearTimeout(timer);
        if (done()) resolve();
        else late();
      };
      this.#watcher();
    });
  }

  [Symbol.dispose](): void {
    this.#close();
  }
}
