// Explains why a daemon cannot be reached, and suggests the command that helps.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { quoted } from '../protocol/address.js';
import { Fault } from '../protocol/fault.js';
import type { ClientPath } from './path.js';

/** The directories of units of the administrator and of packages. */
const SYSTEM_UNITS = ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];
const UNIT = 'wad@.service';
const GATEWAY_UNIT = 'wad-gateway.service';

/** The command that starts or restarts the program of this path on this machine. */
function commandTo(verb: 'start' | 'restart', { account, explicit, path, gateway }: ClientPath): string {
  const isInstalled = (directory: string) => existsSync(join(directory, gateway ? GATEWAY_UNIT : UNIT));
  const unit = `${verb} ${gateway ? 'wad-gateway' : `wad@${account}`}`;
  const isSystem = path.startsWith('/run/wad/') || path.startsWith('/run/wad-gateway/');
  if (isSystem || (!explicit && SYSTEM_UNITS.some(isInstalled)))
    return process.getuid?.() === 0 ? `systemctl ${unit}` : `sudo systemctl ${unit}`;
  const { HOME = '' } = process.env;
  if (!explicit && isInstalled(join(HOME, '.config/systemd/user'))) return `systemctl --user ${unit}`;
  if (gateway) return 'wad-gateway';
  return `wad --account ${account}${explicit ? ` --socket ${quoted(resolve(path))}` : ''}`;
}

/** The Fault for an error of connect(2) or lstat(2). Reads the disk only here, after a failure. */
export async function connectFault(target: ClientPath, error: NodeJS.ErrnoException): Promise<Fault> {
  const { path } = target;
  const what = target.gateway ? 'gateway' : 'daemon';
  const more = { path, code: error.code ?? error.name };
  const hint = commandTo('start', target);
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new Fault('unreachable', {
        reason: `no ${what} is running: there is no ${path}`,
        more,
        hint,
      });
    case 'ECONNREFUSED': // the socket file of a daemon that was killed
      return new Fault('unreachable', {
        reason: `no ${what} is running: nobody listens on ${path}`,
        more,
        hint,
      });
    case 'EACCES':
    case 'EPERM':
      return new Fault('permission_denied', { reason: await closedTo(path, what), more });
    case 'EAGAIN':
      return new Fault('busy', { reason: `too many clients wait to connect to ${path}`, hint: null, more });
    default:
      return new Fault('unreachable', { reason: `${path} cannot be reached: ${more.code}`, more, hint });
  }
}

/** Finds out which of two causes EACCES has: a directory that cannot be entered, or a socket that cannot be opened. */
async function closedTo(path: string, what: string): Promise<string> {
  const { access, constants } = await import('node:fs/promises');
  const steps = dirname(path).split('/');
  for (let depth = 1; depth <= steps.length; depth += 1) {
    const directory = steps.slice(0, depth).join('/') || '/';
    const closed = await access(directory, constants.X_OK).then(
      () => false,
      () => true,
    );
    if (closed) {
      return `this user may not enter ${directory}, where the ${what}'s socket is; after joining the group, log in again`;
    }
  }
  return `this user may not open ${path}; after joining the group, log in again`;
}

/**
 * The Fault for a daemon of version 0.1, which refuses the parameter `account` of a request with a named account; null
 * for any other refusal.
 */
export function olderDaemon(target: ClientPath, { kind, details }: Fault): Fault | null {
  const issues = details.more?.issues;
  const isUnknown = ({ path, problem }: Record<string, unknown>) =>
    path === 'account' && problem === 'unknown key';
  if (kind !== 'invalid_params' || !Array.isArray(issues) || !issues.some(isUnknown)) return null;
  const hint = commandTo('restart', target);
  const stop = hint.startsWith('wad ') ? ': stop it (Ctrl-C or SIGTERM) and start it again' : '';
  return new Fault('older_daemon', {
    reason: `the running daemon is older than this program and cannot check that it serves the account "${target.account}"; nothing was done. Restart it with the installed version${stop}`,
    hint,
  });
}
