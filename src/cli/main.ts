// The entry point of wactl and its fast path: parses, runs and prints an ordinary line of a simple command. full.ts,
// loaded only when needed, has help, errors and the rarer commands. Thin: no zod, no yargs
// (test/unit/cli/thin.test.ts).
import { SIMPLE } from './commands/index.js';
import { write } from './output.js';
import { type Line, parse } from './parse.js';
import { run } from './run.js';

/** Null where the line is not for the fast path. */
function ordinary(argv: readonly string[]): Line | null {
  try {
    const line = parse(argv, SIMPLE);
    return line.command && !line.help && !line.version ? line : null;
  } catch {
    return null;
  }
}

async function main(argv: readonly string[]): Promise<number> {
  const line = ordinary(argv);
  return line ? run(line) : (await import('./full.js')).full(argv);
}

// A loop that runs dry while something is waited for would end the program with 0, and in silence.
process.once('beforeExit', () => {
  write(2, 'wactl: ended without a result; this is a bug in wactl\n');
  process.exit(1);
});
main(process.argv.slice(2)).then((status) => process.exit(status));
