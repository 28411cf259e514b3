/**
 * The control API: all functions of the simulator as JSON over HTTP on loopback, for programs in any
 * language.
 */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Refused, refuseForeign } from '../../src/waserver/control/refuse-foreign.js';
import { ROUTES } from './control-routes.js';
import type { Simulator } from './simulator.js';

export class ControlHttp {
  readonly #server: http.Server;

  constructor(simulator: Simulator) {
    this.#server = http.createServer((request, response) => {
      answer(simulator, request)
        .then(({ status, body }) => {
          response.writeHead(status, { 'content-type': 'application/json' });
          response.end(`${JSON.stringify(body)}\n`);
        })
        .catch(() => response.destroy());
    });
  }

  get url(): string {
    const address = this.#server.address() as AddressInfo | null;
    return address ? `http://127.0.0.1:${address.port}` : '';
  }

  async start(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

interface Answer {
  status: number;
  body: unknown;
}

async function answer(simulator: Simulator, request: http.IncomingMessage): Promise<Answer> {
  try {
    refuseForeign(request);
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString();
    const body: unknown = text === '' ? {} : JSON.parse(text);
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      return { status: 400, body: { error: 'the body must be a JSON object' } };
    }
    for (const [pattern, run] of Object.entries(ROUTES)) {
      const [method, path = ''] = pattern.split(' ');
      const params = method === request.method ? match(path, url.pathname) : undefined;
      if (!params) continue;
      const args = { ...Object.fromEntries(url.searchParams), ...body, ...params };
      return { status: 200, body: (await run(simulator, args)) ?? { ok: true } };
    }
    return {
      status: 404,
      body: { error: `no ${request.method} ${url.pathname}`, routes: Object.keys(ROUTES) },
    };
  } catch (error) {
    const { name, message, reason } = error as Error & { reason?: string };
    const status = error instanceof Refused ? error.status : 400;
    return { status, body: { error: message, name, ...(reason === undefined ? {} : { reason }) } };
  }
}

function match(pattern: string, path: string): { [name: string]: string } | undefined {
  const want = pattern.split('/');
  const have = path.split('/');
  if (want.length !== have.length) return undefined;
  const params: { [name: string]: string } = {};
  for (const [index, part] of want.entries()) {
    const value = decodeURIComponent(have[index] ?? '');
    if (part.startsWith(':')) params[part.slice(1)] = value;
    else if (part !== value) return undefined;
  }
  return params;
}
