/** The host of encrypted files: keeps what is uploaded and gives it out under its path. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';

/** Of TLS, in PEM. Clients speak HTTPS to this host only. */
export interface Credentials {
  readonly key: string;
  readonly cert: string;
}

/** The largest upload. WhatsApp takes 2 GB; here everything is kept in memory. */
const MOST_BYTES = 64 * 1024 * 1024;
/** The page asks from another origin, which a browser allows only with these. */
const OPEN_TO_ALL = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*',
  'access-control-allow-methods': '*',
};
/** What the paths of files begin with on the real host. */
const FILES = '/v/t62.0-24/';

export class MediaHost {
  readonly #files = new Map<string, Buffer>();
  readonly #server: Server;
  readonly #name: string | undefined;

  private constructor(credentials: Credentials, name: string | undefined) {
    this.#name = name;
    this.#server = createServer(credentials, (request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  /** @param name under which clients know it; by default its address. @throws Error: it cannot listen */
  static async start(credentials: Credentials, name?: string): Promise<MediaHost> {
    const host = new MediaHost(credentials, name);
    host.#server.listen(0, '127.0.0.1');
    await once(host.#server, 'listening');
    return host;
  }

  /** Where it is on this machine: `host:port`. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  /** How clients are told to reach it. */
  get name(): string {
    return this.#name ?? this.address;
  }

  /** Keeps a file, and returns where it is. */
  put(file: Buffer): { url: string; directPath: string } {
    const directPath = `${FILES}${randomBytes(16).toString('hex')}`;
    this.#files.set(directPath, file);
    return { url: `https://${this.name}${directPath}`, directPath };
  }

  /** undefined: there is no such file. */
  file(path: string): Buffer | undefined {
    return this.#files.get(path);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path, searchParams } = new URL(request.url ?? '/', 'https://host');
    if (request.method === 'OPTIONS') {
      response.writeHead(204, OPEN_TO_ALL).end();
      return;
    }
    if (request.method === 'GET') {
      const file = this.#files.get(path);
      response.writeHead(file === undefined ? 404 : 200, OPEN_TO_ALL).end(file);
      return;
    }
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > MOST_BYTES) {
        response.writeHead(413).end();
        return;
      }
      chunks.push(chunk);
    }
    response.writeHead(200, { ...OPEN_TO_ALL, 'content-type': 'application/json' });
    response.end(JSON.stringify(this.#taken(searchParams, Buffer.concat(chunks))));
  }

  /** The answer to an upload. First the page asks how much of the file is here (WAWebMmsClientMmsApi). */
  #taken(query: URLSearchParams, file: Buffer): object {
    if (query.has('resume')) return { resume: '0' };
    const { url, directPath } = this.put(file);
    return { url, direct_path: directPath, handle: 'handle', object_id: '1' };
  }
}
