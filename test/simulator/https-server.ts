/**
 * Serves the page, its sub-resources and media over TLS, and passes WebSockets on. Load faults are made here.
 * It knows paths, not WhatsApp.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Certificate } from './certificate.js';
import {
  CONTENT_SECURITY_POLICY,
  FRAME_DOCUMENT,
  LOGO,
  pageDocument,
  SERVICE_WORKER,
  STYLE,
} from './document.js';
import type { KnobValues } from './knobs.js';
import { ListeningPort } from './listening-port.js';
import type { MediaStore } from './media-store.js';

export interface HttpsServerOptions {
  certificate: Certificate;
  knobs: () => KnobValues;
  media: MediaStore;
  /** called when a document is sent to a browser */
  onDocument: (document: string) => void;
  /** resolves when that document may fire its load event */
  mayLoad: (document: string) => Promise<void>;
  onSocket: (path: string, socket: WebSocket) => void;
  onRequest: (method: string, path: string, status: number) => void;
}

const IMAGE = ['image/svg+xml', LOGO] as const;
const FIXED: { readonly [path: string]: readonly [type: string, body: string] } = {
  '/app.css': ['text/css', STYLE],
  '/sw.js': ['text/javascript', SERVICE_WORKER],
  '/frame.html': ['text/html', FRAME_DOCUMENT],
  '/img/logo.svg': IMAGE,
};

/** The output directory of `tsc -p test/simulator/page`. */
const PAGE_DIRECTORY = new URL('./page/', import.meta.url);

export class HttpsServer {
  readonly #options: HttpsServerOptions;
  /** The remote ports of all connections so far. */
  readonly peerPorts = new Set<number>();
  readonly #https: https.Server;
  readonly #webSockets = new WebSocketServer({ noServer: true, maxPayload: 256 * 1024 * 1024 });
  readonly #door: ListeningPort;
  readonly #scripts = new Map<string, Buffer>();
  readonly #unanswered = new Set<ServerResponse>();
  /** connections with HTTP and no WebSocket */
  readonly #lines = new Set<Duplex>();

  constructor(options: HttpsServerOptions) {
    this.#options = options;
    this.#https = https.createServer(options.certificate, (request, response) =>
      this.#answer(request, response),
    );
    this.#https.keepAliveTimeout = 30_000;
    this.#https.on('tlsClientError', () => {});
    this.#https.on('secureConnection', (line) => {
      if (options.knobs().loadFault === 'refuse') line.destroy();
      this.#lines.add(line);
      line.once('close', () => this.#lines.delete(line));
    });
    this.#https.on('upgrade', (request: IncomingMessage, socket, head: Buffer) => {
      socket.on('error', () => {});
      this.#lines.delete(socket);
      const path = request.url ?? '';
      if (path.startsWith('/ws/chat') && this.#options.knobs().socketFault === 'refuse')
        return socket.destroy();
      this.#webSockets.handleUpgrade(request, socket, head, (webSocket) =>
        this.#options.onSocket(path, webSocket),
      );
    });
    this.#door = new ListeningPort((socket) => {
      if (socket.remotePort !== undefined) this.peerPorts.add(socket.remotePort);
      this.#https.emit('connection', socket);
    });
  }

  get port(): number {
    return this.#door.port;
  }

  async start(port: number): Promise<void> {
    await this.#readScripts();
    await this.#door.open(port);
  }

  /** Applies the knobs to the listening port, and answers requests that hung because of them. */
  async applyKnobs(): Promise<void> {
    const { loadFault } = this.#options.knobs();
    if (loadFault === 'refuse') {
      await this.#door.shut();
      // A kept-alive or preconnected connection would let the next load through.
      for (const line of this.#lines) line.destroy();
      return;
    }
    if (loadFault === 'none') {
      for (const response of this.#unanswered) response.destroy();
      this.#unanswered.clear();
    }
    await this.#door.open();
  }

  async close(): Promise<void> {
    for (const webSocket of this.#webSockets.clients) webSocket.terminate();
    this.#webSockets.close();
    await this.#door.close();
    this.#https.closeAllConnections();
  }

  async #readScripts(): Promise<void> {
    const names = (await readdir(PAGE_DIRECTORY)).filter((name) => name.endsWith('.js')).sort();
    const bodies = await Promise.all(names.map((name) => readFile(new URL(name, PAGE_DIRECTORY))));
    const digest = createHash('sha256');
    for (const body of bodies) digest.update(body);
    const folder = `/static/${digest.digest('hex').slice(0, 12)}/`;
    for (const [index, name] of names.entries()) this.#scripts.set(folder + name, bodies[index] as Buffer);
    if (!this.#scripts.has(`${folder}boot.js`)) {
      throw new Error(
        `the simulator's page is not built in ${PAGE_DIRECTORY.pathname}: run tsc -p test/simulator/page`,
      );
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? '/', 'https://web.whatsapp.com').pathname;
    response.once('close', () =>
      this.#options.onRequest(
        request.method ?? '',
        path,
        response.writableFinished ? response.statusCode : 0,
      ),
    );
    const script = this.#scripts.get(path);
    const fixed = FIXED[path];
    if (path === '/') this.#document(response);
    else if (script) this.#send(response, 'text/javascript', script, 'public, max-age=31536000, immutable');
    else if (fixed) this.#send(response, ...fixed);
    else if (path === '/img/never.svg') this.#unanswered.add(response);
    else if (path.startsWith('/img/hold/')) void this.#hold(path.slice('/img/hold/'.length), response);
    else if (path.startsWith('/media/')) this.#options.media.answer(request, response, path);
    else response.writeHead(404).end();
  }

  async #hold(document: string, response: ServerResponse): Promise<void> {
    await this.#options.mayLoad(document);
    this.#send(response, ...IMAGE);
  }

  #document(response: ServerResponse): void {
    const knobs = this.#options.knobs();
    switch (knobs.loadFault) {
      case 'reset':
        response.socket?.destroy();
        return;
      case 'hang':
        this.#unanswered.add(response);
        return;
      case 'error':
        response.writeHead(503).end('Service Unavailable');
        return;
      case 'blank':
        this.#send(response, 'text/html', '');
        return;
    }
    const id = randomUUID();
    this.#options.onDocument(id);
    const paths = [...this.#scripts.keys()];
    const entry = paths.filter((path) => path.endsWith('/boot.js'));
    const images: string[] = [];
    if (knobs.loadFault === 'hang-subresource') images.push('/img/never.svg');
    if (knobs.syncTiming === 'early') images.push(`/img/hold/${id}`);
    const scripts = [...entry, ...paths.filter((path) => !entry.includes(path))];
    response.setHeader('content-security-policy', CONTENT_SECURITY_POLICY);
    this.#send(response, 'text/html', pageDocument({ document: id, knobs }, scripts, images));
  }

  #send(response: ServerResponse, type: string, body: string | Buffer, cache = 'no-store'): void {
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': cache }).end(body);
  }
}
