// The gateway over fake daemons in the test's own process, a listener to its streams, and requests to it.
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Done } from '../../src/gateway/account-dispatch.js';
import { Accounts } from '../../src/gateway/accounts.js';
import { GATEWAY_LIMITS } from '../../src/gateway/gateway.js';
import { GatewayMetrics } from '../../src/gateway/metrics.js';
import { GATEWAY_ROUTES, type GatewayOwn } from '../../src/gateway/routes.js';
import { gatewaySite } from '../../src/gateway/site.js';
import { type NewToken, openTokens, type Tokens } from '../../src/gateway/tokens.js';
import { socketWay } from '../../src/gateway/way.js';
import { json, typed } from '../../src/http/reply.js';
import type { Route } from '../../src/http/route.js';
import { HTTP_LIMITS, type HttpServer, serveHttp } from '../../src/http/server.js';
import type { Handlers } from '../../src/protocol/method.js';
import { METHODS } from '../../src/protocol/methods/index.js';
import { clientPath } from '../../src/socket/path.js';
import { keepLog, type ServerOptions, startServer, type TestServer } from './server.js';

type All = Handlers<typeof METHODS>;
type Headers = Readonly<Record<string, string>>;

export interface GatewayOptions {
  /** The fake daemons, by account, with the handlers that are replaced. */
  readonly accounts?: Readonly<Record<string, Partial<All>>>;
  /** Names of further accounts: directories without a daemon. */
  readonly others?: readonly string[];
  readonly http?: Partial<{ [K in keyof typeof HTTP_LIMITS]: number }>;
  readonly hosts?: readonly string[];
  /** Routes besides those that every gateway has. */
  readonly routes?: readonly Route<GatewayOwn>[];
}

export interface TestGateway extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly http: HttpServer;
  readonly accounts: Accounts;
  readonly tokens: Tokens;
  readonly log: ReturnType<typeof keepLog>;
  /** The calls that were reported, in order. */
  readonly done: readonly (Done & { readonly token: string; readonly account: string | null })[];
  /** What the daemons were asked, `ACCOUNT METHOD`, without the gateway's own subscriptions. */
  readonly calls: string[];
  /** The socket of an account, whether a daemon is there or not. Its directory makes the account known. */
  socketOf(account: string): string;
  /** The fake daemon of an account. */
  daemon(account: string): TestServer;
  /** Starts a fake daemon. */
  start(account: string, handlers?: Partial<All>, options?: ServerOptions): Promise<TestServer>;
  /** Creates a token, and returns the header that carries it. */
  header(token?: Partial<NewToken>): Promise<Headers>;
}

/** The example of each method as its answer. The methods of events are those of a real feed. */
export const examples = (): Partial<All> =>
  Object.fromEntries(
    Object.entries(METHODS)
      .filter(([name]) => !name.startsWith('events.'))
      .map(([name, { example }]) => [name, () => example.result]),
  ) as Partial<All>;

const nothing = typed('text/plain', '');

