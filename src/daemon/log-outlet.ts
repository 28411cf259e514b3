// Carries finished lines to a file descriptor without ever stopping the daemon: in order, one write at a time, with a
// bound on what waits. A reader that has gone is no reason to end, and one that does not read costs lines, not time.
// (pino's own destination sleeps in a loop when a flush meets a closed pipe.)
import { write, writeSync } from 'node:fs';

const MAX_WAITING_BYTES = 4 * 1_048_576;
const MAX_WRITE_BYTES = 65_536;
/** How long an exit waits for a reader whose pipe is full. */
const FLUSH_MS = 500;
/** A full pipe that was made non-blocking by somebody else gives no event to this descriptor. */
const AGAIN_MS = 50;

export class LogOutlet {
  readonly #fd: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #writing = false;
  #gone = false;
  #dropped = 0;
  #idle: (() => void)[] = [];

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Lines that were lost to a reader that does not read, since the last time this was asked. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  /** Queues a line. @returns false when it was dropped */
  line(text: string): boolean {
    if (this.#gone) return false;
    const bytes = Buffer.from(text);
    if (this.#waitingBytes + bytes.length > MAX_WAITING_BYTES) {
      this.#dropped++;
      return false;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (!this.#writing) this.#next();
    return true;
  }

  /** Resolves when nothing waits any more, also when the reader has gone. Bounded by the caller. */
  flush(): Promise<void> {
    if (!this.#writing) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Writes what waits before the process exits; never throws, waits for a full pipe for half a second. */
  flushSync(): void {
    const waiting = this.#waiting.splice(0);
    const until = performance.now() + FLUSH_MS;
    try {
      for (const bytes of waiting)
        for (let at = 0; at < bytes.length; ) at += this.#writeSync(bytes.subarray(at), until);
    } catch {
      // Nobody reads: there is nobody to tell.
    }
    this.#waitingBytes -= waiting.reduce((sum, { length }) => sum + length, 0);
  }

  /** Bytes written, none when the pipe is full. @throws when it stays full, or is closed */
  #writeSync(bytes: Buffer, until: number): number {
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || performance.now() > until) throw error;
      // The process is on its way out: there is nothing left that this could hold up.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      return 0;
    }
  }

  #next(): void {
    let size = 0;
    let lines = 0;
    while (lines < this.#waiting.length && (lines === 0 || size < MAX_WRITE_BYTES))
      size += this.#waiting[lines++]?.length ?? 0;
    if (lines === 0) {
      this.#writing = false;
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    this.#writing = true;
    this.#write(Buffer.concat(this.#waiting.splice(0, lines)));
  }

  #write(bytes: Buffer): void {
    write(this.#fd, bytes, (error, written) => {
      if (error?.code === 'EAGAIN' || error?.code === 'EINTR') {
        setTimeout(() => this.#write(bytes), AGAIN_MS);
        return;
      }
      if (error) {
        // EPIPE and the like: `wad | head` goes on without a reader.
        this.#gone = true;
        this.#waiting = [];
        this.#waitingBytes = 0;
      } else {
        this.#waitingBytes -= written;
        if (written < bytes.length) return this.#write(bytes.subarray(written));
      }
      this.#next();
    });
  }
}
