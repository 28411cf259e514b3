// Runs a parsed command line for one account, and returns its exit status.
import { type Connect, start } from './context.js';
import type { Line } from './parse.js';
import { terminal } from './sink.js';

/** Never rejects. */
export async function run(line: Line, connect?: Connect): Promise<number> {
  const sink = terminal(line.output);
  const { status, interrupt } = start(line, sink, connect);
  // After the start of the command, so that the daemon can work meanwhile.
  process.on('SIGINT', () => {
    const does = interrupt();
    if (does === 'ignored') return;
    const says = does();
    if (says !== null) sink.note(`interrupted; ${says}`);
    process.exit(130);
  });
  return status;
}
