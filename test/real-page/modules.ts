/** The page's modules, from a folder with one file a module: `__d("Name", [dependencies], function …, special)`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const HEAD = /^__d\(\s*"([^"]+)",\s*(\[[^\]]*\]|null)/m;

interface PageModule {
  readonly text: string;
  readonly dependencies: readonly string[];
}

export class Modules {
  readonly #all: ReadonlyMap<string, PageModule>;

  private constructor(all: ReadonlyMap<string, PageModule>) {
    this.#all = all;
  }

  /** @throws Error if the folder has no module */
  static read(folder: string): Modules {
    const all = new Map<string, PageModule>();
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.js'))) {
      const text = readFileSync(join(folder, file), 'utf8');
      const [, name, list = 'null'] = HEAD.exec(text) ?? [];
      if (name === undefined) continue;
      const dependencies = (JSON.parse(list.replace(/,\s*\]/, ']')) ?? []) as string[];
      all.set(name, { text, dependencies });
    }
    if (all.size === 0)
      throw new Error(`${folder} has no module of WhatsApp Web: no file begins with __d("Name"`);
    return new Modules(all);
  }

  has(name: string): boolean {
    return this.#all.has(name);
  }
  /** undefined: there is no such module. */
  text(name: string): string | undefined {
    return this.#all.get(name)?.text;
  }
  dependencies(name: string): readonly string[] {
    return this.#all.get(name)?.dependencies ?? [];
  }
  [Symbol.iterator](): IterableIterator<[string, PageModule]> {
    return this.#all.entries() as IterableIterator<[string, PageModule]>;
  }

  /** Names that modules depend on and that are not here, without conditional ones. */
  get absent(): string[] {
    const named = new Set([...this.#all.values()].flatMap(({ dependencies }) => dependencies));
    return [...named].filter((name) => !this.has(name) && !name.startsWith('cr:'));
  }

  /**
   * The modules with these names, and all that they depend on, without those of `had`, to which they are added.
   * @param conditional which module a conditional one is
   */
  closure(
    names: readonly string[],
    had: Set<string>,
    conditional: Readonly<Record<string, string | null>>,
  ): string[] {
    const found: string[] = [];
    const todo = [...names];
    for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
      const real = name.startsWith('cr:') ? (conditional[name.slice(3)] ?? '') : name;
      if (had.has(real) || !this.has(real)) continue;
      had.add(real);
      found.push(real);
      todo.push(...this.dependencies(real));
    }
    return found;
  }
}
