// How `wad-gateway` and `wad-agent` begin and end: flags, settings, `--check-config`, the run, the exit status.
import { complain } from '../local/journal.js';
import { MANIFEST } from '../local/package.js';
import type { FlagsRead, ProgramFlags } from '../local/program-flags.js';
import { Fault } from '../protocol/fault.js';
import { faultRow } from '../protocol/fault-table.js';
import { renderCheck } from './check.js';
import { ConfigError } from './error.js';
import type { Loaded } from './load.js';

/** The exit status of an internal error. */
const INTERNAL = 70;

export interface Program<Settings extends Loaded> {
  readonly name: 'gateway' | 'agent';
  readonly umask: number;
  readonly readFlags: (argv: readonly string[], version: string) => FlagsRead;
  /** Throws ConfigError or Fault. */
  readonly settle: (flags: ProgramFlags, env: NodeJS.ProcessEnv) => Settings;
  /** Resolves with the exit status; rejects with a Fault. */
  readonly run: (settings: Settings) => Promise<number>;
}

/** Runs the program, and ends the process with its status. */
export function runProgram<Settings extends Loaded>(program: Program<Settings>): void {
  process.umask(program.umask);
  process.exitCode = INTERNAL;
  void statusOf(program).then(
    (status) => process.exit(status),
    (error: unknown) => {
      complain(`wad-${program.name}: ${error instanceof Error ? error.stack : String(error)}`);
      process.exit(INTERNAL);
    },
  );
}

async function statusOf<Settings extends Loaded>(program: Program<Settings>): Promise<number> {
  const read = program.readFlags(process.argv.slice(2), MANIFEST.version);
  if ('text' in read) {
    if (read.exit === 0) process.stdout.write(`${read.text}\n`);
    else complain(read.text);
    return read.exit;
  }
  try {
    const settings = program.settle(read.flags, process.env);
    if (read.flags.mode === 'run') return await program.run(settings);
    process.stdout.write(renderCheck(settings, program.name));
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof Fault)) throw error;
    const hint = error instanceof Fault && error.hint !== null ? `\n  try: ${error.hint}` : '';
    complain(`wad-${program.name}: ${error.message}${hint}`);
    return error instanceof ConfigError ? error.exit : faultRow(error.kind).wadExit;
  }
}
