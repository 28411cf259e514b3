// Builds the HTTP server if the configuration asks for one: address, token, routes, and the same
// dispatch as the socket's.
import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { type AddressInfo, createServer, type Server as NetServer } from 'node:net';
import { join, parse } from 'node:path';
import type { Config } from '../../config/keys.js';
import { type Listen, parseListen } from '../../config/listen.js';
import { readSecret } from '../../config/secret-file.js';
import { accountSite } from '../../http/account-site.js';
import { readPage } from '../../http/page.js';
import { json, type Reply, typed } from '../../http/reply.js';
import { ROUTES } from '../../http/routes.js';
import { type Bound, type HttpServer, serveHttp } from '../../http/server.js';
import { tokenOf } from '../../http/token.js';
import { openApi } from '../../openapi/openapi.js';
import type { Address } from '../../protocol/address.js';
import type { Backlog } from '../../protocol/backlog.js';
import type { Dispatch } from '../../protocol/dispatch.js';
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import { putSocket } from '../../socket/file.js';
import type { Metrics } from '../metrics/metrics.js';
import { PACKAGE } from '../package.js';
import { WAD_VERSION } from '../version.js';

export interface HttpDoorOptions {
  readonly config: Config['http'] & { readonly listen: string };
  /** The file in which the account's own address belongs. */
  readonly configFile: string;
  /** Whether the configuration names the token's file: then it must exist. */
  readonly tokenFileIsNamed: boolean;
  readonly dispatch: Dispatch;
  readonly address?: Address | undefined;
  readonly metrics: Metrics;
  /** The unread output of all peers, over socket and HTTP. */
  readonly unread: Backlog;
  readonly log: Log;
}

/**
 * @returns the server, which the caller closes
 * @throws (rejects) Fault address_in_use, bad_config, permission_denied, usage, disk_full
 */
export async function openHttpDoor(options: HttpDoorOptions): Promise<HttpServer> {
  const { config, tokenFileIsNamed, dispatch, address, metrics, unread, log } = options;
  const listen = parseListen(config.listen);
  if (listen === null)
    throw new Fault('usage', { reason: `http.listen: ${config.listen} is not an address` });
  const token = config.anonymousLoopback
    ? null
    : tokenOf(
        await readSecret({
          path: config.tokenFile,
          key: 'http.tokenFile',
          make: tokenFileIsNamed ? null : '',
        }),
      );
  if (token === null) log.warn('http.anonymous', { says: 'HTTP is served without a token by request.' });
  let document: Reply | undefined;
  const own = {
    page: await readPage(join(PACKAGE, 'web')),
    metrics: async () => {
      const { type, text } = await metrics.scrape();
      return typed(type, text);
    },
    openApi: () => {
      document ??= json(openApi(ROUTES, WAD_VERSION));
      return document;
    },
  };
  return serveHttp({
    site: accountSite({ dispatch, address, token, own }),
    unread,
    log,
    bind: (server) => bind(server, listen, options),
    onEnded: (ended) => metrics.http(ended),
  });
}

async function bind(server: Server, listen: Listen, options: HttpDoorOptions): Promise<Bound> {
  const { log, configFile } = options;
  if ('path' in listen) {
    const { path } = listen;
    const file = await putSocket(server, {
      path,
      explicit: true,
      mode: 0o600,
      directoryMode: 0o700,
      log,
    }).catch(async (error: unknown) => {
      throw error instanceof Fault && error.kind === 'lock_held'
        ? taken(path, freePath(path), configFile)
        : error;
    });
    return { address: path, remove: () => file.remove() };
  }
  await listenAt(server, listen).catch(async (error: NodeJS.ErrnoException) => {
    const { host, port } = listen;
    if (error.code === 'EADDRINUSE')
      throw taken(`${host}:${port}`, at(bracketed(host), await nextFree(host, port)), configFile);
    const reason = `http.listen: ${host}:${port} ${NOT_OURS[error.code ?? ''] ?? `is not available (${error.code})`}`;
    if (error.code !== 'EACCES') throw new Fault('bad_config', { reason, hint: 'ip address', cause: error });
    throw new Fault('permission_denied', { reason, hint: null, cause: error });
  });
  const { address, port } = server.address() as AddressInfo;
  return { address: at(bracketed(address), port), remove: async () => undefined };
}

/** Why an address cannot be used on this machine. */
const NOT_OURS: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: 'is not an address of this machine',
  EAFNOSUPPORT: 'is of an address family that this machine does not support',
  ENOTFOUND: 'is a name without an address',
};

type Port = Extract<Listen, { port: number }>;

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);
const at = (host: string, port: number): string => `${host}:${port}`;

const listenAt = (server: NetServer, { host, port }: Port): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });

/** The number of addresses that are tried to find a free one. */
const TRIES = 50;

/** Says what to write, and in which file. @param free a free address of the same kind */
const taken = (what: string, free: string, configFile: string): Fault =>
  new Fault('address_in_use', {
    reason: `http.listen: ${what} is in use by another program. Each account requires an address of its own: put \`listen = ${JSON.stringify(free)}\` below [http] in ${configFile}`,
    hint: null,
  });

/** An unused path in the same directory: `http.sock`, `http-2.sock`. */
function freePath(path: string): string {
  const { dir, name, ext } = parse(path);
  for (let number = 2; ; number += 1) {
    const next = join(dir, `${name}-${number}${ext}`);
    if (number > TRIES || !existsSync(next)) return next;
  }
}

async function nextFree(host: string, port: number): Promise<number> {
  for (let next = port + 1; next <= Math.min(port + TRIES, 65_535); next += 1) {
    const probe = createServer();
    const isFree = await listenAt(probe, { host, port: next }).then(
      () => true,
      () => false,
    );
    await new Promise((resolve) => probe.close(resolve));
    if (isFree) return next;
  }
  return port + 1;
}
