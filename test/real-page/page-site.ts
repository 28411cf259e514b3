/**
 * WhatsApp Web's page under its own name: serves the page's modules from a folder over TLS, and passes its socket on to a
 * server of ours. A Chromium with `chromiumArgs` finds nothing else.
 */
import { createHash, randomUUID, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromiumArgs, type Hosts, type WrapperOptions, writeBrowserWrapper } from '../simulator/browser.js';
import { makeCertificate } from '../simulator/certificate.js';
import { type ConditionalModules, conditionalModules } from './conditional-modules.js';
import { Modules } from './modules.js';
import type { PageSettings } from './page/settings.js';
import { GATES, KNOBS, SITE_DATA } from './site-data.js';

export interface PageSiteOptions {
  /** A folder with one file a module. */
  readonly modules: string;
  /** Where the page's socket ends: `ws://…/ws/chat`. */
  readonly chat: string;
  /** `host:port` of the media host, which has to speak TLS; without it files have no host. */
  readonly media?: string;
  /** The root key that the page is to trust, instead of its own. Without it, whoever opens the page replaces it. */
  readonly rootKey?: Uint8Array;
  /** Switches that are on besides those of the build for everybody. */
  readonly gates?: readonly string[];
  /** Changes a module as it is served, to see what a change of the page does. */
  readonly change?: (name: string, text: string) => string;
}

/** The page's own name, its second port for the socket (WAWebOpenSocket), and the name of the media host. */
const PAGE_HOST = 'web.whatsapp.com';
const SOCKET_PORT = 5222;
export const MEDIA_HOST = 'mmg.whatsapp.net';
/** What starts a worker (XCometFBMultiSiteWebWorkerInitScriptControllerRouteBuilder). */
const WORKER_START = '/static_resources/webworker_v1/init_script';
const START = fileURLToPath(new URL('../../../test/real-page/page/start.ts', import.meta.url));
/** Modules that each open document has; documents before these were closed long ago. */
const DOCUMENTS = 50;
/** Names of modules are part of the address. */
const HEADER_BYTES = 256 * 1024;

interface Folder {
  readonly modules: Modules;
  readonly conditional: ConditionalModules;
}
/** A folder is read once in a process: it takes a second. */
const folders = new Map<string, Folder>();

function folderOf(path: string): Folder {
  const known = folders.get(path);
  if (known !== undefined) return known;
  const modules = Modules.read(path);
  const folder = { modules, conditional: conditionalModules(modules) };
  folders.set(path, folder);
  return folder;
}

/** The script that comes before everything else, in the document and in each worker. */
async function startScript(): Promise<string> {
  const { outputFiles } = await build({
    ...{ entryPoints: [START], bundle: true, write: false, format: 'iife', target: 'chrome120' },
    tsconfigRaw: {},
  });
  return outputFiles[0]?.text ?? '';
}

/** Names of modules in an address; null if they are none. */
function namesIn(text: string): string[] | null {
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : null;
  } catch {
    return null;
  }
}

export class PageSite implements AsyncDisposable {
  readonly #options: PageSiteOptions;
  readonly #folder: Folder;
  readonly #start: string;
  readonly #server: Server;
  /** SHA-256 of the certificate's public key in base64, for Chromium. */
  readonly keyHash: string;
  /** By document: the modules that it was sent. */
  readonly #sent = new Map<string, Set<string>>();
  readonly #tunnels = new Set<Duplex>();
  /** Requests that were not answered, as `METHOD PATH`. */
  readonly unknown = new Set<string>();

