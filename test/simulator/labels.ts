/** The labels of an account, as its devices share them. */
import type { WireLabel, WireLabels } from './wire.js';

export class Labels {
  readonly #labels = new Map<string, WireLabel>();
  /** label and chat */
  readonly #on = new Set<string>();

  /** Creates or changes a label. */
  put(label: WireLabel): void {
    this.#labels.set(label.id, label);
  }

  delete(id: string): void {
    this.#labels.delete(id);
    for (const pair of this.#on) if (pair.startsWith(`${id} `)) this.#on.delete(pair);
  }

  assign(id: string, chat: string, labeled: boolean): void {
    if (labeled) this.#on.add(`${id} ${chat}`);
    else this.#on.delete(`${id} ${chat}`);
  }

  /** A label by its name. Throws when there is none. */
  named(name: string): WireLabel {
    const found = [...this.#labels.values()].find((label) => label.name === name);
    if (!found) throw new RangeError(`no label ${name}`);
    return found;
  }

  get nextId(): string {
    return String(Math.max(0, ...[...this.#labels.keys()].map(Number)) + 1);
  }

  get wire(): WireLabels {
    const on = [...this.#on].map((pair) => {
      const [label = '', chat = ''] = pair.split(' ');
      return { label, chat };
    });
    return { labels: [...this.#labels.values()], on };
  }
}
