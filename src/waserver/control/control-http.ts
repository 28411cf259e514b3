/** The control API: what a test does with the classes, as JSON over HTTP on loopback, for programs in any language. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenSockets } from '../open-sockets.js';
import type { WaServer } from '../wa-server.js';
import type { Args } from './arguments.js';
import { Refused, refuseForeign } from './refuse-foreign.js';
import { ROUTES } from './routes.js';

/** The largest body: a file in base64. */
const MOST_BYTES = 64 * 1024 * 1024;
/** How long the rest of a body that is too large may take. */
const REST_MS = 10_000;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export class ControlHttp {
  readonly #http: Server;
  readonly #open: OpenSockets;

  private constructor(server: WaServer) {
    this.#http = createServer((request, response) => {
      answerTo(server, request)
        .then((answer) => send(answer, request, response))
        .catch(() => response.destroy());
    });
    this.#open = new OpenSockets(this.#http);
  }

  /** @param port default: any that is free */
  static async start(server: WaServer, port = 0): Promise<ControlHttp> {
    const control = new ControlHttp(server);
    control.#http.listen(port, '127.0.0.1');
    await once(control.#http, 'listening');
    return control;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#open.end();
    await new Promise((done) => this.#http.close(done));
  }
}

function send({ status, body }: Answer, request: IncomingMessage, response: ServerResponse): void {
  const text = `${JSON.stringify(body)}\n`;
  const rest = request.complete ? {} : { connection: 'close' };
  response.writeHead(status, { 'content-type': 'application/json', ...rest });
  if (request.complete || request.destroyed) {
    response.end(text);
    return;
  }
  // A connection that is closed with unread input is reset, and the answer is lost.
  response.write(text);
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, REST_MS);
  request.once('end', end).once('close', end).resume();
}

async function answerTo(server: WaServer, request: IncomingMessage): Promise<Answer> {
  try {
    refuseForeign(request);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const body = await bodyOf(request);
    for (const [pattern, run] of Object.entries(ROUTES)) {
      const [method, path = ''] = pattern.split(' ');
      const params = method === request.method ? match(path, pathname) : undefined;
      if (params === undefined) continue;
      const args: Args = { ...Object.fromEntries(searchParams), ...body, ...params };
      return { status: 200, body: (await run(server, args)) ?? { ok: true } };
    }
    const error = `no ${request.method} ${pathname}`;
    return { status: 404, body: { error, routes: Object.keys(ROUTES) } };
  } catch (error) {
    const { name, message } = error as Error;
    return { status: error instanceof Refused ? error.status : 400, body: { error: message, name } };
  }
}

async function bodyOf(request: IncomingMessage): Promise<Args> {
  const tooLarge = new Refused(413, `the body has more than ${MOST_BYTES} bytes`);
  if (Number(request.headers['content-length']) > MOST_BYTES) throw tooLarge;
  const parts: Buffer[] = [];
  let length = 0;
  // The answer needs the connection.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MOST_BYTES) throw tooLarge;
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString();
  const body: unknown = text === '' ? {} : JSON.parse(text);
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new TypeError('the body must be a JSON object');
  return body as Args;
}

/** The parts of the path that a pattern names with a colon. */
function match(pattern: string, path: string): Record<string, string> | undefined {
  const want = pattern.split('/');
  const have = path.split('/');
  if (want.length !== have.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of want.entries()) {
    const value = decodeURIComponent(have[index] ?? '');
    if (part.startsWith(':')) params[part.slice(1)] = value;
    else if (part !== value) return undefined;
  }
  return params;
}
