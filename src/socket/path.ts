// Chooses the path of the control socket. Pure: the environment, the user id and a check of the disk are arguments. It
// does not know whether a daemon listens there (client.ts) or how the file is made (file.ts).
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Address, addressOf } from '../protocol/address.js';
import { Fault } from '../protocol/fault.js';
import { isAccountName } from '../protocol/names.js';

/** Bytes of a path that fit into sun_path of Linux, besides its closing NUL. */
export const MAX_PATH_BYTES = 107;

export interface Surroundings {
  /** Letters, digits, `_` and `-`. */
  readonly account: string;
  /** The value of `--socket` or of the configuration; it takes precedence over the environment. */
  readonly explicit?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
}

/** Where a server listens, and how open it is to others. */
export interface ServerPath {
  readonly path: string;
  /** Chosen by a person: its directory is theirs, and stays as it is. */
  readonly explicit: boolean;
  /** Mode of the socket file. Who can open it may use the account. */
  readonly mode: 0o600 | 0o660;
  /** Mode of the directory, where it is ours to make. */
  readonly directoryMode: 0o700 | 0o750;
}

/**
 * The path for `wad`. Under systemd's system manager the group of the unit may come in; elsewhere only the owner.
 * @throws Fault usage: an account's name that is none, a path that does not fit
 */
export function serverPath(around: Surroundings): ServerPath {
  const { env } = around;
  // RUNTIME_DIRECTORY is a list when the unit names several; the socket's is the first. A user manager sets it as
  // well, below XDG_RUNTIME_DIR, where there is no group to let in.
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

/** What makes another wactl speak to the daemon that listens there: its account, and the path where no rule leads to it. */
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
  /** Chosen by a person: its directory is theirs. */
  readonly explicit: boolean;
  /** Whose daemon the path is for. */
  readonly account: string;
  /** Somebody named the account: a daemon of another one must do nothing. */
  readonly named: boolean;
  /** Leads to the same daemon whatever the environment says. */
  readonly address: Address;
  /** A user, by name or id, whose socket is taken as well: `WAD_SOCKET_OWNER`. */
  readonly owner?: string | undefined;
}

/**
 * The path for `wactl` and the library. Options go before the environment; in each, the socket says where, and the
 * account says whose. The system service goes before the user's own daemon, but only when its directory says that
 * it is there: systemd makes `/run/wad/ACCOUNT` at the start and removes it at the stop. A directory that may not
 * be read counts as there, so that a user outside the group reads "no permission" and not "not running".
 * @param lives whether a directory is there and not known to be empty
 * @throws Fault usage: an account's name that is none, a path that does not fit
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
  // What the environment says of another daemon has to be overruled even for the default account.
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

/** The name becomes a part of a path, so it is checked here even if somebody has checked it before. */
function checkAccount(account: string): void {
  if (isAccountName(account)) return;
  throw new Fault('usage', {
    reason: `"${account.slice(0, 64)}" is no account's name: letters, digits, _ and -, at most 64`,
  });
}

function ownPath({ account, env, uid }: Surroundings): string {
  const runtime = xdgRuntime(env);
  return runtime ? join(runtime, 'wad', account, 'control.sock') : `/tmp/wad-${uid}/${account}/control.sock`;
}

/** XDG says of a relative path: to be ignored. */
function xdgRuntime(env: Surroundings['env']): string | undefined {
  const directory = env.XDG_RUNTIME_DIR;
  return directory?.startsWith('/') ? directory.replace(/\/+$/, '') : undefined;
}

/** Node would say EINVAL, and the kernel would cut off what does not fit. */
function fitting(path: string): string {
  const bytes = Buffer.byteLength(path);
  if (bytes > MAX_PATH_BYTES) {
    throw new Fault('usage', {
      reason: `the socket's path is ${bytes} bytes long, and ${MAX_PATH_BYTES} is the most that Linux takes: ${path.slice(0, 256)}`,
      hint: 'set a shorter one with --socket or WAD_SOCKET',
    });
  }
  if (path.includes('\0'))
    throw new Fault('usage', { reason: "the socket's path has a NUL in it", hint: null });
  return path;
}

function inhabited(directory: string): boolean {
  try {
    return readdirSync(directory).length > 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}
