// Ends a run that has a browser and no account before its time, in order: by a signal, or by an error that nothing has caught. Without
// this a signal would leave the browser's profile behind, and such an error would end the process with 1, which is a finding.
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export class Ending {
  readonly #abort = new AbortController();
  #status: number | null = null;

  constructor() {
    for (const name of SIGNALS) process.on(name, this.#signalled);
    process.on('uncaughtException', this.#uncaught);
    process.on('unhandledRejection', this.#uncaught);
  }

  /** Aborted, with an Error as its reason, when the run has to end. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }
  /** The exit status of a run that a signal has ended; null: none has. */
  get status(): number | null {
    return this.#status;
  }

  stop(): void {
    for (const name of SIGNALS) process.off(name, this.#signalled);
    process.off('uncaughtException', this.#uncaught);
    process.off('unhandledRejection', this.#uncaught);
  }

  /** A second one changes nothing: closing is bounded, and `timeout` sends to wactl and to us. */
  readonly #signalled = (name: NodeJS.Signals): void => {
    if (this.signal.aborted) return;
    this.#status = 128 + constants.signals[name];
    this.#abort.abort(new Error(`it was ended by ${name}`));
  };

  readonly #uncaught = (error: unknown): void => {
    this.#abort.abort(error instanceof Error ? error : new Error(String(error)));
  };
}
