// Turns the kernel's errors into Faults: no room, no permission. Any other error keeps its own text as `internal`.
import { Fault } from '../protocol/fault.js';

/** The Fault for an error of a file operation on `path`. A Fault stays what it is. */
export function diskFault(error: unknown, path: string): Fault {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof Fault) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Fault('disk_full', { reason: `no room for ${path}`, hint: `df -h ${path}`, cause: error });
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new Fault('permission_denied', {
      reason: `${code === 'EROFS' ? 'the file system is read-only' : 'no permission'}: ${path}`,
      hint: `ls -ld ${path}`,
      cause: error,
    });
  return new Fault('internal', { reason: message, cause: error });
}
