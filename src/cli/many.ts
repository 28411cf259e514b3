// Runs one command for several accounts: `-a '*'`, `-a shop,support`. The exit status is the highest of theirs.
import { Fault } from '../protocol/fault.js';
import { matching } from './accounts.js';
import { Answers } from './answers.js';
import { type Connect, type Running, start } from './context.js';
import { exitOf } from './exit.js';
import { complain } from './output.js';
import type { Line } from './parse.js';

/**
 * Never rejects.
 * @param find the accounts that there are, if not those of this machine
 */
export async function runMany(
  line: Line,
  { connect, find }: { connect?: Connect; find?: () => Promise<readonly string[]> } = {},
): Promise<number> {
  const { output, command } = line;
  let names: readonly string[];
  try {
    names = matching(line.account, await find?.());
  } catch (error) {
    const fault = Fault.of(error);
    complain(fault, output);
    return exitOf(fault);
  }
  const answers = new Answers(names, output);
  const running: Running[] = [];
  process.on('SIGINT', () => {
    for (const [at, { interrupt }] of running.entries()) {
      const does = interrupt();
      if (does === 'ignored') return;
      const says = does();
      if (says !== null) answers.sink(names[at] ?? '').note(`interrupted; ${says}`);
    }
    process.exit(130);
  });
  let status = 0;
  for (const account of names) {
    answers.begin(account, command?.many?.mode === 'in turn');
    const one = start({ ...line, account, named: true }, answers.sink(account), connect);
    running.push(one);
    const ended = one.status.then((its) => {
      status = Math.max(status, its);
      answers.end(account);
    });
    if (command?.many?.mode !== 'in turn') continue;
    await ended;
    if (status === 130) break;
  }
  await Promise.all(running.map((one) => one.status));
  answers.close();
  return status;
}
