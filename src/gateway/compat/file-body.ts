// Bodies that carry a file in base64. They are longer than others and held in memory, so few are handled at a time, until their
// file is with the daemon. Others wait in line, within the time that any request may take to arrive.
import type { Asked } from '../../http/route.js';
import { Fault } from '../../protocol/fault.js';
import { MAX_FILE_BODIES, MAX_FILE_BODY_BYTES, MAX_WAITING_BODIES, SMALL_BODY_BYTES } from './limits.js';

type Body = Record<string, unknown>;

export class FileBodies {
  readonly #waiting: (() => void)[] = [];
  #places = MAX_FILE_BODIES;

  /**
   * Reads the body, and keeps its place until the work with it has ended. A short body needs no place.
   * @throws (rejects) Fault: see body.ts; busy; and that of the work
   */
  async read<T>(
    asked: Pick<Asked, 'headers' | 'body' | 'call'>,
    work: (body: Body) => Promise<T>,
  ): Promise<T> {
    const { 'content-length': length } = asked.headers;
    if (length !== undefined && Number(length) <= SMALL_BODY_BYTES) return work(await asked.body());
    await this.#enter(asked.call.signal);
    try {
      return await work(await asked.body(MAX_FILE_BODY_BYTES));
    } finally {
      this.#places += 1;
      this.#waiting.shift()?.();
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    while (this.#places === 0) {
      if (this.#waiting.length >= MAX_WAITING_BODIES)
        throw new Fault('busy', {
          reason: 'too many files are being uploaded',
          hint: null,
          retryAfterMs: 5_000,
        });
      await this.#turn(signal);
    }
    this.#places -= 1;
  }

  /** Resolves when a place may be free. @throws (rejects) the reason of the signal */
  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(next), 1);
        reject(signal.reason);
      };
      const next = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      if (signal.aborted) reject(signal.reason);
      else {
        this.#waiting.push(next);
        signal.addEventListener('abort', leave, { once: true });
      }
    });
  }
}
