// Runs the built wactl as a person would: as a child process with its own arguments, stdin and environment.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The bundle that package.json's `bin.wactl` names. */
export const WACTL = fileURLToPath(new URL('../../../dist/wactl.cjs', import.meta.url));

export interface WactlOptions {
  readonly socket?: string;
  /** Variables that replace those of this process; `undefined` removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  /** Runs as this user and group; needs root. */
  readonly uid?: number;
  /** The process is killed after this time, and the test then sees the signal. Default 30 s. */
  readonly timeoutMs?: number;
  /** A file to run instead of the bundle. */
  readonly program?: string;
}

export interface WactlEnd {
  /** The exit status; null when a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Wactl {
  readonly child: ChildProcessWithoutNullStreams;
  readonly end: Promise<WactlEnd>;
  /** Resolves when the output so far matches; rejects when the process ends first. */
  printed(pattern: RegExp, from?: 'stdout' | 'stderr'): Promise<void>;
}

/** Starts wactl without waiting for its end. */
export function startWactl(args: readonly string[], options: WactlOptions = {}): Wactl {
  // A WAD_ variable of the test run, such as WAD_ROUNDS, means nothing to wad, and doctor would report it.
  const around = Object.entries(process.env).filter(([name]) => !name.startsWith('WAD_'));
  const env: NodeJS.ProcessEnv = { ...Object.fromEntries(around), NO_COLOR: '1', ...options.env };
  delete env.NODE_EXTRA_CA_CERTS;
  delete env.NODE_OPTIONS; // tap's loaders must not run in there
  if (options.socket !== undefined) env.WAD_SOCKET = options.socket;
  const child = spawn(process.execPath, [options.program ?? WACTL, ...args], {
    env,
    cwd: options.cwd,
    ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
    timeout: options.timeoutMs ?? 30_000,
    killSignal: 'SIGKILL',
  });
  const out = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      out[name] += text;
      for (const look of watchers) look();
    });
  }
  child.stdin.on('error', () => {}); // the process may end without reading
  if (options.input !== undefined) child.stdin.end(options.input);
  else child.stdin.end();
  const end = new Promise<WactlEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...out }));
  });
  const printed = (pattern: RegExp, from: 'stdout' | 'stderr' = 'stdout') =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!pattern.test(out[from])) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
      end.then(({ code, stderr }) => reject(new Error(`wactl ended with ${code}: ${stderr}`)), reject);
    });
  return { child, end, printed };
}

/** Runs wactl and waits for its end. */
export const wactl = (args: readonly string[], options: WactlOptions = {}): Promise<WactlEnd> =>
  startWactl(args, options).end;
