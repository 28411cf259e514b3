/** window.require: modules by name, and a record of the names asked for in vain. */
import { knobs } from './boot-record.js';
import { report } from './instrument.js';

const modules = new Map<string, unknown>();

export function define(name: string, exported: unknown): void {
  modules.set(name, exported);
}

export function defineAll(table: { [name: string]: unknown }): void {
  for (const [name, exported] of Object.entries(table)) define(name, exported);
}

export function requireModule(name: string): unknown {
  if (modules.has(name) && !knobs.missingModules.includes(name)) return modules.get(name);
  report({ type: 'missing', name });
  if (knobs.requireUnknown === 'undefined') {
    console.warn(`Requiring unknown module "${name}"`);
    return undefined;
  }
  throw new Error(`Requiring unknown module "${name}".`);
}
