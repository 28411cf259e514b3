/** Fetches modules from the server that the page came from: as a script, or at once for a `require` that cannot wait. */
import type { Loader } from './module-table.js';

/** @param document identifies the document to the server, which sends it each module once */
const bundlePath = (document: string, names: readonly string[]): string =>
  `/bundle.js?${new URLSearchParams({ document, names: JSON.stringify(names) })}`;

/** Runs a script in the global scope. */
function run(text: string): void {
  // biome-ignore lint/security/noGlobalEval: a worker, or a require that cannot wait, has no other way
  globalThis.eval(text);
}

export class ServerLoader implements Loader {
  readonly #document: string;
  readonly #loading = new Map<string, Promise<void>>();

  constructor(document: string) {
    this.#document = document;
  }

  loadNow(name: string): void {
    const request = new XMLHttpRequest();
    request.open('GET', bundlePath(this.#document, [name]), false);
    request.send();
    if (request.status === 200) run(`${request.responseText}\n//# sourceURL=${name}`);
  }

  load(names: readonly string[]): Promise<void> {
    const path = bundlePath(this.#document, names);
    const running = this.#loading.get(path);
    if (running !== undefined) return running;
    const loading = this.#fetch(path).finally(() => this.#loading.delete(path));
    this.#loading.set(path, loading);
    return loading;
  }

  async #fetch(path: string): Promise<void> {
    if (typeof document === 'undefined') {
      const answer = await fetch(path);
      if (!answer.ok) throw new Error(`${answer.status} for ${path}`);
      run(await answer.text());
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const script = Object.assign(document.createElement('script'), { src: path });
      script.onload = () => resolve(script.remove());
      script.onerror = () => reject(new Error(`no answer for ${path}`));
      document.head.append(script);
    });
  }
}
