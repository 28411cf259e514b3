// A peer that breaks the protocol: writes any bytes to the socket, and reads lines or does not. It does what
// a proper client never would. Every wait has a deadline; none is a sleep.
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

const WAIT_MS = 10_000;

export class RawPeer {
  readonly socket: Socket;
  readonly #lines: string[] = [];
  #rest = '';
  #wake = () => {};
  #ended = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop() ?? '';
      this.#lines.push(...lines);
      this.#wake();
    });
    socket.on('end', () => this.#over());
    socket.on('close', () => this.#over());
    // Only what was read before matters; the server may end a connection by a reset.
    socket.on('error', () => {});
  }

  /** Waits for a place in the server's accept queue, as connect(2) would if Node allowed it. */
  static async connect(path: string): Promise<RawPeer> {
    const until = performance.now() + WAIT_MS;
    for (;;) {
      const socket = await opened(path);
      if (socket !== 'queue full') return new RawPeer(socket);
      if (performance.now() > until) throw new Error(`waited ${WAIT_MS} ms for a place in the queue`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Resolves when the kernel has the bytes, or the other side has closed. */
  write(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => this.socket.write(bytes, () => resolve()));
  }

  /** The next line, parsed. */
  async answer(waitMs = WAIT_MS): Promise<Record<string, unknown>> {
    const line = await this.line(waitMs);
    return JSON.parse(line) as Record<string, unknown>;
  }

  async line(waitMs = WAIT_MS): Promise<string> {
    await this.#until(() => this.#lines.length > 0 || this.#ended, waitMs, 'a line');
    const line = this.#lines.shift();
    if (line === undefined) throw new Error('the far side closed instead of answering');
    return line;
  }

  /** Resolves when the other side has closed. Fails when it still sends a line, or does not close. */
  async end(waitMs = WAIT_MS): Promise<void> {
    await this.#until(() => this.#ended || this.#lines.length > 0, waitMs, 'the end');
    if (this.#lines.length > 0)
      throw new Error(`an answer instead of the end: ${this.#lines[0]?.slice(0, 200)}`);
  }

  /** Resolves when the other side has closed, whatever it sends before. */
  async over(waitMs = WAIT_MS): Promise<void> {
    await this.#until(() => this.#ended, waitMs, 'the end');
  }

  /** Closes only our side, and continues to read. */
  halfClose(): void {
    this.socket.end();
  }

  hangUp(): void {
    this.socket.destroy();
  }

  [Symbol.dispose](): void {
    this.hangUp();
  }

  #over(): void {
    this.#ended = true;
    this.#wake();
  }

  async #until(done: () => boolean, waitMs: number, what: string): Promise<void> {
    if (done()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#wake = () => {};
        reject(new Error(`waited ${waitMs} ms for ${what}`));
      }, waitMs);
      this.#wake = () => {
        if (!done()) return;
        clearTimeout(timer);
        this.#wake = () => {};
        resolve();
      };
    });
  }
}

const opened = (path: string): Promise<Socket | 'queue full'> =>
  new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true });
    const fail = (error: NodeJS.ErrnoException) =>
      error.code === 'EAGAIN' ? resolve('queue full') : reject(error);
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      resolve(socket);
    });
  });
