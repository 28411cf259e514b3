/** The host of encrypted files: keeps what is uploaded and gives it out under its path. */
import { randomBytes } from 'node:crypto';
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
/** What the paths of files begin with on the real host. */
const FILES = '/v/t62.0-24/';

export class MediaHost {
  readonly #files = new Map<string, Buffer>();
  readonly #server: Server;

  private constructor(credentials: Credentials) {
    this.#server = createServer(credentials, (request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(credentials: Credentials): Promise<MediaHost> {
    const host = new MediaHost(credentials);
    await new Promise<void>((done) => host.#server.listen(0, '127.0.0.1', done));
    return host;
  }

  /** Name and port. */
  get name(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
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
    const path = new URL(request.url ?? '/', 'https://host').pathname;
    if (request.method === 'GET') {
      const file = this.#files.get(path);
      response.writeHead(file === undefined ? 404 : 200).end(file);
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
    const { url, directPath } = this.put(Buffer.concat(chunks));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ url, direct_path: directPath }));
  }
}
