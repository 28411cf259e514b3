// A system error during a move names the file, and is never reported as an internal error.
import { readdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { moveFault } from '../../../../src/daemon/move/errors.js';
import { Fault } from '../../../../src/protocol/fault.js';

const refused = (code: string, path?: string) =>
  Object.assign(new Error(`${code}: refused`), { code, ...(path !== undefined && { path }) });

t.test('each system error becomes the expected fault', async (t) => {
  const file = fileURLToPath(import.meta.url);
  for (const [error, kind, says, hint] of [
    [refused('EACCES', '/a/b'), 'permission_denied', 'no permission for /a/b', 'ls -ld /a /a/b'],
    [refused('EROFS', '/a/b'), 'permission_denied', 'no permission for /a/b', 'ls -ld /a /a/b'],
    [refused('ENOSPC', '/a/b'), 'disk_full', 'no room for /a/b', 'df -h'],
    [refused('ENOSPC'), 'disk_full', 'no room for the session', 'df -h'],
    [await writeFile('/nowhere/at/all', '').catch((e) => e), 'usage', 'there is no /nowhere/at/all', null],
    [await readdir(file).catch((e) => e), 'usage', `there is no ${file}`, null],
    [new TypeError('a bug'), 'internal', 'a bug', null],
  ] as const)
    t.match(moveFault(error), { kind, message: says, hint }, says);
  const fault = new Fault('lock_held');
  t.equal(moveFault(fault), fault);
});
