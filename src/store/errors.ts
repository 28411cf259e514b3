// Turns the errors of SQLite and of the kernel into Faults. Nothing above this file reads a result code.
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Fault } from '../protocol/fault.js';
import { CODE, resultCode } from './driver.js';
import { companions } from './quarantine.js';

/** True when the file itself is damaged, so that a retry cannot succeed. */
export function isDamage(error: unknown): boolean {
  const own = error instanceof Fault ? error.details.cause : error;
  const code = (resultCode(own) ?? 0) & 0xff;
  return code === CODE.corrupt || code === CODE.notadb;
}

/**
 * The Fault for an error of the driver or of a file operation. A Fault is returned unchanged.
 * @param path of the store's file, for the texts and for finding out why it cannot be opened
 */
export function storeFault(error: unknown, path: string): Fault {
  if (error instanceof Fault) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const result = resultCode(error);
  if (result === null) return kernelFault(error, code, message, path);
  switch (result & 0xff) {
    case CODE.full:
      return full(path, error);
    case CODE.ioerr:
      // A full quota, a full tmpfs and a failing disk all appear as I/O errors of a write.
      return new Fault('disk_full', {
        reason: `the disk refused ${path}: ${message} (${result})`,
        hint: `df -h ${dirname(path)}`,
        cause: error,
      });
    case CODE.busy:
      return new Fault('lock_held', { reason: `another process has ${path} open`, cause: error });
    case CODE.readonly:
      return denied(path, error);
    case CODE.cantopen:
      return whyNotOpen(path, error);
    default:
      return new Fault('internal', { reason: `store: ${message}`, cause: error });
  }
}

function kernelFault(error: unknown, code: string | undefined, message: string, path: string): Fault {
  if (code === 'ENOSPC' || code === 'EDQUOT') return full(path, error);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return denied(path, error);
  if (code === 'EISDIR' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENXIO')
    return new Fault('usage', { reason: `${path}: ${message}`, hint: `ls -ld ${path}*`, cause: error });
  if (code === 'ERR_INVALID_STATE')
    return new Fault('shutting_down', { reason: 'the store is closed', cause: error });
  return new Fault('internal', { reason: message, cause: error });
}

/** Finds out why a file cannot be opened: SQLite only says "unable to open database file". */
function whyNotOpen(path: string, error: unknown): Fault {
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
    for (const file of [path, ...companions(path)])
      if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK);
    const { bavail, files, ffree } = statfsSync(dirname(path));
    if (bavail === 0 || (files > 0 && ffree === 0)) return full(path, error);
  } catch (cause) {
    return kernelFault(cause, (cause as NodeJS.ErrnoException).code, String(cause), path);
  }
  return new Fault('internal', { reason: `${path} cannot be opened`, cause: error });
}

const full = (path: string, cause: unknown): Fault =>
  new Fault('disk_full', { reason: `no room for ${path}`, hint: `df -h ${dirname(path)}`, cause });

const denied = (path: string, cause: unknown): Fault =>
  new Fault('permission_denied', {
    reason: `no permission to write ${path}`,
    hint: `ls -ld ${dirname(path)} ${path}`,
    cause,
  });
