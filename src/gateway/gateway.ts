// Opens every part of the gateway in order, and closes them in the reverse order.
import { join } from 'node:path';
import { bind } from '../http/bind.js';
import { json, type Reply } from '../http/reply.js';
import { type HttpServer, serveHttp } from '../http/server.js';
import { MANIFEST, PACKAGE } from '../local/package.js';
import type { DaemonLog } from '../log/log.js';
import { openApi } from '../openapi/openapi.js';
import { Fault } from '../protocol/fault.js';
import { isoTime } from '../protocol/time.js';
import { gatewayServerPath } from '../socket/gateway-path.js';
import type { SocketServer } from '../socket/server.js';
import { thisMachine } from '../socket/this-machine.js';
import { Accounts } from './accounts.js';
import { compatRoutes } from './compat-routes.js';
import { readConsole } from './console.js';
import { openControl } from './control.js';
import { Entrance } from './entrance.js';
import type { FleetWays } from './fleet-ways.js';
import { GatewayMetrics } from './metrics.js';
import { GATEWAY_ROUTES } from './routes.js';
import type { GatewaySettings } from './settings.js';
import { gatewaySite } from './site.js';
import { plain, Tls } from './tls.js';
import { openTokens, type Tokens } from './tokens.js';
import { localWays } from './way.js';

export interface Gateway {
  readonly accounts: Accounts;
  /** One line for `systemctl status`. */
  readonly statusLine: string;
  /** Reads the certificate again; connections and streams go on. */
  reload(): void;
  /** Ends connections and streams. Bounded. */
  close(): Promise<void>;
}

/** More than the daemon's: each console keeps a stream open. */
export const GATEWAY_LIMITS = {
  maxConnections: 640,
  maxInFlight: 256,
  ...{ maxTransfers: 32, maxTransfersEach: 8 },
  // A quarter, so that one token leaves places to the others.
  maxStreamsEach: 160,
  // A client that resumes a stream of hundreds of accounts sends a cursor of each.
  maxHeaderBytes: 80 * 1024,
} as const;

/**
 * Opens the control socket first, which only one gateway can have, then the tokens and HTTP. They are closed in the opposite
 * order, so no other gateway reads the tokens before the last write.
 * @throws (rejects) Fault lock_held: another gateway runs. bad_config, address_in_use, permission_denied, disk_full
 */
export async function openGateway(settings: GatewaySettings, log: DaemonLog): Promise<Gateway> {
  const { config, stateDir, listen, configFile } = settings;
  const { certFile, keyFile, hosts, ratePerMinute, behindProxy, compat } = config.gateway;
  const startedAt = isoTime(Date.now());
  const machine = thisMachine();
  let fleet: FleetWays | undefined;
  const accounts = new Accounts({
    find: () => {
      const others = fleet?.ways ?? [];
      const names = new Set(others.map(({ account }) => account));
      return [...localWays(machine, log).filter(({ account }) => !names.has(account)), ...others];
    },
    log,
  });
  const tls = certFile !== null && keyFile !== null ? new Tls({ certFile, keyFile }, log) : plain;
  const open: { close(): unknown }[] = [tls];
  const close = async (): Promise<void> => {
    for (const part of open.splice(0).reverse()) await part.close();
  };
  let http: HttpServer | undefined;
  let control: SocketServer | undefined;
  const info = () => ({
    ...{ version: MANIFEST.version, pid: process.pid, startedAt, stateDir },
    listen: http === undefined ? '' : `${certFile === null ? 'http' : 'https'}://${http.address}`,
    socket: control?.path ?? '',
    accounts: accounts.all.map(({ name, isRunning }) => ({ account: name, running: isRunning })),
    connections: http?.connections ?? 0,
    tokens: tokens?.size ?? 0,
    memoryBytes: process.memoryUsage.rss(),
  });
  const running = () => accounts.all.filter(({ isRunning }) => isRunning).length;
  const at = gatewayServerPath({ env: process.env, uid: machine.uid });
  let tokens: Tokens | undefined;
  const opened = (): Tokens => {
    if (tokens === undefined)
      throw new Fault('busy', { reason: 'the gateway is starting', hint: null, retryAfterMs: 100 });
    return tokens;
  };
  try {
    control = await openControl(at, log, { tokens: opened, info });
    open.push(control);
    tokens = openTokens({ stateDir, log });
    open.push(tokens);
    if (config.fleet.servers.length > 0) {
      const { FleetWays } = await import('./fleet-ways.js');
      const credentialsFile = config.gateway.credentialsFile ?? config.fleet.credentialsFile;
      fleet = await FleetWays.open({ ...config.fleet, credentialsFile }, log);
      fleet.watch(() => void accounts.look());
      open.push(fleet);
    }
    open.push(accounts);
    await accounts.begin();
    const page = await readConsole(join(PACKAGE, 'dist/console'));
    const metrics = new GatewayMetrics(() => ({
      accounts: { running: running(), known: accounts.all.length },
      connections: http?.connections ?? 0,
    }));
    const entrance = new Entrance({ tokens, ratePerMinute, behindProxy, log });
    let document: Reply | undefined;
    http = await serveHttp({
      ...GATEWAY_LIMITS,
      log,
      create: tls.create,
      onEnded: ({ caller, status }) => metrics.answered(caller?.token ?? null, status),
      bind: (server) => bind(server, listen, { table: 'gateway', configFile, log }),
      site: gatewaySite({
        routes: [...GATEWAY_ROUTES, ...compatRoutes(compat, MANIFEST.version)],
        ...{ accounts, hosts },
        identify: (request) => entrance.identify(request),
        admit: (caller) => entrance.admit(caller),
        report: (caller, account, done) => entrance.report(caller, account, done),
        reportRefused: (caller, account) => entrance.reportRefused(caller, account),
        shared: {
          ...{ page, metrics },
          scheme: certFile === null && !behindProxy ? 'http' : 'https',
          openApi: () => {
            document ??= json(openApi(GATEWAY_ROUTES, { version: MANIFEST.version, of: 'gateway' }));
            return document;
          },
          streamFailed: (account, error) => log.error('stream.failed', { account, err: error }),
        },
      }),
    });
    open.push(http);
    log.info('gateway.listening', { address: info().listen, socket: at.path });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    accounts,
    get statusLine() {
      return `${info().listen}: ${running()} of ${accounts.all.length} accounts run`;
    },
    reload: () => tls.reload(),
    close,
  };
}
