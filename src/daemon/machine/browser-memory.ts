// How much memory the browser takes: the proportional share of every process of its group, so that what they have in
// common is counted once (H26). Linux only, like the product.
import { readdir, readFile } from 'node:fs/promises';

/** Process group of a pid out of /proc/PID/stat, whose second field may itself hold blanks and brackets. */
const groupOf = (stat: string): number => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);

/**
 * Bytes of memory of the browser with this main process; puppeteer makes it the leader of its own group.
 * @returns 0 when it is gone, or there is none
 */
export async function browserMemory(mainPid: number | null): Promise<number> {
  if (mainPid === null) return 0;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const shares = await Promise.all(
    pids.map(async (pid) => {
      try {
        if (groupOf(await readFile(`/proc/${pid}/stat`, 'utf8')) !== mainPid) return 0;
        const pss = /^Pss:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8'));
        return Number(pss?.[1] ?? 0) * 1024;
      } catch {
        return 0; // it ended while we looked, or it is not ours to look at
      }
    }),
  );
  return shares.reduce((sum, bytes) => sum + bytes, 0);
}
