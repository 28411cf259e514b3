// Builds the HTTP server if the configuration asks for one: address, token, routes, and the same
// dispatch as the socket's.
import { join } from 'node:path';
import type { Config } from '../../config/keys.js';
import { parseListen } from '../../config/listen.js';
import { readSecret } from '../../config/secret-file.js';
import { accountSite } from '../../http/account-site.js';
import { bind } from '../../http/bind.js';
import { readPage } from '../../http/page.js';
import { json, type Reply, typed } from '../../http/reply.js';
import { ROUTES } from '../../http/routes.js';
import { type HttpServer, serveHttp } from '../../http/server.js';
import { tokenOf } from '../../http/token.js';
import { PACKAGE } from '../../local/package.js';
import { openApi } from '../../openapi/openapi.js';
import type { Address } from '../../protocol/address.js';
import type { Backlog } from '../../protocol/backlog.js';
import type { Dispatch } from '../../protocol/dispatch.js';
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import type { Metrics } from '../metrics/metrics.js';
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
  const { config, configFile, tokenFileIsNamed, dispatch, address, metrics, unread, log } = options;
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
      document ??= json(openApi(ROUTES, { version: WAD_VERSION, of: 'account' }));
      return document;
    },
  };
  return serveHttp({
    site: accountSite({ dispatch, address, token, own }),
    unread,
    log,
    bind: (server) => bind(server, listen, { table: 'http', configFile, log }),
    onEnded: (ended) => metrics.http(ended),
  });
}
