// Writes finished lines to a file descriptor without ever stopping the daemon: in order, one write at a time,
// with a bound on what waits. The daemon continues without a reader. A slow reader loses lines and delays
// nothing. (pino's own destination sleeps in a loop when a flush finds a closed pipe.)
import { write, writeSync } from 'node:fs';

const MAX_WAITING_BYTES = 4 * 1_048_576;
const MAX_WRITE_BYTES = 65_536;
/** How long an exit waits for a reader whose pipe is full. */
const FLUSH_MS = 500;
/** A full pipe that another process made non-blocking gives no event to this descriptor. */
const AGAIN_MS = 50;

export class LogOutlet {
  readonly #fd: number;
  // Strings, and one buffer for all writes. A buffer for each line would be memory of malloc, which a burst
  // of lines spreads over its heap, and that heap does not shrink again.
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

  /** The number of lines that were dropped since the last call because the reader was too slow. */
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

  /** Resolves when no line waits, also when the reader has gone. The caller sets the time limit. */
  flush(): Promise<void> {
    if (!this.#writing) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Writes the waiting lines before the process exits. Never throws; waits half a second for a full pipe. */
  flushSync(): void {
    const bytes = Buffer.from(this.#waiting.splice(0).join(''));
    const until = performance.now() + FLUSH_MS;
    try {
      for (let at = 0; at < bytes.length; ) at += this.#writeSync(bytes.subarray(at), until);
    } catch {
      // There is no reader.
    }
    this.#waitingBytes -= bytes.length;
  }

  /** Returns the bytes written; 0 when the pipe is full. @throws when it stays full, or is closed */
  #writeSync(bytes: Buffer, until: number): number {
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || performance.now() > until) throw error;
      // The process is exiting, so this delays nothing else.
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

  /** Takes as many lines as fit. */
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
        // EPIPE and the like: `wad | head` continues without a reader.
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
