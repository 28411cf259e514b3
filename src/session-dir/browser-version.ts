// Compares the browser that last wrote a profile with the browser of this machine: a profile cannot go back to an older
// Chromium, which may refuse it, or damage it.
import { execFile } from 'node:child_process';

/** Debian's start script of Chromium takes some 50 ms, more on a busy machine. */
const ASK_MS = 15_000;

/** The version that a browser prints, such as 156.0.8078.79; null if it prints none. Never rejects. */
export const browserVersion = (path: string): Promise<string | null> =>
  new Promise((resolve) => {
    execFile(path, ['--version'], { timeout: ASK_MS, killSignal: 'SIGKILL' }, (_error, stdout) =>
      resolve(/\d+(\.\d+){1,3}/.exec(stdout)?.[0] ?? null),
    );
  });

/**
 * Whether a profile was written by a newer Chromium. False where a version is unknown.
 * @param written such as 156.0.8078.79 @param ours the same, or such as Chrome/156.0.8078.79
 */
export const isNewerProfile = (written: string | null, ours: string | null): boolean =>
  majorOf(written) > majorOf(ours);

const majorOf = (version: string | null): number => Number(/(\d+)\./.exec(version ?? '')?.[1] ?? Number.NaN);
