// bin wactl, the fast path: an ordinary line of a simple command is parsed, asked and printed here. Help, errors and
// the rarer commands are full.ts, which is loaded only then. Thin: no zod, no yargs (test/unit/cli/thin.test.ts).
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
