// Runs other programs in place of wactl: wad and journalctl.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '../protocol/fault.js';
import type { Globals } from './command.js';

const runnable = (path: string, mode: number): boolean => {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
};

/** A program on PATH. */
export const onPath = (name: string): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((directory) => join(directory, name))
    .find((path) => runnable(path, constants.X_OK));

/** The wad that belongs to this wactl, else one on PATH; as a command line. */
export function wad(): readonly string[] | undefined {
  const bundled = fileURLToPath(new URL('wad.cjs', import.meta.url));
  if (runnable(bundled, constants.R_OK)) return [process.execPath, bundled];
  const other = onPath('wad');
  return other ? [other] : undefined;
}

/**
 * Runs `wad --MODE` for the account; works with the daemon down.
 * @param more the arguments after the mode: its value, and other flags
 * @throws Fault unreachable when wad is not installed
 */
export function handToWad(
  mode: 'doctor' | 'canary' | 'adopt' | 'export' | 'import',
  globals: Wanted,
  more: readonly string[] = [],
): Promise<number> {
  const { output } = globals;
  return handOver(
    [
      ...theWad(mode),
      `--${mode}`,
      ...more,
      ...wadOptions(globals),
      ...(output === 'text' ? [] : ['--output', output]),
    ],
    wadEnvironment(globals),
    { meaning: mode === 'doctor' || mode === 'canary' ? MEANING : OF_A_MOVE },
  );
}

/**
 * The same with its answer as JSON, for a command that prints it itself.
 * @returns `answer`: undefined when the program printed none; then it has said why on stderr
 */
export async function askWad(
  mode: 'doctor',
  globals: Wanted,
  more: readonly string[] = [],
): Promise<{ readonly status: number; readonly answer: unknown }> {
  let text = '';
  const line = [...theWad(mode), `--${mode}`, ...more, ...wadOptions(globals), '--output', 'json'];
  const status = await handOver(line, wadEnvironment(globals), {
    take: (data) => {
      text += data;
    },
  });
  return { status, answer: text === '' ? undefined : JSON.parse(text) };
}

type Wanted = Pick<Globals, 'account' | 'named' | 'socket' | 'output'>;

/** The options of wad that name the same daemon as this wactl. */
export const wadOptions = ({ account, socket }: Pick<Wanted, 'account' | 'socket'>): string[] => [
  ...['--account', account],
  ...(socket === undefined ? [] : ['--socket', socket]),
];

/** Removes WAD_SOCKET when -a was given: -a takes precedence, but wad reads the variable as configuration. */
export function wadEnvironment({ named }: Pick<Wanted, 'named'>): NodeJS.ProcessEnv {
  if (!named) return process.env;
  const { WAD_SOCKET: _, ...env } = process.env;
  return env;
}

/** @throws Fault unreachable */
export function theWad(mode: string): readonly string[] {
  const program = wad();
  if (program) return program;
  throw new Fault('unreachable', {
    reason: `${mode}: the program wad is neither next to wactl nor on PATH`,
    hint: `PATH=$PATH:/directory/of/wad wactl ${mode}`,
  });
}

/**
 * Exit statuses of wad (sysexits.h) that have a status of ours: 2 for usage, 5 for what cannot be done now. None is 1, which is a
 * finding of the doctor and of the canary: with these, nothing is known of the machine or the build.
 */
const MEANING: Readonly<Record<number, number>> = { 64: 2, 69: 5, 70: 5, 73: 5, 75: 5, 77: 5, 78: 2 };
/** A move has no findings; what fails in it is 1, as the fault on stderr has it. */
const OF_A_MOVE: Readonly<Record<number, number>> = { 64: 2, 78: 2 };

/** The status of a program that one of these has ended, as a shell has it. */
const BY_SIGNAL: Readonly<Partial<Record<NodeJS.Signals, number>>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
};

interface HandOver {
  readonly take?: (text: string) => void;
  readonly meaning?: Readonly<Record<number, number>>;
}

/**
 * Runs a program on our terminal, and maps its exit status to ours. Ctrl-C reaches it, too, and it decides what to do. SIGTERM reaches
 * only us, so it is passed on.
 * @param more `take`: is given what it prints on stdout, instead of the terminal. `meaning`: its statuses and ours; others are 1
 */
export function handOver(
  [program = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  { take, meaning = MEANING }: HandOver = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['inherit', take ? 'pipe' : 'inherit', 'inherit'], env });
    if (take) child.stdout?.setEncoding('utf8').on('data', take);
    const passOn = (signal: NodeJS.Signals): boolean => child.kill(signal);
    process.on('SIGTERM', passOn);
    child.once('error', (error) => {
      process.off('SIGTERM', passOn);
      reject(error);
    });
    child.once('close', (code, signal) => {
      process.off('SIGTERM', passOn);
      if (code === null) resolve(BY_SIGNAL[signal ?? 'SIGKILL'] ?? 1);
      else resolve(code <= 1 || Object.values(BY_SIGNAL).includes(code) ? code : (meaning[code] ?? 1));
    });
  });
}
