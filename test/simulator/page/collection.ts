/**
 * A collection of models by the text of their id; it forwards their events. `get(undefined)` is undefined, as
 * in the real page.
 */
import { Emitter } from './emitter.js';
import type { Model } from './model.js';

type WithId = Model & { id: { toString(): string } | string };

export class Collection<M extends WithId> extends Emitter {
  #models = new Map<string, M>();

  get length(): number {
    return this.#models.size;
  }
  get models(): M[] {
    return [...this.#models.values()];
  }
  get _models(): M[] {
    return this.models;
  }

  get(id: unknown): M | undefined {
    if (id === undefined || id === null) return undefined;
    return this.#models.get(String(id));
  }

  add<N extends M>(model: N, { silent = false } = {}): N {
    const id = String(model.id);
    const known = this.#models.get(id);
    if (known) return known as N;
    this.#models.set(id, model);
    model.belongTo(this);
    if (!silent) this.trigger('add', model, this, {});
    return model;
  }

  remove(which: unknown): void {
    const model = this.get(typeof which === 'object' && which !== null && 'id' in which ? which.id : which);
    if (!model) return;
    this.#models.delete(String(model.id));
    this.trigger('remove', model, this, {});
    model.leave(this);
  }

  /** Stores the same model under a new id. */
  rekey(model: M, id: M['id']): void {
    this.#models.delete(String(model.id));
    model.id = id;
    this.#models.set(String(id), model);
  }

  /** Moves these models before all others, in their order. */
  moveFirst(first: readonly M[]): void {
    const moved = first.map((model): [string, M] => [String(model.id), model]);
    for (const [id] of moved) this.#models.delete(id);
    this.#models = new Map([...moved, ...this.#models]);
  }

  getModelsArray(): M[] {
    return this.models;
  }
  toArray(): M[] {
    return this.models;
  }
  filter(test: (model: M) => boolean): M[] {
    return this.models.filter(test);
  }
  some(test: (model: M) => boolean): boolean {
    return this.models.some(test);
  }
  map<T>(make: (model: M) => T): T[] {
    return this.models.map(make);
  }
  forEach(act: (model: M) => void): void {
    this.models.forEach(act);
  }
  last(): M | undefined {
    return this.models.at(-1);
  }
  serialize(): Record<string, unknown>[] {
    return this.models.map((model) => model.serialize());
  }
}
