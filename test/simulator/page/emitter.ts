/**
 * Events of models as in the real page: several names in one text, `once`, and listeners that get the model,
 * the new value and the old one. A listener that throws does not stop the others; its error reaches the page.
 */
// biome-ignore lint/suspicious/noExplicitAny: listeners of every shape hang here, as in the real page
export type Listener = (...args: any[]) => unknown;

export class Emitter {
  #listeners = new Map<string, Set<Listener>>();
  #waiting: { name: string; resolve: () => void }[] = [];

  on(names: string, listener: Listener): this {
    for (const name of names.split(/\s+/)) {
      const known = this.#listeners.get(name);
      if (known) known.add(listener);
      else this.#listeners.set(name, new Set([listener]));
      for (const waiting of this.#waiting) if (waiting.name === name) waiting.resolve();
    }
    return this;
  }

  off(names?: string, listener?: Listener): this {
    if (names === undefined) this.#listeners.clear();
    else {
      for (const name of names.split(/\s+/)) {
        if (listener) this.#listeners.get(name)?.delete(listener);
        else this.#listeners.delete(name);
      }
    }
    return this;
  }

  once(names: string, listener: Listener): this {
    for (const name of names.split(/\s+/)) {
      const single: Listener = (...args) => {
        this.off(name, single);
        return listener(...args);
      };
      this.on(name, single);
    }
    return this;
  }

  trigger(name: string, ...args: unknown[]): this {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        listener(...args);
      } catch (error) {
        reportError(error);
      }
    }
    return this;
  }

  /** The number of listeners by event name. */
  listenerCounts(): { [name: string]: number } {
    const counts: { [name: string]: number } = {};
    for (const [name, listeners] of this.#listeners) if (listeners.size > 0) counts[name] = listeners.size;
    return counts;
  }

  /** Waits until `name` has a listener, or the time is up. */
  whenListened(name: string, timeoutMs: number): Promise<void> {
    if (this.#listeners.get(name)?.size) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ name, resolve });
      setTimeout(resolve, timeoutMs);
    });
  }
}
