// Metrics that are loaded and begin to count when they are first needed: at the start if HTTP is on, otherwise with the
// first `daemon.metrics`. A daemon that nobody scrapes neither loads prom-client nor counts.
import type { Dispatch } from '../../protocol/dispatch.js';
import type { Metrics } from './metrics.js';

/** Nothing to close: the metrics end with the process. */
export class MetricsOnDemand {
  readonly #open: () => Promise<Metrics>;
  #loading: Promise<Metrics> | undefined;
  #loaded: Metrics | null = null;

  /** @param open makes the metrics; called once */
  constructor(open: () => Promise<Metrics>) {
    this.#open = open;
  }

  /** Null until they are loaded. */
  get loaded(): Metrics | null {
    return this.#loaded;
  }

  /** Loads them at the first call. @throws (rejects) the error of `open`, at every call */
  load(): Promise<Metrics> {
    this.#loading ??= this.#open().then((metrics) => {
      this.#loaded = metrics;
      return metrics;
    });
    return this.#loading;
  }

  /** The same dispatch; requests are counted and timed that begin once the metrics are loaded. */
  metered(dispatch: Dispatch): Dispatch {
    let metered: Dispatch | undefined;
    return (name, params, call) => {
      metered ??= this.#loaded?.metered(dispatch);
      return (metered ?? dispatch)(name, params, call);
    };
  }
}
