// Asks a person before something is removed that cannot be restored.
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';

interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** @returns whether the answer was yes; the end of the input, and Ctrl-C, are a no */
export async function isConfirmed(
  question: string,
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<boolean> {
  const terminal = createInterface({ input, output });
  try {
    // The answer of an interface that closes never comes.
    const closed = once(terminal, 'close').then(() => '');
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

/**
 * Whether to remove something: with `--yes`, or after a yes on the terminal.
 * @param options.question made only when there is somebody to ask
 * @throws Fault what `refuse` returns, without a terminal and without `--yes`
 */
export async function isAgreed(options: {
  readonly yes: boolean;
  readonly refuse: (reason: string) => Error;
  readonly question: () => Promise<string>;
}): Promise<boolean> {
  if (options.yes) return true;
  if (!process.stdin.isTTY) throw options.refuse('without a terminal it needs --yes');
  return isConfirmed(await options.question());
}
