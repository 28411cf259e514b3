// Runs the processes of scripts/up: starts them detached from the terminal, so that a Ctrl-C reaches only
// this process, and ends them in the opposite order. It knows nothing of WhatsApp.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Part {
  readonly name: string;
  readonly child: ChildProcess;
  readonly signal: NodeJS.Signals;
  readonly endMs: number;
  readonly ended: Promise<string>;
}

export interface StartOptions {
  /** What runs; a program of ours when left out, of which `args` begins with the file. */
  readonly program?: string;
  readonly stdout: number | 'pipe';
  /** The signal that ends it in order, and how long that may take before it is killed. */
  readonly signal: NodeJS.Signals;
  readonly endMs: number;
  /** Variables in addition to ours; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface Caller {
  /** The name of the command in the output. */
  readonly name: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const ASK_MS = 60_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Thrown by every pending wait when the run must end. */
class Interrupted extends Error {}

export class Stage {
  readonly #stop = new AbortController();
  readonly #parts: Part[] = [];
  #directory: string | undefined;
  /** True when an interrupt is the normal end of the run from now on. */
  happy = false;
  /** Returns additional output for a failure. */
  onFailure: () => string = () => '';

  /** Runs `act` to its end or to an interrupt, ends everything, and returns the exit status. */
  async play(act: () => Promise<void>): Promise<number> {
    let status = 0;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (this.#stop.signal.aborted) this.#hurry();
        status ||= this.happy ? 0 : 128 + constants.signals[signal];
        this.#stop.abort(new Interrupted(signal));
      });
    }
    // A closed output (`scripts/up | head`) ends the run, too.
    for (const out of [process.stdout, process.stderr]) {
      out.on('error', () => this.#stop.abort(new Interrupted('the reader has gone')));
    }
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Interrupted)) {
        status = 1;
        process.stderr.write(`scripts/up: ${(error as Error).message}\n${this.onFailure()}\n`);
      } else if (status !== 0) process.stderr.write(`\nscripts/up: interrupted\n`);
    }
    await this.#takeDown();
    return status;
  }

  say(first: string, ...more: readonly string[]): void {
    process.stdout.write([`==> ${first}`, ...more.map((line) => `    ${line}`), ''].join('\n'));
  }

  /** A directory of this run, removed at its end. */
  directory(prefix: string): string {
    this.#directory = mkdtempSync(join(tmpdir(), prefix));
    return this.#directory;
  }

  subdirectory(name: string): string {
    const path = join(this.#directory ?? '', name);
    mkdirSync(path);
    return path;
  }

  /** Starts a program that runs until the end of the run. Its stderr is ours. */
  start(name: string, args: readonly string[], options: StartOptions): Part {
    const { program = process.execPath, stdout, signal, endMs, env } = options;
    this.#stop.signal.throwIfAborted();
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', stdout, 'inherit'],
      env: { ...process.env, ...env },
    });
    const ended = once(child, 'exit').then(([code, by]) => `${name} ended with ${by ?? code}`);
    ended.catch(() => undefined);
    const part = { name, child, signal, endMs, ended };
    this.#parts.push(part);
    return part;
  }

  /** The first line that it prints. */
  async line({ child, ended }: Part): Promise<string> {
    let text = '';
    child.stdout?.setEncoding('utf8');
    const read = (async () => {
      for await (const chunk of child.stdout ?? []) {
        text += chunk;
        if (text.includes('\n')) break;
      }
      return text;
    })();
    await this.#or(Promise.race([read, ended.then(gone)]));
    return text;
  }

  /** Resolves when a server accepts connections at the socket or port. Fails when the program ends first. */
  async listening(at: string | number, { ended }: Part): Promise<void> {
    let over = false;
    const answered = async (): Promise<void> => {
      while (!over) {
        const socket = typeof at === 'string' ? connect(at) : connect(at, '127.0.0.1');
        const [what] = await Promise.race([
          once(socket, 'connect').then(() => ['up']),
          once(socket, 'close'),
        ]).catch(() => ['down']);
        socket.destroy();
        if (what === 'up') return;
        await sleep(100);
      }
    };
    await this.#or(Promise.race([answered(), ended.then(gone)])).finally(() => {
      over = true;
    });
  }

  /** Waits until the end of the run. Fails when the program ends first. */
  until({ ended }: Part): Promise<never> {
    return this.#or(ended.then(gone));
  }

  pause(ms: number): Promise<void> {
    return this.#or(sleep(ms));
  }

  /** Waits for anything, until the end of the run. */
  wait<T>(promise: Promise<T>): Promise<T> {
    return this.#or(promise);
  }

  /** Runs a command with its output shown, and returns its exit status. */
  async show(caller: Caller, args: readonly string[]): Promise<number> {
    this.#announce(caller, args);
    return this.#exit(this.#command(caller, args, 'inherit'));
  }

  /** Runs a command and returns its output. */
  async ask(caller: Caller, args: readonly string[]): Promise<string> {
    const part = this.#command(caller, args, 'pipe');
    let text = '';
    part.child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    const status = await this.#exit(part);
    if (status !== 0) throw new Error(`${caller.name} ${args[1]} ended with ${status}`);
    return text;
  }

  /** Runs a command until the end of the run. Resolves when its output matches. */
  async follow(caller: Caller, args: readonly string[], pattern: RegExp): Promise<void> {
    this.#announce(caller, args);
    const part = this.#command(caller, args, 'pipe');
    let text = '';
    let found: () => void = () => {};
    const seen = new Promise<void>((resolve) => {
      found = resolve;
    });
    part.child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      process.stdout.write(chunk);
      text = (text + chunk).slice(-10_000);
      if (pattern.test(text)) found();
    });
    const late = AbortSignal.timeout(ASK_MS);
    const missed = once(late, 'abort').then(() => {
      throw new Error(`nothing that matches ${pattern} arrived within ${ASK_MS / 1000} s`);
    });
    await this.#or(Promise.race([seen, missed, part.ended.then(gone)]));
  }

  async post(url: string, body: object): Promise<void> {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(ASK_MS)]);
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(body), signal });
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  }

  #announce({ name }: Caller, [, ...args]: readonly string[]): void {
    const quoted = args.map((arg) => (/^[\w+./=-]+$/.test(arg) ? arg : `'${arg}'`));
    process.stdout.write(`\n$ ${[name, ...quoted].join(' ')}\n`);
  }

  #command({ name, env }: Caller, args: readonly string[], stdout: 'inherit' | 'pipe'): Part {
    return this.start(name, args, {
      stdout: stdout === 'pipe' ? 'pipe' : 1,
      signal: 'SIGTERM',
      endMs: 2_000,
      env,
    });
  }

  async #exit(part: Part): Promise<number> {
    const { child } = part;
    // All output is read before its end counts.
    const [code] = (await this.#or(once(child, 'close'))) as [number | null];
    this.#parts.splice(this.#parts.indexOf(part), 1);
    return code ?? 1;
  }

  /** Resolves with the promise, or rejects at the end of the run, whichever comes first. */
  async #or<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this.#stop;
    signal.throwIfAborted();
    let interrupt = () => {};
    const interrupted = new Promise<never>((_, reject) => {
      interrupt = () => reject(signal.reason);
      signal.addEventListener('abort', interrupt);
    });
    promise.catch(() => undefined);
    return Promise.race([promise, interrupted]).finally(() => signal.removeEventListener('abort', interrupt));
  }

  /** A second Ctrl-C: sends the signals again to processes that are still ending. */
  #hurry(): void {
    for (const { child, signal } of this.#parts) if (isUp(child)) child.kill(signal);
  }

  async #takeDown(): Promise<void> {
    for (const { child, name, signal, endMs, ended } of this.#parts.reverse()) {
      if (!isUp(child)) continue;
      if (name === 'wad') process.stderr.write('==> stopping wad\n');
      child.kill(signal);
      const late = setTimeout(() => child.kill('SIGKILL'), endMs);
      await ended.catch(() => undefined);
      clearTimeout(late);
    }
    if (this.#directory !== undefined) await remove(this.#directory);
  }
}

const isUp = ({ pid, exitCode, signalCode }: ChildProcess): boolean =>
  pid !== undefined && exitCode === null && signalCode === null;

const gone = (how: string): never => {
  throw new Error(how);
};

/** The browser of a killed daemon closes by itself, and writes into the directory until then. */
async function remove(directory: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1)
    try {
      rmSync(directory, { recursive: true, force: true });
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await sleep(100);
    }
}
