// The passphrase of an exported session: from a file, or typed twice at a terminal that does not show it.
import { createInterface } from 'node:readline/promises';
import { addAbortSignal, Writable } from 'node:stream';
import { readNamed, UnfitFile } from '../../local/bounded-file.js';
import { Fault } from '../../protocol/fault.js';

/** An attacker who has the file can try passphrases as fast as their machines allow. */
const MIN = 12;
/** A larger input is not a passphrase but some other file, or a device that never ends. */
const MAX_BYTES = 4_096;

const refuse = (reason: string, hint: string | null = null): never => {
  throw new Fault('usage', { reason, hint });
};

/**
 * @param file a path, or - for stdin; without it, the terminal is asked
 * @param use a new one has to be long enough, and is asked for twice
 * @throws Fault usage, interrupted
 */
export async function passphrase(
  file: string | undefined,
  use: 'new' | 'known',
  signal: AbortSignal,
): Promise<string> {
  const given = file === undefined ? await typed(use, signal) : await read(file, signal);
  if (use === 'new' && given.length < MIN)
    refuse(
      `a passphrase of ${given.length} characters is too easy to guess: use at least ${MIN}, such as five words`,
    );
  return given;
}

async function read(file: string, signal: AbortSignal): Promise<string> {
  try {
    const bytes = file === '-' ? await readStdin(signal) : await readNamed(file, MAX_BYTES, signal);
    return bytes.toString().replace(/\r?\n$/, '');
  } catch (error) {
    if (signal.aborted) throw new Fault('interrupted');
    if (error instanceof UnfitFile) return refuse(`there is no passphrase in ${file}: it ${error.why}`);
    return refuse(`the passphrase cannot be read from ${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** Does not use /dev/stdin, which cannot be opened if it is a socket, or another user's pipe. */
async function readStdin(signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of addAbortSignal(signal, process.stdin) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new UnfitFile('stdin', `has more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function typed(use: 'new' | 'known', signal: AbortSignal): Promise<string> {
  if (!process.stdin.isTTY)
    return refuse('there is no terminal to ask for the passphrase', 'give it with --passphrase-file FILE');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  // Ctrl-C and Ctrl-D close the terminal, and leave an open question without an answer.
  const closed = new AbortController();
  terminal.once('close', () => closed.abort());
  const given = { signal: AbortSignal.any([signal, closed.signal]) };
  const ask = async (question: string): Promise<string> => {
    process.stderr.write(question);
    try {
      return await terminal.question('', given);
    } catch (error) {
      throw given.signal.aborted ? new Fault('interrupted') : error;
    } finally {
      process.stderr.write('\n');
    }
  };
  try {
    const first = await ask('Passphrase: ');
    if (use === 'new' && (await ask('Once more: ')) !== first) return refuse('the two passphrases differ');
    return first;
  } finally {
    terminal.close();
  }
}
