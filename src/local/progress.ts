// Shows the progress of a long transfer on a terminal: one line on stderr, redrawn in place and removed at the end.
// Shows nothing when stderr is not a terminal, or when the transfer takes less than half a second.
import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';

const FIRST_MS = 500;
const EVERY_MS = 100;
const MiB = 2 ** 20;

export class Progress {
  readonly #what: string;
  #total: number | null;
  readonly #isShown: boolean;
  #bytes = 0;
  #nextMs = performance.now() + FIRST_MS;
  #isDrawn = false;

  /**
   * @param what a printable name
   * @param total bytes; null when unknown
   */
  constructor(what: string, total: number | null) {
    this.#what = what;
    this.#total = total;
    this.#isShown = isatty(2);
  }

  /** @param total given when it has become known only now */
  add(bytes: number, total = this.#total): void {
    this.#total = total;
    this.#bytes += bytes;
    if (!this.#isShown || performance.now() < this.#nextMs) return;
    this.#nextMs = performance.now() + EVERY_MS;
    this.#isDrawn = true;
    writeSync(2, `\r\u001b[K${this.#what}  ${progressOf(this.#bytes, this.#total)}`);
  }

  end(): void {
    if (this.#isDrawn) writeSync(2, '\r\u001b[K');
    this.#isDrawn = false;
  }
}

/** `12.0 of 48.0 MiB, 25 %` */
export const progressOf = (bytes: number, total: number | null): string =>
  total === null || total === 0
    ? `${(bytes / MiB).toFixed(1)} MiB`
    : `${(bytes / MiB).toFixed(1)} of ${(total / MiB).toFixed(1)} MiB, ${Math.floor((100 * bytes) / total)} %`;