  private constructor(
    options: PageSiteOptions,
    { folder, start, key, cert }: { folder: Folder; start: string; key: string; cert: string },
  ) {
    this.#options = options;
    this.#folder = folder;
    this.#start = start;
    const spki = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
    this.keyHash = createHash('sha256').update(spki).digest('base64');
    this.#server = createServer({ key, cert, maxHeaderSize: HEADER_BYTES }, (request, response) =>
      this.#answer(request, response),
    );
    this.#server.on('tlsClientError', () => {});
    this.#server.on('upgrade', (request, socket, head) => this.#tunnel(request, socket, head));
  }

  /** @throws Error if the folder has no modules */
  static async start(options: PageSiteOptions): Promise<PageSite> {
    const folder = folderOf(options.modules);
    const [start, certificate] = await Promise.all([startScript(), makeCertificate(PAGE_HOST)]);
    const site = new PageSite(options, { folder, start, ...certificate });
    site.#server.listen(0, '127.0.0.1');
    await once(site.#server, 'listening');
    return site;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Besides the page itself. */
  get #hosts(): Hosts {
    const { media } = this.#options;
    return {
      [`${PAGE_HOST}:${SOCKET_PORT}`]: this.port,
      ...(media === undefined ? {} : { [`${MEDIA_HOST}:443`]: Number(media.split(':')[1]) }),
    };
  }

  /** The arguments with which a Chromium finds only this site. */
  get chromiumArgs(): string[] {
    return chromiumArgs(this.port, this.#hosts);
  }

  /** Writes a script to use as the browser's path; see `writeBrowserWrapper`. */
  browserWrapper(directory: string, options: WrapperOptions = {}): Promise<string> {
    return writeBrowserWrapper(directory, this.port, { ...options, hosts: this.#hosts });
  }

  async close(): Promise<void> {
    for (const socket of this.#tunnels) socket.destroy();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', `https://${PAGE_HOST}`);
    const send = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' });
      response.end(body);
    };
    if (url.pathname === '/') send(200, 'text/html', this.#document());
    else if (url.pathname === '/start.js') send(200, 'text/javascript', this.#start);
    else if (url.pathname === '/bundle.js') {
      const names = namesIn(url.searchParams.get('names') ?? '[]');
      const bundle = names && this.#bundle(names, url.searchParams.get('document') ?? '');
      send(names === null ? 400 : bundle === undefined ? 404 : 200, 'text/javascript', bundle ?? '');
    } else if (url.pathname.startsWith(WORKER_START))
      send(200, 'text/javascript', `${this.#settings()}\n${this.#start}`);
    else {
      this.unknown.add(`${request.method} ${url.pathname}`);
      send(404, 'text/plain', '');
    }
  }

  #document(): string {
    return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>WhatsApp</title></head>
<body><div id="app"></div>
<script>${this.#settings()}</script>
<script src="/start.js"></script>
</body>
</html>
`;
  }

  /** Of a new document or worker. */
  #settings(): string {
    const { rootKey, gates = [] } = this.#options;
    const settings: PageSettings = {
      document: randomUUID(),
      conditional: this.#folder.conditional,
      data: SITE_DATA,
      absent: this.#folder.modules.absent,
      gates: [...GATES, ...gates],
      knobs: KNOBS,
      trustedRoot: rootKey === undefined ? null : Buffer.from(rootKey).toString('hex'),
    };
    this.#sent.set(settings.document, new Set());
    for (const old of [...this.#sent.keys()].slice(0, -DOCUMENTS)) this.#sent.delete(old);
    return `var __realPageSettings = ${JSON.stringify(settings).replaceAll('<', '\\u003c')};`;
  }

  /** undefined: there is no such module. */
  #bundle(names: readonly string[], document: string): string | undefined {
    const { modules, conditional } = this.#folder;
    if (!names.some((name) => modules.has(name))) return undefined;
    const had = this.#sent.get(document) ?? new Set();
    return modules
      .closure(names, had, conditional)
      .map((name) => this.#options.change?.(name, modules.text(name) ?? '') ?? modules.text(name))
      .join('\n');
  }

  /** Joins the page's socket with that of the server, which does its own handshake. */
  #tunnel(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { hostname, port } = new URL(this.#options.chat);
    const far = connect(Number(port), hostname, () => {
      const headers = Array.from({ length: request.rawHeaders.length / 2 }, (_, at) =>
        request.rawHeaders.slice(at * 2, at * 2 + 2).join(': '),
      );
      far.write(`${[`${request.method} ${request.url} HTTP/1.1`, ...headers].join('\r\n')}\r\n\r\n`);
      far.write(head);
      far.pipe(socket).pipe(far);
    });
    for (const [end, other] of [
      [socket, far],
      [far, socket],
    ] as const) {
      this.#tunnels.add(end);
      end.on('error', () => other.destroy());
      end.once('close', () => {
        this.#tunnels.delete(end);
        other.destroy();
      });
    }
  }
}
