// Chooses the path of the gateway's control socket, for the gateway and for wactl. A machine has one gateway for the system,
// and each user may run one.
import { join, resolve } from 'node:path';
import { addressOf } from '../protocol/address.js';
import {
  type ClientPath,
  fitting,
  inhabited,
  type ServerPath,
  type Surroundings,
  xdgRuntime,
} from './path.js';

const NAME = 'wad-gateway';
const SOCKET = 'control.sock';
const SYSTEM = join('/run', NAME);

type Around = Omit<Surroundings, 'account'>;

/**
 * The path for `wad-gateway`. Under systemd's system manager the group of the unit may connect; elsewhere only the owner.
 * @throws Fault usage: the path is too long
 */
export function gatewayServerPath(around: Around): ServerPath {
  const { env, explicit } = around;
  const runtime = env.RUNTIME_DIRECTORY?.split(':')[0] || undefined;
  const forGroup = runtime !== undefined && !runtime.startsWith(`${xdgRuntime(env) ?? '\0'}/`);
  const chosen = explicit || env.WAD_GATEWAY_SOCKET || undefined;
  return {
    path: fitting(chosen ?? (runtime ? join(runtime, SOCKET) : ownPath(around))),
    explicit: chosen !== undefined,
    mode: forGroup ? 0o660 : 0o600,
    directoryMode: forGroup ? 0o750 : 0o700,
  };
}

/**
 * The path for a client: the given one, else that of the system's gateway while it runs, else that of this user's.
 * @param lives whether a directory exists and is not known to be empty
 * @throws Fault usage: the path is too long
 */
export function gatewayClientPath(
  around: Around,
  lives: (directory: string) => boolean = inhabited,
): ClientPath {
  const { env, explicit } = around;
  const chosen = explicit || env.WAD_GATEWAY_SOCKET || undefined;
  return {
    path: fitting(chosen ?? (lives(SYSTEM) ? join(SYSTEM, SOCKET) : ownPath(around))),
    explicit: chosen !== undefined,
    account: '',
    named: false,
    gateway: true,
    owner: env.WAD_SOCKET_OWNER || undefined,
    // In the same environment, only an option is needed again.
    address: addressOf({ socket: explicit ? resolve(explicit) : undefined }),
  };
}

function ownPath({ env, uid }: Around): string {
  const runtime = xdgRuntime(env);
  return join(runtime ? join(runtime, NAME) : `/tmp/${NAME}-${uid}`, SOCKET);
}
