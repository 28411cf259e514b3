// Builds the HTTP door where the configuration wants one: address, token, routes, the same dispatch as the socket's.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Config } from '../config/keys.js';
import { type Listen, parseListen } from '../config/listen.js';
import { readSecret } from '../config/secret-file.js';
import { readPage } from '../http/page.js';
import { json, type Reply, typed } from '../http/reply.js';
import { ROUTES } from '../http/routes.js';
import { type Bound, type HttpServer, serveHttp } from '../http/server.js';
import { tokenOf } from '../http/token.js';
import type { Address } from '../protocol/address.js';
import type { Backlog } from '../protocol/backlog.js';
import type { Dispatch } from '../protocol/dispatch.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { putSocket } from '../socket/file.js';
import type { Metrics } from './metrics/metrics.js';
import { openApi } from './openapi.js';
import { PACKAGE } from './package.js';
import { WAD_VERSION } from './version.js';

export interface HttpDoorOptions {
  readonly config: Config['http'] & { readonly listen: string };
  /** The token's file was named by somebody: it has to be there. */
  readonly tokenFileIsNamed: boolean;
  readonly dispatch: Dispatch;
  readonly address?: Address | undefined;
  readonly metrics: Metrics;
  /** What waits for the peers of every door. */
  readonly unread: Backlog;
  readonly log: Log;
}

/**
 * @returns what the caller closes
 * @throws (rejects) Fault lock_held: the address is taken. permission_denied, usage, disk_full
 */
export async function openHttpDoor(options: HttpDoorOptions): Promise<HttpServer> {
  const { config, tokenFileIsNamed, dispatch, address, metrics, unread, log } = options;
  const listen = parseListen(config.listen);
  if (listen === null) throw new Fault('usage', { reason: `http.listen: ${config.listen} is no address` });
  const token = config.anonymousLoopback
    ? null
    : tokenOf(
        await readSecret({
          ...{ path: config.tokenFile, key: 'http.tokenFile' },
          make: tokenFileIsNamed ? null : '',
        }),
      );
  if (token === null) log.warn('http.anonymous', { says: 'HTTP is served without a token by request.' });
  let document: Reply | undefined;
  return serveHttp({
    ...{ dispatch, address, unread, log, token },
    bind: (server) => bind(server, listen, log),
    onEnded: (ended) => metrics.http(ended),
    own: {
      page: await readPage(join(PACKAGE, 'web')),
      metrics: async () => {
        const { type, text } = await metrics.scrape();
        return typed(type, text);
      },
      openApi: () => {
        document ??= json(openApi(ROUTES, WAD_VERSION));
        return document;
      },
    },
  });
}

async function bind(server: Server, listen: Listen, log: Log): Promise<Bound> {
  if ('path' in listen) {
    const { path } = listen;
    const file = await putSocket(server, { path, explicit: true, mode: 0o600, directoryMode: 0o700, log });
    return { address: path, remove: () => file.remove() };
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(notBound(listen, error)));
    server.listen({ ...listen, exclusive: true }, resolve);
  });
  server.removeAllListeners('error');
  const { address, family, port } = server.address() as AddressInfo;
  return {
    address: `${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    remove: async () => undefined,
  };
}

function notBound({ host, port }: { host: string; port: number }, error: NodeJS.ErrnoException): Fault {
  const where = `http.listen: ${host}:${port}`;
  if (error.code === 'EADDRINUSE')
    return new Fault('lock_held', {
      reason: `${where} is taken by another program`,
      hint: `ss -ltnp 'sport = :${port}'`,
    });
  const reason = `${where} cannot be had (${error.code})`;
  return new Fault('permission_denied', { reason, hint: null, cause: error });
}
