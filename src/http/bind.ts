// Makes an HTTP server listen where the configuration says. If the address is taken, the error names a free one.
import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { type AddressInfo, createServer, type Server as NetServer } from 'node:net';
import { join, parse } from 'node:path';
import type { Listen } from '../config/listen.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { putSocket } from '../socket/file.js';
import type { Bound } from './server.js';

export interface BindOptions {
  /** The table of the configuration that has `listen`. */
  readonly table: 'http' | 'gateway';
  /** The file in which the address belongs. */
  readonly configFile: string;
  readonly log: Log;
}

/**
 * Makes a server listen at an address, or at the path of a Unix socket of mode 0600.
 * @throws (rejects) Fault address_in_use, bad_config, permission_denied, usage, disk_full
 */
export async function bind(server: Server, listen: Listen, options: BindOptions): Promise<Bound> {
  const { log } = options;
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
        ? taken(path, freePath(path), options)
        : error;
    });
    return { address: path, remove: () => file.remove() };
  }
  await listenAt(server, listen).catch(async (error: NodeJS.ErrnoException) => {
    const { host, port } = listen;
    if (error.code === 'EADDRINUSE')
      throw taken(`${host}:${port}`, at(bracketed(host), await nextFree(host, port)), options);
    const reason = `${options.table}.listen: ${host}:${port} ${NOT_OURS[error.code ?? ''] ?? `is not available (${error.code})`}`;
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
const taken = (what: string, free: string, { table, configFile }: BindOptions): Fault =>
  new Fault('address_in_use', {
    reason: `${table}.listen: ${what} is in use by another program. ${ALONE[table]} put \`listen = ${JSON.stringify(free)}\` below [${table}] in ${configFile}`,
    hint: null,
  });

const ALONE = {
  http: 'Each account requires an address of its own:',
  gateway: 'The gateway requires an address of its own:',
} as const;

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
