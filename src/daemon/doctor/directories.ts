// Checks the directories: do they exist, belong to us, exclude others, and allow writing? Changes nothing.
import { access, constants, lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '../../protocol/fault.js';
import { narrowerMode } from '../../session-dir/layout.js';
import { type Check, type Finding, fail, ok, warn } from './finding.js';

/** The directory itself, or the nearest one above it that exists. */
async function existing(path: string): Promise<string> {
  for (let dir = path; ; dir = dirname(dir))
    if (dir === dirname(dir) || (await lstat(dir).catch(() => null)) !== null) return dir;
}

const writable = (path: string): Promise<boolean> =>
  access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );

/** @param isWhole the whole directory must be the daemon's: a start refuses one that others use as well */
async function judge(path: string, uid: number, isWhole: boolean): Promise<Finding> {
  const there = await existing(path);
  if (there !== path)
    return (await writable(there))
      ? ok(`${path} will be created`)
      : fail(
          `${path} cannot be created: no permission in ${there}`,
          `sudo install -d -m 700 -o ${uid} ${path}`,
        );
  const stat = await lstat(path);
  if (!stat.isDirectory() && !stat.isSymbolicLink())
    return fail(`${path} is not a directory`, `ls -ld ${path}`);
  if (stat.uid !== uid)
    return fail(
      `${path} belongs to user ${stat.uid}, and this is user ${uid}`,
      `sudo chown -R ${uid}: ${path}`,
    );
  if (!(await writable(path))) return fail(`${path} cannot be written to`, `chmod u+rwx ${path}`);
  if (isWhole && uid === process.geteuid?.()) {
    const refused = await narrowerMode(path).then(
      () => null,
      (error: unknown) => error,
    );
    if (refused instanceof Fault)
      return fail(refused.details.reason ?? refused.message, refused.details.hint ?? `ls -ld ${path}`);
  }
  if (stat.mode & 0o077 && !stat.isSymbolicLink())
    return warn(
      `${path} is open to others (${(stat.mode & 0o777).toString(8)}); the next start closes it`,
      `chmod 700 ${path}`,
    );
  return ok(path);
}

export const stateDirectory: Check = {
  name: 'state',
  run: ({ paths, uid }) => judge(paths.stateDir, uid, true),
};

export const sessionDirectory: Check = {
  name: 'session',
  run: async ({ dir, uid }) => {
    const data = await judge(dir.dataPath, uid, true);
    if (data.status === 'fail' || (await lstat(dir.profile).catch(() => null)) === null) return data;
    const profile = await judge(dir.profile, uid, false);
    return profile.status === 'ok'
      ? { ...data, says: data.status === 'ok' ? profile.says : data.says }
      : profile;
  },
};

/** Other checks use it to measure the free space of a path that may not exist yet. */
export { existing };
