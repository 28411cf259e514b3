// A machine with a real systemd as PID 1, in its own namespaces (systemd-lab, next to the source of this
// file).
// Its owner disposes of it, and nothing remains.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
const PROGRAM = join(ROOT, 'test/systemd/systemd-lab');
const CANNOT_RUN = 77;
const RUN_MS = 300_000;
const UNTIL_MS = 120_000;
const LOOK_MS = 100;
const OVERLAYFS = 0x794c7630;

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function systemdLab(args: readonly string[], timeoutMs = RUN_MS): Promise<Ran> {
  return new Promise((resolve, reject) => {
    execFile(
      PROGRAM,
      args,
      { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 64 * 1_048_576 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === 'number') resolve({ code, stdout, stderr });
        else reject(new Error(`systemd-lab ${args.join(' ')}: ${error?.message}\n${stdout}${stderr}`));
      },
    );
  });
}

/** The reason why no lab can run on this machine, or null. */
export async function noLab(): Promise<string | null> {
  const { code, stderr } = await systemdLab(['check']);
  if (code === 0) return null;
  if (code === CANNOT_RUN) return stderr.trim().replace(/^SKIP: /, '');
  throw new Error(stderr);
}

export class Lab implements AsyncDisposable {
  readonly directory: string;
  /** The host's path of /lab. */
  readonly share: string;
  private constructor(directory: string) {
    this.directory = directory;
    this.share = join(directory, 'share');
  }

  static async start(): Promise<Lab> {
    // The disk of a lab is the upper layer of an overlay, which cannot be on an overlay itself.
    const place = [tmpdir(), '/var/tmp', '/dev/shm'].find((path) => statfsSync(path).type !== OVERLAYFS);
    const lab = new Lab(mkdtempSync(join(place ?? tmpdir(), 'wad-lab-')));
    await lab.boot();
    return lab;
  }

  /** Boots on the existing disk. */
  async boot(): Promise<void> {
    // A lab sees only the file system of /, with its own /tmp.
    const seen = statSync(ROOT).dev === statSync('/').dev && !ROOT.startsWith('/tmp/');
    const elsewhere = seen ? [] : ['--also', ROOT];
    const owned = ['--owner', String(process.pid), '--timeout', '180'];
    const args = ['start', this.directory, '--keep', ...elsewhere, ...owned];
    const { code, stderr } = await systemdLab(args);
    if (code !== 0) throw new Error(`no boot: ${stderr}`);
  }

  /** Runs a line of bash, as root unless a user is named. */
  run(line: string, { user }: { user?: string } = {}): Promise<Ran> {
    const as = user === undefined ? [] : ['-u', user];
    return systemdLab(['exec', this.directory, ...as, 'bash', '--norc', '-o', 'pipefail', '-c', line]);
  }

  /** Returns the trimmed stdout of a line that must succeed. */
  async must(line: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(line);
    if (code !== 0) throw new Error(`${line}: exit ${code}\n${stdout}${stderr}`);
    return stdout.trim();
  }

  /**
   * Repeats a line until it succeeds, and returns its stdout. systemd sends no notifications to the outside.
   */
  async until(line: string, timeoutMs = UNTIL_MS): Promise<string> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const { code, stdout, stderr } = await this.run(line);
      if (code === 0) return stdout.trim();
      if (performance.now() > deadline) throw new Error(`not in time: ${line}\n${stdout}${stderr}`);
      await pause(LOOK_MS);
    }
  }

  /** Takes the machine down by a command in it. @returns how it ended: `reboot`, `poweroff` … */
  async down(command: string): Promise<string> {
    // The answer may be lost.
    await this.run(command).catch(() => undefined);
    const { code, stdout } = await systemdLab(['wait-down', this.directory, '120']);
    if (code !== 0) throw new Error(`${command}: the machine did not go down`);
    return stdout.trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { code, stderr } = await systemdLab(['stop', this.directory]);
    rmSync(this.directory, { recursive: true, force: true });
    if (code !== 0) throw new Error(`the lab did not stop: ${stderr}`);
  }
}
