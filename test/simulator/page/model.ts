/**
 * A model like those of the real page: attributes are plain properties, and `set` changes them and raises
 * events.
 */
import { Emitter } from './emitter.js';

export class Model extends Emitter {
  #owners = new Set<Emitter>();

  constructor(attributes: object = {}) {
    super();
    Object.assign(this, attributes);
  }

  /** Adds a collection that forwards the model's events. */
  belongTo(owner: Emitter): void {
    this.#owners.add(owner);
  }
  leave(owner: Emitter): void {
    this.#owners.delete(owner);
  }

  set(attributes: object): this {
    const changes: [string, unknown, unknown][] = [];
    for (const [name, value] of Object.entries(attributes)) {
      const before = (this as unknown as Record<string, unknown>)[name];
      if (before === value) continue;
      (this as unknown as Record<string, unknown>)[name] = value;
      changes.push([name, value, before]);
    }
    for (const [name, value, before] of changes) this.trigger(`change:${name}`, this, value, before);
    if (changes.length > 0) this.trigger('change', this);
    return this;
  }

  override trigger(name: string, ...args: unknown[]): this {
    super.trigger(name, ...args);
    for (const owner of this.#owners) owner.trigger(name, ...args);
    return this;
  }

  /** Returns a plain copy: only attributes, and inner models as plain copies, too. */
  serialize(): Record<string, unknown> {
    const plain: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(this)) {
      if (typeof value === 'function' || value === undefined) continue;
      plain[name] = isSerializable(value) ? value.serialize() : value;
    }
    return plain;
  }

  /** The same model, without the checks of the real one's proxy. */
  unsafe(): this {
    return this;
  }
}

function isSerializable(value: unknown): value is { serialize(): unknown } {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { serialize?: unknown }).serialize === 'function'
  );
}
