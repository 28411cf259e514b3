// Checks the quota of files of messages: when it is nearly used, files are deleted before their time. Reads only.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Check, ok, warn } from './finding.js';

const MB = 1_048_576;
const DAY_MS = 86_400_000;
/** The names of files in the media store, without their notes. */
const FILE = /^f-[0-9a-f]{40}$/;
/** From this share on it is nearly used: the next film may exceed it. */
const NEARLY = 0.9;

export const media: Check = {
  name: 'media',
  run: async ({ paths, config, nowMs }) => {
    const directory = join(paths.stateDir, 'media');
    const names = (await readdir(directory).catch(() => [])).filter((name) => FILE.test(name));
    const found = await Promise.all(names.map((name) => stat(join(directory, name)).catch(() => null)));
    const files = found.filter((file) => file !== null);
    const usedMb = files.reduce((sum, { size }) => sum + size, 0) / MB;
    const { mediaMaxMb } = config.journal;
    const says = `files of messages use ${Math.ceil(usedMb)} of ${mediaMaxMb} MB`;
    if (usedMb < mediaMaxMb * NEARLY) return ok(says);
    const oldestMs = Math.min(...files.map(({ mtimeMs }) => mtimeMs));
    const days = Math.max(0, Math.floor((nowMs - oldestMs) / DAY_MS));
    return warn(
      `${says}; the longest unused one is from ${days} days ago, and files are deleted before their 30 days: raise journal.mediaMaxMb, or let journal.mediaRules download less`,
      'wad --check-config',
    );
  },
};
