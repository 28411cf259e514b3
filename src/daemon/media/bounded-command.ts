// Runs a program of the user's on one file, within bounds: time, output, processor time, size of files, no core dump, low
// priority, none of our environment, a process group that is killed at the end.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

export type Ran =
  | { readonly ok: true; readonly text: string }
  | {
      readonly ok: false;
      readonly kind: 'not_found' | 'failed' | 'timed_out' | 'too_long';
      readonly reason: string;
    };

export interface BoundedCommand {
  /** A program and its arguments; `{file}` stands for the file, which else is the last argument. */
  readonly command: readonly string[];
  readonly file: string;
  readonly seconds: number;
  /** Kills the program; the result is then of no use. */
  readonly signal: AbortSignal;
}

/** No one speaks for that long: an hour of speech is about this. */
export const MAX_OUTPUT = 65_536;
const MAX_STDERR = 300;
/** In blocks of 512 bytes: 1 GiB. Some programs convert the sound first. */
const FILE_BLOCKS = 2_097_152;
/** How long after the program's end its pipes may stay open, for a process that left its group. */
const PIPES_MS = 1_000;
/** The exit status of a shell that does not find a program, or may not run it. */
const NOT_RUN: readonly (number | null)[] = [126, 127];

/** The limits hold also when this process is killed. The nice value is that of voice.ts. */
const SHELL = 'ulimit -c 0 && ulimit -f "$1" && ulimit -t "$2" && shift 2 && exec nice -n 10 "$@"';

/** Never rejects. */
export function runBounded({ command, file, seconds, signal }: BoundedCommand): Promise<Ran> {
  const line = command.some((word) => word.includes('{file}'))
    ? command.map((word) => word.replaceAll('{file}', file))
    : [...command, file];
  const cpuSeconds = seconds * availableParallelism();
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', SHELL, 'sh', String(FILE_BLOCKS), String(cpuSeconds), ...line], {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: '/',
      // Nothing of ours: our environment may have secrets of an administrator.
      env: { PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: '/nonexistent' },
      detached: true,
    });
    let why: 'timed_out' | 'too_long' | null = null;
    const parts: Buffer[] = [];
    let bytes = 0;
    let complaint = '';
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The group is empty.
      }
    };
    const stop = (because: typeof why): void => {
      why ??= because;
      kill();
    };
    const timer = setTimeout(() => stop('timed_out'), seconds * 1_000);
    signal.addEventListener('abort', kill, { once: true });
    if (signal.aborted) kill();
    const pipes: { late?: NodeJS.Timeout } = {};
    const end = (ran: Ran): void => {
      clearTimeout(timer);
      clearTimeout(pipes.late);
      signal.removeEventListener('abort', kill);
      resolve(ran);
    };
    child.once('error', (error) => end({ ok: false, kind: 'not_found', reason: error.message }));
    // Without a free file descriptor there are no pipes, and the error follows.
    if (child.stdout === undefined) return;
    child.stdout.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes > MAX_OUTPUT) stop('too_long');
      else parts.push(part);
    });
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      complaint = `${complaint}${part}`.slice(-MAX_STDERR);
    });
    // It may have started others, which hold the pipes.
    child.once('exit', () => {
      kill();
      pipes.late = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, PIPES_MS);
    });
    child.once('close', (code, by) => {
      const last = complaint.trim().split('\n').at(-1) ?? '';
      if (why === 'timed_out')
        end({ ok: false, kind: why, reason: `The program did not end within ${seconds} s.` });
      else if (why === 'too_long')
        end({ ok: false, kind: why, reason: `The program printed more than ${MAX_OUTPUT} bytes.` });
      else if (NOT_RUN.includes(code))
        end({ ok: false, kind: 'not_found', reason: `The program cannot be run: ${last}` });
      else if (code !== 0)
        end({
          ok: false,
          kind: 'failed',
          reason: `The program ended with ${by ?? `status ${code}`}: ${last}`,
        });
      else end({ ok: true, text: Buffer.concat(parts).toString().trim() });
    });
  });
}
