// Turns the kernel's errors during a move into words. The daemon is down, so there is
// no log that explains them.
import { dirname } from 'node:path';
import { Fault } from '../../protocol/fault.js';

/** Converts any error to a Fault that names the file. */
export function moveFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const { code, message, path = '' } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new Fault('permission_denied', {
        reason: `no permission for ${path}`,
        hint: `ls -ld ${dirname(path)} ${path}`,
        cause: error,
      });
    case 'ENOSPC':
    case 'EDQUOT':
      return new Fault('disk_full', {
        reason: path === '' ? 'no room for the session' : `no room for ${path}`,
        hint: 'df -h',
        cause: error,
      });
    case 'EEXIST':
      return new Fault('usage', { reason: `${path} exists already`, hint: null, cause: error });
    case 'ENOENT':
    case 'ENOTDIR':
      return new Fault('usage', { reason: `there is no ${path}`, hint: null, cause: error });
    default:
      return new Fault('internal', { reason: message, hint: null, cause: error });
  }
}
