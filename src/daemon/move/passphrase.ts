// The passphrase of an exported session: from a file, or typed twice at a terminal that does not show it.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Fault } from '../../protocol/fault.js';

/** Whoever has the file may guess as fast as their machines go. */
const MIN = 12;

const refuse = (reason: string, hint: string | null = null): never => {
  throw new Fault('usage', { reason, hint });
};

/**
 * @param file a path, or - for stdin; asked for at the terminal when left out
 * @param use a new one has to be long enough, and is asked for twice
 * @throws Fault usage
 */
export async function passphrase(file: string | undefined, use: 'new' | 'known'): Promise<string> {
  const given = file === undefined ? await typed(use) : read(file);
  if (use === 'new' && given.length < MIN)
    refuse(
      `a passphrase of ${given.length} characters is guessed too soon: at least ${MIN}, such as five words`,
    );
  return given;
}

function read(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    return refuse(`the passphrase cannot be read from ${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

async function typed(use: 'new' | 'known'): Promise<string> {
  if (!process.stdin.isTTY)
    return refuse('there is no terminal to ask for the passphrase', 'give it with --passphrase-file FILE');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  const ask = async (question: string): Promise<string> => {
    process.stderr.write(question);
    const answer = await terminal.question('');
    process.stderr.write('\n');
    return answer;
  };
  try {
    const first = await ask('Passphrase: ');
    if (use === 'new' && (await ask('Once more: ')) !== first) return refuse('those were two passphrases');
    return first;
  } finally {
    terminal.close();
  }
}
