/** The host of encrypted files: keeps what is uploaded and gives it out under its path. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { OpenSockets } from './open-sockets.js';
import { isForeign, PAGE_ORIGIN } from './page-origin.js';

/** Of TLS, in PEM. Clients speak HTTPS to this host only. */
export interface Credentials {
  readonly key: string;
  readonly cert: string;
}

/** The largest upload. WhatsApp takes 2 GB; here everything is kept in memory. */
const MOST_BYTES = 64 * 1024 * 1024;
/** All files together, also those that are being uploaded. Nothing is deleted before the server ends. */
const MOST_KEPT_BYTES = 256 * 1024 * 1024;
/** The page asks from another origin than this host's, which a browser allows only with these. */
const OPEN_TO_THE_PAGE = {
  'access-control-allow-origin': PAGE_ORIGIN,
  'access-control-allow-headers': '*',
  'access-control-allow-methods': '*',
};
/** What clients are told to name with an upload (`media_conn`); with another word the answer is 401 (WAWebMmsClientErrors). */
export const MEDIA_AUTH = 'auth';
/** What the paths of files begin with on the real host. */
const FILES = '/v/t62.0-24/';

export class MediaHost {
  readonly #files = new Map<string, Buffer>();
  #bytes = 0;
  readonly #server: Server;
  readonly #open: OpenSockets;
  readonly #name: string | undefined;

  private constructor(credentials: Credentials, name: string | undefined) {
    this.#name = name;
    this.#server = createServer(credentials, (request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    this.#open = new OpenSockets(this.#server);
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

  /** Keeps a file, and returns where it is. @throws RangeError if all files together are too large */
  put(file: Buffer): { url: string; directPath: string } {
    if (this.#bytes + file.length > MOST_KEPT_BYTES)
      throw new RangeError(`the media host is full: it keeps ${MOST_KEPT_BYTES} bytes`);
    this.#bytes += file.length;
    const directPath = `${FILES}${randomBytes(16).toString('hex')}`;
    this.#files.set(directPath, file);
    return { url: `https://${this.name}${directPath}`, directPath };
  }

  /** undefined: there is no such file. @param path may have a query, as in a message that was forwarded (WAWebUploadManager) */
  file(path: string): Buffer | undefined {
    return this.#files.get(path.split('?', 1)[0] ?? path);
  }

  async close(): Promise<void> {
    this.#open.end();
    await new Promise((done) => this.#server.close(done));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path, searchParams } = new URL(request.url ?? '/', 'https://host');
    if (isForeign(request)) {
      response.writeHead(403, { connection: 'close' }).end();
      return;
    }
    if (request.method === 'OPTIONS') {
      response.writeHead(204, OPEN_TO_THE_PAGE).end();
      return;
    }
    if (request.method === 'GET' || request.method === 'HEAD') {
      this.#give(path, request.headers.range, response);
      return;
    }
    const refusal = request.method !== 'POST' ? 405 : searchParams.get('auth') !== MEDIA_AUTH ? 401 : 0;
    if (refusal !== 0) {
      // What it would have sent is read, as below.
      await request.resume().toArray();
      response.writeHead(refusal, OPEN_TO_THE_PAGE).end();
      return;
    }
    const upload = await this.#read(request);
    if (typeof upload === 'number') {
      response.writeHead(upload, OPEN_TO_THE_PAGE).end();
      return;
    }
    const answer = JSON.stringify(this.#taken(searchParams, upload));
    response.writeHead(200, { ...OPEN_TO_THE_PAGE, 'content-type': 'application/json' }).end(answer);
  }

  /** A whole file, or the range that is asked for: Baileys relies on it when it wants only a part. */
  #give(path: string, range: string | undefined, response: ServerResponse): void {
    const file = this.#files.get(path);
    const [, from = '', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
    const headers = { ...OPEN_TO_THE_PAGE, 'accept-ranges': 'bytes' };
    if (file === undefined) {
      response.writeHead(404, OPEN_TO_THE_PAGE).end();
    } else if (from === '') {
      response.writeHead(200, { ...headers, 'content-length': file.length }).end(file);
    } else if (Number(from) >= file.length || (to !== '' && Number(to) < Number(from))) {
      response.writeHead(416, { ...headers, 'content-range': `bytes */${file.length}` }).end();
    } else {
      const part = file.subarray(Number(from), to === '' ? file.length : Number(to) + 1);
      const place = `bytes ${from}-${Number(from) + part.length - 1}/${file.length}`;
      response
        .writeHead(206, { ...headers, 'content-length': part.length, 'content-range': place })
        .end(part);
    }
  }

  /**
   * @returns the file, or the status of a refusal. The rest of a refused upload is read without being kept, because an answer
   * is lost if the connection is closed before the client has sent everything.
   */
  async #read(request: IncomingMessage): Promise<Buffer | number> {
    const chunks: Buffer[] = [];
    let length = 0;
    let refusal: number | undefined;
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        if (refusal !== undefined) continue;
        if (length + chunk.length > MOST_BYTES) refusal = 413;
        else if (this.#bytes + chunk.length > MOST_KEPT_BYTES) refusal = 507;
        if (refusal === undefined) {
          chunks.push(chunk);
          length += chunk.length;
          this.#bytes += chunk.length;
        } else {
          chunks.length = 0;
          this.#bytes -= length;
          length = 0;
        }
      }
      return refusal ?? Buffer.concat(chunks);
    } finally {
      this.#bytes -= length;
    }
  }

  /** The answer to an upload. First the page asks how much of the file is here (WAWebMmsClientMmsApi). */
  #taken(query: URLSearchParams, file: Buffer): object {
    if (query.has('resume')) return { resume: '0' };
    const { url, directPath } = this.put(file);
    return { url, direct_path: directPath, handle: 'handle', object_id: '1' };
  }
}
