/**
 * The module system of the page: `__d` registers a factory, and the first `require` of a name runs it. The calling
 * convention was found from how the modules of 2026-04-27 use it; the loader itself is not among them.
 */

/** Bit of `special`: the factory takes seven parameters instead of six. */
const SEVEN_PARAMETERS = 32;
/** Bit of `special`: an ES module, whose importDefault is `exports.default`. */
const ES_MODULE = 64;
/** What names of conditional modules begin with. The server chooses the module for each build. */
const CONDITIONAL = 'cr:';

// biome-ignore lint/suspicious/noExplicitAny: modules of others, of which nothing is known here
export type Exports = any;
type Factory = (...args: unknown[]) => unknown;

interface Entry {
  readonly dependencies: readonly string[];
  /** undefined: ours, with its exports given */
  readonly factory: Factory | undefined;
  readonly special: number;
  /** The modules' own `module`; its exports may be read by others while the factory runs. */
  readonly module: { exports: Exports };
  state: 'defined' | 'running' | 'done' | 'failed';
  error?: unknown;
}

/** How modules that are not here are fetched. */
export interface Loader {
  /** Registers a module and all that it depends on, if there is such a module, before it returns. */
  loadNow(name: string): void;
  load(names: readonly string[]): Promise<void>;
}

export class ModuleTable {
  readonly #entries = new Map<string, Entry>();
  readonly #namespaces = new WeakMap<object, object>();
  readonly #afterwards = new Map<string, (exports: Exports) => void>();
  readonly #conditional: Readonly<Record<string, string | null>>;
  readonly #scope: object;
  #loader: Loader | undefined;
  /** Modules whose factory threw, with the reason. */
  readonly failed = new Map<string, string>();
  /** Names that were required and that nobody has. */
  readonly missing = new Set<string>();

  /** @param conditional the module, or none, for the number of each conditional module */
  constructor(scope: object, conditional: Readonly<Record<string, string | null>>) {
    this.#scope = scope;
    this.#conditional = conditional;
  }

  set loader(loader: Loader) {
    this.#loader = loader;
  }

  /** Registers a module. A name is registered once; what is here already stays. */
  readonly define = (
    name: string,
    dependencies: readonly string[] | null,
    factory: unknown,
    special?: number,
  ) => {
    if (this.#entries.has(name)) return;
    const runs = typeof factory === 'function';
    this.#entries.set(name, {
      dependencies: dependencies ?? [],
      factory: runs ? (factory as Factory) : undefined,
      special: special ?? 0,
      module: { exports: runs ? {} : (factory ?? {}) },
      state: runs ? 'defined' : 'done',
    });
  };

  /** Registers exports of ours in place of a module. */
  provide(name: string, exports: Exports): void {
    this.#entries.set(name, {
      dependencies: [],
      factory: undefined,
      special: 0,
      module: { exports },
      state: 'done',
    });
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** Calls `act` with the exports of a module once it has run, before anybody else has them. */
  after(name: string, act: (exports: Exports) => void): void {
    this.#afterwards.set(name, act);
  }

  /** Of an ES module that exports nothing but a default it is that default; whatsapp-web.js relies on it. */
  readonly require = (name: string): Exports => {
    const { special, module } = this.#run(name);
    const { exports } = module;
    const keys = special & ES_MODULE && exports ? Object.keys(exports) : [];
    return keys.length === 1 && keys[0] === 'default' ? exports.default : exports;
  };

  readonly importDefault = (name: string): Exports => {
    const { special, module } = this.#run(name);
    return special & ES_MODULE ? module.exports.default : module.exports;
  };

  readonly importNamespace = (name: string): Exports => {
    const { special, module } = this.#run(name);
    const { exports } = module;
    if (special & ES_MODULE || exports === null || !/object|function/.test(typeof exports)) return exports;
    const known = this.#namespaces.get(exports);
    if (known !== undefined) return known;
    const made = Object.assign(Object.create(exports), exports, { default: exports });
    this.#namespaces.set(exports, made);
    return made;
  };

  /** Calls back in the same turn if all modules are here, else once they are loaded. */
  readonly requireLazy = (names: readonly string[], call: (...all: Exports[]) => void): void => {
    const isHere = (name: string) => name.startsWith(CONDITIONAL) || this.#entries.has(name);
    if (names.every(isHere)) call(...names.map(this.require));
    else
      this.load(names)
        .then(() => call(...names.map(this.require)))
        .catch((error) => console.error(`requireLazy ${names.join()}`, error));
  };

  /** Loads modules and what they depend on. */
  async load(names: readonly string[]): Promise<void> {
    const absent = names.filter((name) => !name.startsWith(CONDITIONAL) && !this.#entries.has(name));
    if (absent.length > 0) await this.#loader?.load(absent);
  }

  #find(name: string): Entry {
    const here = this.#entries.get(name);
    if (here !== undefined) return here;
    if (name.startsWith(CONDITIONAL)) {
      const chosen = this.#conditional[name.slice(CONDITIONAL.length)] ?? null;
      this.provide(name, chosen === null ? null : this.require(chosen));
    } else this.#loader?.loadNow(name);
    const found = this.#entries.get(name);
    if (found !== undefined) return found;
    this.missing.add(name);
    throw new Error(`Requiring unknown module "${name}"`);
  }

  #run(name: string): Entry {
    const entry = this.#find(name);
    if (entry.state === 'failed') throw entry.error;
    if (entry.state !== 'defined' || entry.factory === undefined) return entry;
    entry.state = 'running';
    const { factory, module, special, dependencies } = entry;
    try {
      const seven = special & SEVEN_PARAMETERS ? [this.importNamespace] : [];
      const args: unknown[] = [this.#scope, this.require, this.importDefault, ...seven, this.requireLazy];
      args.push(module, module.exports);
      // Parameters beyond these are the first dependencies (fbt, invariant).
      for (const dependency of dependencies.slice(0, Math.max(0, factory.length - args.length)))
        args.push(this.importDefault(dependency));
      const returned = factory.apply(module.exports, args);
      if (returned !== undefined && factory.length === 0) module.exports = returned;
      entry.state = 'done';
      this.#afterwards.get(name)?.(module.exports);
    } catch (error) {
      entry.state = 'failed';
      entry.error = error;
      this.failed.set(name, String(error));
      throw error;
    }
    return entry;
  }
}
