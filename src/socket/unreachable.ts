// Why a daemon cannot be reached, in words, with the command that mends it.
// Refuses to know: how to connect.
import { dirname } from 'node:path';
import { Fault } from '../protocol/fault.js';

/** The Fault for an error of connect(2). Looks at the disk only now, when something is wrong. */
export async function connectFault(
  path: string,
  error: NodeJS.ErrnoException,
  hint: string | undefined,
): Promise<Fault> {
  const more = { path, code: error.code ?? error.name };
  const known = hint === undefined ? {} : { hint };
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new Fault('unreachable', {
        reason: `no daemon is running: there is no ${path}`,
        more,
        ...known,
      });
    case 'ECONNREFUSED': // left behind by a daemon that was killed
      return new Fault('unreachable', {
        reason: `no daemon is running: nobody listens on ${path}`,
        more,
        ...known,
      });
    case 'EACCES':
    case 'EPERM':
      return new Fault('permission_denied', { reason: await closedTo(path), more });
    case 'EAGAIN':
      return new Fault('busy', { reason: `too many clients wait to connect to ${path}`, hint: null, more });
    default:
      return new Fault('unreachable', { reason: `${path} cannot be reached: ${more.code}`, more, ...known });
  }
}

/** A directory that may not be entered and a socket that may not be written give the same EACCES; say which. */
async function closedTo(path: string): Promise<string> {
  const { access, constants } = await import('node:fs/promises');
  const steps = dirname(path).split('/');
  for (let depth = 1; depth <= steps.length; depth += 1) {
    const directory = steps.slice(0, depth).join('/') || '/';
    const closed = await access(directory, constants.X_OK).then(
      () => false,
      () => true,
    );
    if (closed) {
      return `this user may not enter ${directory}, where the daemon's socket is; after joining the group, log in again`;
    }
  }
  return `this user may not open ${path}; after joining the group, log in again`;
}
