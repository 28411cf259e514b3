// Turns errors of file operations into Faults: disk_full, permission_denied, or `internal` with the error's own text.
import { Fault } from '../protocol/fault.js';

/** The Fault for an error of a file operation on `path`. A Fault is returned unchanged. */
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
