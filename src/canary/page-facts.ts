/**
 * What the product relies on in the page, as facts: names of modules and members, what kind of value each is, how many
 * parameters a function declares, and whether it can be replaced. No code of the page is kept.
 */

/**
 * Module or `Module.member` → its shape: `function/2`, `object`, `string`, …, `missing`, `not loaded` for a module that the page
 * does not have (yet), and `throws` for one that fails when it is first used. A member that cannot be replaced ends with
 * ` frozen`.
 */
export type Shapes = Readonly<Record<string, string>>;

export interface PageFacts {
  readonly build: string;
  readonly shapes: Shapes;
  /** Module → the names of what it exports, for the modules of `shapes`. */
  readonly exports: Readonly<Record<string, readonly string[]>>;
}

declare const window: {
  readonly require?: (name: string) => unknown;
  readonly __wad?: { readonly load?: (needs: readonly string[]) => unknown };
};

/** Runs in the page. @param names modules, and members of modules */
export async function readShapes(names: readonly string[]): Promise<Omit<PageFacts, 'build'>> {
  // Modules that the page fetches when a screen is opened (D9).
  await window.__wad?.load?.(names);
  const shapes: Record<string, string> = {};
  const exported: Record<string, string[]> = {};
  const kindOf = (value: unknown): string => {
    if (value === null) return 'null';
    return typeof value === 'function' ? `function/${value.length}` : typeof value;
  };
  for (const name of names) {
    const [module = '', member] = name.split('.');
    let exports: unknown;
    try {
      exports = window.require?.(module);
    } catch (error) {
      shapes[name] = /unknown module/i.test(String(error)) ? 'not loaded' : 'throws';
      continue;
    }
    if (exports === null || exports === undefined) {
      shapes[name] = 'missing';
      continue;
    }
    exported[module] ??= Object.getOwnPropertyNames(exports)
      .filter((one) => !['length', 'name', 'prototype', 'caller', 'arguments', '__esModule'].includes(one))
      .sort();
    if (member === undefined) {
      shapes[name] = kindOf(exports);
      continue;
    }
    const value = (exports as Record<string, unknown>)[member];
    const own = Object.getOwnPropertyDescriptor(exports, member);
    const frozen = own !== undefined && own.writable === false && own.configurable === false;
    shapes[name] = value === undefined ? 'missing' : `${kindOf(value)}${frozen ? ' frozen' : ''}`;
  }
  return { shapes, exports: exported };
}
