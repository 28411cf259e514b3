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
  // As strings, and one buffer for all that is written: a buffer a line would be memory of malloc, which a burst of lines
  // spreads over its heap, and the heap does not shrink again.
  #waiting: string[] = [];
  readonly #room = Buffer.allocUnsafeSlow(MAX_WRITE_BYTES);
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
    const length = Buffer.byteLength(text);
    if (this.#waitingBytes + length > MAX_WAITING_BYTES) {
      this.#dropped++;
      return false;
    }
    this.#waiting.push(text);
    this.#waitingBytes += length;
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
    const bytes = Buffer.from(this.#waiting.splice(0).join(''));
    const until = performance.now() + FLUSH_MS;
    try {
      for (let at = 0; at < bytes.length; ) at += this.#writeSync(bytes.subarray(at), until);
    } catch {
      // Nobody reads: there is nobody to tell.
    }
    this.#waitingBytes -= bytes.length;
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
    const [first] = this.#waiting;
    if (first === undefined) {
      this.#writing = false;
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    this.#writing = true;
    this.#write(Buffer.byteLength(first) > this.#room.length ? this.#long() : this.#fill());
  }

  #long(): Buffer {
    return Buffer.from(this.#waiting.shift() ?? '');
  }

  /** As many lines as there is room for. */
  #fill(): Buffer {
    let size = 0;
    let lines = 0;
    for (const line of this.#waiting) {
      if (size + Buffer.byteLength(line) > this.#room.length) break;
      size += this.#room.write(line, size);
      lines += 1;
    }
    this.#waiting.splice(0, lines);
    return this.#room.subarray(0, size);
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
