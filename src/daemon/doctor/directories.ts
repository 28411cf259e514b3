// Are the directories there, ours, closed to others, and can they be written to? Makes and changes nothing.
import { access, constants, lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
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

async function judge(path: string, uid: number): Promise<Finding> {
  const there = await existing(path);
  if (there !== path)
    return (await writable(there))
      ? ok(`${path} will be made`)
      : fail(`${path} cannot be made: no permission in ${there}`, `sudo install -d -m 700 -o ${uid} ${path}`);
  const stat = await lstat(path);
  if (!stat.isDirectory() && !stat.isSymbolicLink())
    return fail(`${path} is not a directory`, `ls -ld ${path}`);
  if (stat.uid !== uid)
    return fail(
      `${path} belongs to user ${stat.uid}, and this is user ${uid}`,
      `sudo chown -R ${uid}: ${path}`,
    );
  if (!(await writable(path))) return fail(`${path} cannot be written to`, `chmod u+rwx ${path}`);
  if (stat.mode & 0o077 && !stat.isSymbolicLink())
    return warn(
      `${path} is open to others (${(stat.mode & 0o777).toString(8)}); the next start closes it`,
      `chmod 700 ${path}`,
    );
  return ok(path);
}

export const stateDirectory: Check = {
  name: 'state',
  run: ({ paths, uid }) => judge(paths.stateDir, uid),
};

export const sessionDirectory: Check = {
  name: 'session',
  run: async ({ dir, uid }) => {
    const data = await judge(dir.dataPath, uid);
    if (data.status === 'fail' || (await lstat(dir.profile).catch(() => null)) === null) return data;
    const profile = await judge(dir.profile, uid);
    return profile.status === 'ok'
      ? { ...data, says: data.status === 'ok' ? profile.says : data.says }
      : profile;
  },
};

/** Where the kernel keeps the free space of a path that may not exist yet. */
export { existing };
