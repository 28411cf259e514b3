// The passphrase of an exported session: from a file, or typed twice at a terminal that does not show it.
import { closeSync, openSync, readSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Fault } from '../../protocol/fault.js';

/** Whoever has the file may guess as fast as their machines go. */
const MIN = 12;
/** What is larger is no passphrase, but some other file, or a device that never ends. */
const MAX_BYTES = 4_096;

const refuse = (reason: string, hint: string | null = null): never => {
  throw new Fault('usage', { reason, hint });
};

/**
 * @param file a path, or - for stdin; asked for at the terminal when left out
 * @param use a new one has to be long enough, and is asked for twice
 * @throws Fault usage, interrupted
 */
export async function passphrase(
  file: string | undefined,
  use: 'new' | 'known',
  signal: AbortSignal,
): Promise<string> {
  const given = file === undefined ? await typed(use, signal) : read(file);
  if (use === 'new' && given.length < MIN)
    refuse(
      `a passphrase of ${given.length} characters is guessed too soon: at least ${MIN}, such as five words`,
    );
  return given;
}

function read(file: string): string {
  let bytes: Buffer;
  try {
    bytes = atMost(file === '-' ? 0 : file, MAX_BYTES + 1);
  } catch (error) {
    return refuse(`the passphrase cannot be read from ${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
  if (bytes.length > MAX_BYTES) refuse(`there is no passphrase in ${file}: more than ${MAX_BYTES} bytes`);
  return bytes.toString().replace(/\r?\n$/, '');
}

/** Not readFileSync: that holds all of a file, and does not end with a device or a pipe that does not. */
function atMost(file: string | 0, most: number): Buffer {
  const fd = file === 0 ? 0 : openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(most);
    let length = 0;
    for (let read = -1; read !== 0 && length < most; length += read)
      read = readSync(fd, bytes, length, most - length, null);
    return bytes.subarray(0, length);
  } finally {
    if (fd !== 0) closeSync(fd);
  }
}

async function typed(use: 'new' | 'known', signal: AbortSignal): Promise<string> {
  if (!process.stdin.isTTY)
    return refuse('there is no terminal to ask for the passphrase', 'give it with --passphrase-file FILE');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  // Ctrl-C and Ctrl-D close it, and leave a question that is open without an answer.
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
    if (use === 'new' && (await ask('Once more: ')) !== first) return refuse('those were two passphrases');
    return first;
  } finally {
    terminal.close();
  }
}
