// A proxy for tests: HTTP (CONNECT) or SOCKS 5, with a user and a password, on loopback. It resolves the names that it
// is told, writes down every connection, and can end and begin again on the same port.
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface Passed {
  /** `host:port` as the client asked for it. */
  readonly target: string;
  /** The proxy's own port of the connection to the target; null: it was refused, or led nowhere. */
  readonly port: number | null;
}

export interface TestProxyOptions {
  readonly kind: 'http' | 'socks5';
  readonly user?: string;
  readonly password?: string;
  /** `host:port` → a port of 127.0.0.1. Others cannot be reached. */
  readonly targets: Readonly<Record<string, number>>;
}

export class TestProxy implements AsyncDisposable {
  readonly passed: Passed[] = [];
  /** Number of requests with a wrong user or password. */
  refused = 0;
  readonly #options: TestProxyOptions;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  port = 0;

  static async start(options: TestProxyOptions): Promise<TestProxy> {
    const proxy = new TestProxy(options);
    await proxy.begin();
    return proxy;
  }

  private constructor(options: TestProxyOptions) {
    this.#options = options;
  }

  get url(): string {
    return `${this.#options.kind}://127.0.0.1:${this.port}`;
  }

  /** Listens, again on the same port. */
  async begin(): Promise<void> {
    const server =
      this.#options.kind === 'http' ? this.#http() : createServer((socket) => this.#socks(socket));
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Ends with all its connections. */
  async end(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }

  /** The connection to a target; null when there is none. */
  async #reach(target: string): Promise<Socket | null> {
    const port = this.#options.targets[target];
    const there = port === undefined ? null : connect(port, '127.0.0.1');
    const isThere = await new Promise<boolean>((resolve) => {
      if (there === null) return resolve(false);
      there.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    this.passed.push({ target, port: isThere ? (there?.localPort ?? null) : null });
    there?.on('error', () => undefined);
    return isThere ? there : null;
  }

  #join(here: Socket, there: Socket): void {
    this.#sockets.add(there);
    here.once('close', () => there.destroy());
    there.once('close', () => here.destroy());
    here.pipe(there).pipe(here);
  }

  #isUser(user: string, password: string): boolean {
    const { user: its, password: secret } = this.#options;
    if (its === undefined || (user === its && password === secret)) return true;
    this.refused += 1;
    return false;
  }

  #http(): Server {
    const server = createHttpServer((_, response) => response.writeHead(405).end());
    server.on('connect', async ({ url = '', headers }: IncomingMessage, here: Socket) => {
      const [, base64 = ''] = /^Basic (.+)$/.exec(headers['proxy-authorization'] ?? '') ?? [];
      const [user = '', ...rest] = Buffer.from(base64, 'base64').toString().split(':');
      if (!this.#isUser(user, rest.join(':')))
        return here.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      const there = await this.#reach(url);
      if (there === null) return here.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n');
      here.write('HTTP/1.1 200 Connection established\r\n\r\n');
      this.#join(here, there);
    });
    return server;
  }

  /** RFC 1928 and RFC 1929, names only. */
  async #socks(here: Socket): Promise<void> {
    const read = reader(here);
    try {
      const [, methods = 0] = await read(2);
      const offered = await read(methods);
      const needed = this.#options.user === undefined ? 0 : 2;
      if (!offered.includes(needed)) return void here.end(Buffer.from([5, 0xff]));
      here.write(Buffer.from([5, needed]));
      if (needed === 2) {
        const [, userLength = 0] = await read(2);
        const user = (await read(userLength)).toString();
        const [length = 0] = await read(1);
        const isUser = this.#isUser(user, (await read(length)).toString());
        here.write(Buffer.from([1, isUser ? 0 : 1]));
        if (!isUser) return void here.end();
      }
      const [, , , kind] = await read(4);
      if (kind !== 3) return void here.end(Buffer.from([5, 8, 0, 1, 0, 0, 0, 0, 0, 0]));
      const [length = 0] = await read(1);
      const name = (await read(length)).toString();
      const there = await this.#reach(`${name}:${(await read(2)).readUInt16BE()}`);
      here.write(Buffer.from([5, there === null ? 4 : 0, 0, 1, 0, 0, 0, 0, 0, 0]));
      if (there === null) here.end();
      else this.#join(here, there);
    } catch {
      here.destroy();
    }
  }
}

/** Reads exactly that many bytes. */
function reader(socket: Socket): (bytes: number) => Promise<Buffer> {
  return async (bytes) => {
    for (;;) {
      if (bytes === 0) return Buffer.alloc(0);
      const part = socket.read(bytes) as Buffer | null;
      if (part !== null) return part;
      await new Promise<void>((resolve, reject) => {
        socket.once('readable', resolve).once('close', () => reject(new Error('closed')));
      });
    }
  };
}
