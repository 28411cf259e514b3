// Chooses the path of the control socket, for the daemon and for its clients. The environment, the user id and the check
// of the disk are arguments.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Address, addressOf } from '../protocol/address.js';
import { Fault } from '../protocol/fault.js';
import { isAccountName } from '../protocol/names.js';

/** The most bytes of a path in Linux's sun_path, without the closing NUL. */
export const MAX_PATH_BYTES = 107;

export interface Surroundings {
  /** Letters, digits, `_` and `-`. */
  readonly account: string;
  /** The value of `--socket` or of the configuration; it takes precedence over the environment. */
  readonly explicit?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
}

/** Where a server listens, and who may connect. */
export interface ServerPath {
  readonly path: string;
  /** True when a person chose the path: its directory is not changed. */
  readonly explicit: boolean;
  /** Mode of the socket file. Every user who can open it can use the account. */
  readonly mode: 0o600 | 0o660;
  /** Mode of the directory, if the daemon creates it. */
  readonly directoryMode: 0o700 | 0o750;
}

/**
 * The path for `wad`. Under systemd's system manager the group of the unit may connect; elsewhere only the owner.
 * @throws Fault usage: an invalid account name, or a path that is too long
 */
export function serverPath(around: Surroundings): ServerPath {
  const { env } = around;
  // RUNTIME_DIRECTORY is a list when the unit names several; the first is for the socket. A user manager sets it, too,
  // below XDG_RUNTIME_DIR, which no group can enter.
  const runtime = env.RUNTIME_DIRECTORY?.split(':')[0] || undefined;
  const forGroup = runtime !== undefined && !runtime.startsWith(`${xdgRuntime(env) ?? '\0'}/`);
  const chosen = chosenPath(around);
  return {
    path: fitting(chosen ?? (runtime ? join(runtime, 'control.sock') : ownPath(around))),
    explicit: chosen !== undefined,
    mode: forGroup ? 0o660 : 0o600,
    directoryMode: forGroup ? 0o750 : 0o700,
  };
}

/** The options with which another wactl reaches the daemon: its account, and the path if it is not the usual one. */
export function serverAddress({ path }: ServerPath, around: Surroundings): Address {
  const { account } = around;
  const usual = [join('/run/wad', account, 'control.sock'), ownPath(around)];
  return addressOf({
    account: account === DEFAULT_ACCOUNT ? undefined : account,
    socket: usual.includes(path) ? undefined : resolve(path),
  });
}

export const DEFAULT_ACCOUNT = 'default';

export interface ClientSurroundings extends Pick<Surroundings, 'env' | 'uid'> {
  /** The value of an option; it takes precedence over the environment. */
  readonly account?: string | undefined;
  readonly socket?: string | undefined;
}

/** Where a client connects, and which owner it expects there. */
export interface ClientPath {
  readonly path: string;
  /** True when a person chose the path. */
  readonly explicit: boolean;
  /** The account whose daemon is expected. */
  readonly account: string;
  /** True when a person named the account: the daemon of another account must then refuse. */
  readonly named: boolean;
  /** The options that reach the same daemon in any environment. */
  readonly address: Address;
  /** One more user, by name or id, whose socket is accepted: `WAD_SOCKET_OWNER`. */
  readonly owner?: string | undefined;
  /** True for the control socket of the gateway, which serves no account. */
  readonly gateway?: boolean;
}

/**
 * The path for `wactl` and the library. Options take precedence over the environment; in each, the socket gives the path
 * and the account gives the expected account. The system service takes precedence over the user's own daemon, but only
 * while its directory exists: systemd creates `/run/wad/ACCOUNT` at the start and removes it at the stop. A directory
 * that may not be read counts as existing, so that a user outside the group gets "no permission", not "not running".
 * @param lives whether a directory exists and is not known to be empty
 * @throws Fault usage: an invalid account name, or a path that is too long
 */
export function clientPath(
  around: ClientSurroundings,
  lives: (directory: string) => boolean = inhabited,
): ClientPath {
  const { env, uid } = around;
  const byOption = around.account !== undefined || Boolean(around.socket);
  const given = byOption ? around.account : env.WAD_ACCOUNT || undefined;
  const account = given ?? (env.WAD_ACCOUNT || DEFAULT_ACCOUNT);
  checkAccount(account);
  const chosen = (byOption ? around.socket : env.WAD_SOCKET) || undefined;
  const system = join('/run/wad', account);
  const found = () => (lives(system) ? join(system, 'control.sock') : ownPath({ account, env, uid }));
  // If the environment names another daemon, even the default account needs its option.
  const bare = given === undefined || (given === DEFAULT_ACCOUNT && !env.WAD_SOCKET && !env.WAD_ACCOUNT);
  return {
    path: fitting(chosen ?? found()),
    explicit: chosen !== undefined,
    account,
    named: given !== undefined,
    owner: env.WAD_SOCKET_OWNER || undefined,
    address: addressOf({
      account: bare ? undefined : given,
      socket: chosen === undefined ? undefined : resolve(chosen),
    }),
  };
}

function chosenPath({ account, explicit, env }: Surroundings): string | undefined {
  checkAccount(account);
  return explicit || env.WAD_SOCKET || undefined;
}

/** The name becomes part of a path, so it is checked here again. */
function checkAccount(account: string): void {
  if (isAccountName(account)) return;
  throw new Fault('usage', {
    reason: `"${account.slice(0, 64)}" is not an account name: letters, digits, _ and -, at most 64`,
  });
}

function ownPath({ account, env, uid }: Surroundings): string {
  const runtime = xdgRuntime(env);
  return runtime ? join(runtime, 'wad', account, 'control.sock') : `/tmp/wad-${uid}/${account}/control.sock`;
}

/** XDG requires that a relative path is ignored. */
export function xdgRuntime(env: Surroundings['env']): string | undefined {
  const directory = env.XDG_RUNTIME_DIR;
  return directory?.startsWith('/') ? directory.replace(/\/+$/, '') : undefined;
}

/** Refuses a path that is too long: Node would report EINVAL, and the kernel would cut the path off. */
export function fitting(path: string): string {
  const bytes = Buffer.byteLength(path);
  if (bytes > MAX_PATH_BYTES) {
    throw new Fault('usage', {
      reason: `the socket's path has ${bytes} bytes, and Linux allows ${MAX_PATH_BYTES}: ${path.slice(0, 256)}`,
      hint: 'set a shorter one with --socket or WAD_SOCKET',
    });
  }
  if (path.includes('\0'))
    throw new Fault('usage', { reason: "the socket's path contains a NUL", hint: null });
  return path;
}

export function inhabited(directory: string): boolean {
  try {
    return readdirSync(directory).length > 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}
