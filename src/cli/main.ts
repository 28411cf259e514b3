// The entry point of wactl, with the fast path for simple commands. full.ts has help, errors and the other commands, and is
// loaded only when needed. Neither zod nor yargs is loaded here (test/unit/cli/thin.test.ts).
import { isPattern } from './accounts.js';
import { SIMPLE } from './commands/index.js';
import { write } from './output.js';
import { type Line, parse } from './parse.js';
import { run } from './run.js';

/** Null when the line is not for the fast path. */
function ordinary(argv: readonly string[]): Line | null {
  try {
    const line = parse(argv, SIMPLE);
    const isOne = !line.named || !isPattern(line.account);
    return line.command && !line.help && !line.version && isOne && !line.fleet ? line : null;
  } catch {
    return null;
  }
}

async function main(argv: readonly string[]): Promise<number> {
  const line = ordinary(argv);
  return line ? run(line) : (await import('./full.js')).full(argv);
}

// If the event loop becomes empty during a wait, the program would otherwise end silently with status 0.
process.once('beforeExit', () => {
  write(2, 'wactl: ended without a result; this is a bug in wactl\n');
  process.exit(1);
});
main(process.argv.slice(2)).then((status) => process.exit(status));
