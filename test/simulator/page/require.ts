/** window.require: modules by name, and a record of the names that were not found. */
import { knobs } from './boot-record.js';
import { isUnfetched } from './bundles.js';
import { report } from './instrument.js';

const modules = new Map<string, unknown>();

export function define(name: string, exported: unknown): void {
  modules.set(name, exported);
}

export function defineAll(table: { [name: string]: unknown }): void {
  for (const [name, exported] of Object.entries(table)) define(name, exported);
}

/** The same object at each call, so that a change of a module is visible to all callers. */
const renamed = new Map<string, unknown>();

function withRenames(name: string, found: unknown): unknown {
  const members = knobs.renamedMembers.filter((member) => member.startsWith(`${name}.`));
  if (members.length === 0) return found;
  const key = members.join();
  if (!renamed.has(key)) {
    const hidden = members.map((member) => [member.slice(name.length + 1), { value: undefined }] as const);
    renamed.set(key, Object.create(found as object, Object.fromEntries(hidden)));
  }
  return renamed.get(key);
}

/** True when the module is not registered yet, measured from the start of the document. */
const isLate = (name: string): boolean =>
  isUnfetched(name) || (knobs.lateModules.includes(name) && performance.now() < knobs.lateModulesMs);

export function requireModule(name: string): unknown {
  if (modules.has(name) && !knobs.missingModules.includes(name) && !isLate(name))
    return withRenames(name, modules.get(name));
  report({ type: 'missing', name });
  if (knobs.requireUnknown === 'undefined') {
    console.warn(`Requiring unknown module "${name}"`);
    return undefined;
  }
  throw new Error(`Requiring unknown module "${name}".`);
}
