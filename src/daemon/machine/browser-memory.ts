// Measures the browser's memory: the proportional share of every process of its group, so that shared memory
// is counted once (H26). Linux only, like the product.
import { readdir, readFile } from 'node:fs/promises';

/** The process group in /proc/PID/stat, whose second field may itself contain blanks and brackets. */
const groupOf = (stat: string): number => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);

/**
 * Bytes of memory of the browser with this main process; puppeteer makes it the leader of its own group.
 * @returns 0 when it has ended, or there is none
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
        return 0; // it has ended meanwhile, or we may not read it
      }
    }),
  );
  return shares.reduce((sum, bytes) => sum + bytes, 0);
}
