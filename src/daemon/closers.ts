// Closes what has been opened, in the opposite order. Node 20 has no AsyncDisposableStack.

export type Closer = () => void | Promise<void>;

export class Closers {
  readonly #closers: Closer[] = [];
  #closing: Promise<void> | null = null;

  /**
   * Registers the closer of something that has just been opened. If closing has
   * begun, the closer runs at once.
   * @returns resolves when it is registered, or has run
   */
  async add(closer: Closer): Promise<void> {
    if (this.#closing === null) this.#closers.push(closer);
    else await closer();
  }

  /**
   * Runs all closers, the last added first, one after another. Later calls wait for the same run.
   * @throws (rejects) what a closer threw, when all have run; an AggregateError when several did
   */
  close(): Promise<void> {
    // Runs after `#closing` is set, because a closer may add another one.
    this.#closing ??= Promise.resolve().then(() => this.#run());
    return this.#closing;
  }

  async #run(): Promise<void> {
    const errors: unknown[] = [];
    for (const closer of this.#closers.toReversed()) {
      try {
        await closer();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 1) throw new AggregateError(errors, errors.map(String).join('; '));
    for (const error of errors) throw error;
  }
}
