// Messages of the stream that are being accepted: those to one recipient one after the other, those to different ones at the same
// time, up to a limit.

/** The owner calls `done`. */
export class Accepting {
  readonly #limit: number;
  /** The last message to each recipient. */
  readonly #last = new Map<string, Promise<void>>();
  readonly #running = new Set<Promise<void>>();
  readonly #failed: () => void;
  #failure: { readonly error: unknown } | null = null;

  /** @param failed called once, at the first error: nothing more is accepted */
  constructor(limit: number, failed: () => void) {
    this.#limit = limit;
    this.#failed = failed;
  }

  /** How many are not done yet. */
  get size(): number {
    return this.#running.size;
  }

  /**
   * Starts `accept` once those before it to the recipient are done.
   * @returns when there is room for one more; never rejects
   */
  async add(recipient: string, accept: () => Promise<void>): Promise<void> {
    const before = this.#last.get(recipient) ?? Promise.resolve();
    const run = before.then(() => (this.#failure === null ? accept() : undefined));
    const ended: Promise<void> = run
      .catch((error: unknown) => {
        if (this.#failure !== null) return;
        this.#failure = { error };
        this.#failed();
      })
      .then(() => {
        this.#running.delete(ended);
        if (this.#last.get(recipient) === ended) this.#last.delete(recipient);
      });
    this.#last.set(recipient, ended);
    this.#running.add(ended);
    while (this.#running.size >= this.#limit) await Promise.race(this.#running);
  }

  /** Resolves when nothing runs any more. @throws (rejects) the first error */
  async done(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#failure !== null) throw this.#failure.error;
  }
}
