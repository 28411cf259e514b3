// Checks disk, memory limits and clock: what silently breaks a browser or a TLS connection. Reads only.
import { readdir, readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { existing } from './directories.js';
import { type Check, fail, ok, warn } from './finding.js';

const MB = 1_048_576;
/** Below this Chromium begins to evict and to fail its databases (H28). */
const SHORT_MB = 500;
const FULL_MB = 50;

export const disk: Check = {
  name: 'disk',
  run: async ({ paths, dir }) => {
    const places = await Promise.all([paths.stateDir, dir.dataPath].map(existing));
    const free = await Promise.all(
      [...new Set(places)].map(async (place) => {
        const { bavail, bsize } = await statfs(place);
        return { place, mb: Math.floor((bavail * bsize) / MB) };
      }),
    );
    const least = free.reduce((a, b) => (b.mb < a.mb ? b : a));
    const says = `${least.mb} MB free at ${least.place}`;
    if (least.mb < FULL_MB) return fail(says, `df -h ${least.place}`);
    return least.mb < SHORT_MB
      ? warn(`${says}; Chromium needs ${SHORT_MB}`, `df -h ${least.place}`)
      : ok(says);
  },
};

/** Chromium reserves hundreds of GB of addresses, and dies without a message if it may not (H16). */
export const limits: Check = {
  name: 'limits',
  run: async () => {
    const all = await readFile('/proc/self/limits', 'utf8');
    const [, soft = 'unlimited'] = /^Max address space\s+(\S+)/m.exec(all) ?? [];
    return soft === 'unlimited'
      ? ok('none on the address space')
      : fail(
          `the address space is limited to ${Math.floor(Number(soft) / MB)} MB, and Chromium reserves far more; remove LimitAS= from the unit, or the limit from the shell (ulimit -v)`,
          "systemctl cat 'wad@*'",
        );
  },
};

/** WhatsApp's certificates are newer than this, so with an earlier clock none is valid. */
const WRITTEN_MS = Date.UTC(2026, 0, 1);
const SKEW_MS = 120_000;

export const clock: Check = {
  name: 'clock',
  run: async ({ nowMs, paths }) => {
    const now = new Date(nowMs).toISOString();
    if (nowMs < WRITTEN_MS)
      return fail(
        `it says ${now}, which cannot be right; TLS connections will fail`,
        'sudo timedatectl set-ntp true',
      );
    const names = await readdir(paths.stateDir).catch(() => []);
    const times = await Promise.all(
      names.map((name) =>
        stat(join(paths.stateDir, name)).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        ),
      ),
    );
    const newest = Math.max(0, ...times);
    return newest > nowMs + SKEW_MS
      ? warn(
          `it says ${now}, but a file in the state directory is from ${new Date(newest).toISOString()}`,
          'timedatectl status',
        )
      : ok(now);
  },
};
