// The slow path of wactl: help, usage errors with a suggestion, completion, and the commands that need more than a call
// and a print. Both paths parse with parse.ts, so they cannot disagree.
import { Fault } from '../protocol/fault.js';
import { nearest } from '../protocol/nearest.js';
import { isPattern } from './accounts.js';
import { COMMANDS } from './commands/rare.js';
import { complete } from './complete.js';
import { exitOf } from './exit.js';
import { help } from './help.js';
import { runMany } from './many.js';
import { complain, write } from './output.js';
import { type Line, outputOf, parse, Usage } from './parse.js';
import { run } from './run.js';
import { version } from './version.js';

/** Commands by the names that other programs give them, where the nearest name would mislead. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['start', 'init'],
  ['restart', 'init --restart'],
  ['logout', 'disconnect'],
]);

function synonym(word: string, known: readonly string[]): string | null {
  const meant = SYNONYMS.get(word) ?? null;
  return meant !== null && known.includes(meant.split(' ')[0] as string) ? meant : null;
}

function hintOf({ word, known, command }: Usage, argv: readonly string[]): string {
  const meant = word !== undefined && known ? (synonym(word, known) ?? nearest(word, known)) : null;
  if (meant !== null && word !== undefined) {
    const at = argv.findIndex((arg) => arg === word || arg.startsWith(`${word}=`));
    const corrected = argv.flatMap((arg, i) =>
      i !== at ? arg : arg === word ? meant.split(' ') : arg.replace(word, meant),
    );
    if (at !== -1 && corrected.every((arg) => /^[\w@+.,:/=-]+$/.test(arg)))
      return `wactl ${corrected.join(' ')}`;
    return `${meant} instead of ${word}`;
  }
  if (command?.name === 'send' && word?.startsWith('-'))
    return 'put -- before a text that begins with a dash';
  return command ? `wactl ${command.name} --help` : 'wactl --help';
}

export { Progress } from '../local/progress.js';

/** Handles any command line; returns the exit status. */
export async function full(argv: readonly string[]): Promise<number> {
  if (argv[0] === '--get-yargs-completions') {
    write(
      1,
      complete(argv.slice(1))
        .map((word) => `${word}\n`)
        .join(''),
    );
    return 0;
  }
  let line: Line;
  try {
    line = parse(argv, COMMANDS);
  } catch (error) {
    if (!(error instanceof Usage)) throw error;
    if (argv.length === 0) {
      write(2, help());
      return 2;
    }
    const fault = new Fault('usage', { reason: error.message, hint: hintOf(error, argv) });
    complain(fault, outputOf(argv));
    return exitOf(fault);
  }
  if (line.version) {
    write(1, `wactl ${version}\n`);
    return 0;
  }
  if (line.help) {
    write(1, help(line.command));
    return 0;
  }
  const isMany = line.named && isPattern(line.account) && !line.command?.takesAccounts;
  if (!line.fleet) return isMany ? runMany(line) : run(line);
  const { accountsOfFleet, connectToAccount } = await import('./fleet.js');
  return isMany
    ? runMany(line, { connect: connectToAccount, find: accountsOfFleet })
    : run(line, connectToAccount);
}