/** Starts the gateway over fake daemons. `await using` closes everything. */
export async function startGateway(options: GatewayOptions = {}): Promise<TestGateway> {
  const directory = mkdtempSync(join(tmpdir(), 'wad-gw-'));
  const run = join(directory, 'run');
  const log = keepLog();
  const socketOf = (account: string): string => join(run, account, 'control.sock');
  const daemons = new Map<string, TestServer>();
  const calls: string[] = [];
  const done: (Done & { token: string; account: string | null })[] = [];
  const start = async (account: string, handlers: Partial<All> = examples(), more: ServerOptions = {}) => {
    mkdirSync(join(run, account), { recursive: true, mode: 0o700 });
    const onCall = (method: string): void => void calls.push(`${account} ${method}`);
    const server = await startServer(handlers, { path: socketOf(account), account, onCall, ...more });
    daemons.set(account, server);
    return server;
  };
  mkdirSync(run, { mode: 0o700 });
  for (const account of options.others ?? []) mkdirSync(join(run, account), { mode: 0o700 });
  for (const [account, handlers] of Object.entries(options.accounts ?? { shop: examples() }))
    await start(account, handlers);
  const accounts = new Accounts({
    find: () =>
      readdirSync(run)
        .sort()
        .map((account) =>
          socketWay({
            ...clientPath({ account, env: {}, uid: process.getuid?.() ?? 0 }),
            path: socketOf(account),
          }),
        ),
    log,
  });
  await accounts.begin();
  calls.length = 0;
  const tokens = openTokens({ stateDir: join(directory, 'state'), log });
  let port = 0;
  const http = await serveHttp({
    ...GATEWAY_LIMITS,
    // The hostile requests exceed that of a daemon.
    ...{ maxHeaderBytes: HTTP_LIMITS.maxHeaderBytes, log },
    ...options.http,
    site: gatewaySite({
      routes: [...GATEWAY_ROUTES, ...(options.routes ?? [])],
      accounts,
      hosts: options.hosts ?? [],
      identify: ({ headers }) => tokens.identify(headers),
      admit: () => undefined,
      report: ({ token }, account, one) => void done.push({ ...one, token, account }),
      reportRefused: () => undefined,
      shared: {
        page: { index: nothing, script: nothing, style: nothing },
        metrics: new GatewayMetrics(() => ({ accounts: { running: 0, known: 0 }, connections: 0 })),
        scheme: 'http',
        openApi: () => json({ openapi: '3.1.0' }),
        streamFailed: (account, err) => log.error('stream.failed', { account, err }),
      },
    }),
    bind: async (server) => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      ({ port } = server.address() as AddressInfo);
      return { address: `127.0.0.1:${port}`, remove: async () => undefined };
    },
  });
  let last = 0;
  return {
    ...{ http, accounts, tokens, log, calls, done, socketOf, start },
    port,
    url: `http://127.0.0.1:${port}`,
    daemon: (account) => {
      const found = daemons.get(account);
      if (found === undefined) throw new Error(`there is no daemon ${account}`);
      return found;
    },
    header: async (token = {}) => {
      last += 1;
      const { secret } = await tokens.create({
        ...{ name: `t${last}`, scopes: ['admin'], accounts: null, expiresAt: null },
        ...token,
      });
      return { Authorization: `Bearer ${secret}` };
    },
    [Symbol.asyncDispose]: async () => {
      await http.close();
      await accounts.close();
      await tokens.close();
      for (const server of daemons.values()) await server[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** One item of a stream of server-sent events. */
export interface Item {
  readonly type: string;
  readonly id: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: the tests look at single fields
  readonly data: any;
}

/** A listener to a stream. `using` closes it. */
export class Stream implements Disposable {
  readonly items: Item[] = [];
  lastEventId = '';
  readonly #asked: ClientRequest;
  #isOver = false;
  readonly #watchers = new Set<() => void>();

  private constructor(asked: ClientRequest) {
    this.#asked = asked;
  }

  /** Resolves when the stream has begun. @throws (rejects) with the status and the body of a refusal */
  static async open(url: string, headers: Headers): Promise<Stream> {
    const asked = request(url, { headers, agent: false }).on('error', () => {});
    const stream = new Stream(asked);
    const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
    asked.end();
    const [response] = await answered;
    let rest = '';
    response.setEncoding('utf8').on('error', () => {});
    if (response.statusCode !== 200) {
      for await (const part of response) rest += part;
      throw new Error(`status ${response.statusCode}: ${rest}`);
    }
    response.on('data', (text: string) => {
      const blocks = (rest + text).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) stream.#read(block);
    });
    response.once('close', () => {
      stream.#isOver = true;
      stream.#wake();
    });
    await stream.until(() => stream.lastEventId !== '', 'the id it begins with');
    return stream;
  }

  /** The events with their account and cursor, `shop 12`, without reports of connections. */
  get cursors(): string[] {
    return this.items.flatMap(({ type, data }) =>
      type === 'account' ? [] : [`${data.account} ${data.cursor}`],
    );
  }

  /** @throws (rejects) when the stream ends before, or after `waitMs` */
  async until(isSo: (stream: Stream) => boolean, what: string, waitMs = 10_000): Promise<void> {
    await this.#wait(() => isSo(this) || this.#isOver, what, waitMs);
    if (!isSo(this)) throw new Error(`the stream ended before ${what}`);
  }

  /** Waits until the gateway ends the stream. */
  over(waitMs = 10_000): Promise<void> {
    return this.#wait(() => this.#isOver, 'the end', waitMs);
  }

  /** Stops reading. */
  pause(): void {
    this.#asked.socket?.pause();
  }

  [Symbol.dispose](): void {
    this.#asked.destroy();
  }

  #read(block: string): void {
    const fields = new Map(block.split('\n').map((line) => line.split(/: ?(.*)/, 2) as [string, string]));
    const id = fields.get('id') ?? null;
    if (id !== null) this.lastEventId = id;
    const data = fields.get('data');
    if (data !== undefined)
      this.items.push({ type: fields.get('event') ?? 'message', id, data: JSON.parse(data) });
    this.#wake();
  }

  #wake(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  #wait(isSo: () => boolean, what: string, waitMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (error?: Error): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        if (error === undefined) resolve();
        else reject(error);
      };
      const look = (): void => {
        if (isSo()) end();
      };
      const timer = setTimeout(
        () => end(new Error(`${this.items.length} items came, and not ${what} within ${waitMs} ms`)),
        waitMs,
      );
      this.#watchers.add(look);
      look();
    });
  }
}

/** An answer, with its body as JSON if it is JSON. */
export interface Got {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: the tests look at single fields
  readonly body: any;
}

/** Sends one request on a connection of its own. The path is sent as it is, unlike by fetch. */
export async function ask(
  url: string,
  verb: string,
  path: string,
  { headers = {}, body }: { headers?: Headers; body?: unknown } = {},
): Promise<Got> {
  const agent = new Agent();
  const { hostname, port } = new URL(url);
  const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const asked = request({ hostname, port, path, method: verb, agent, headers: { ...type, ...headers } });
  const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = await answered;
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += part;
  agent.destroy();
  const isJson = response.headers['content-type']?.startsWith('application/json') && text !== '';
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  };
}
