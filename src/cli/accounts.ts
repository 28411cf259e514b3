// The accounts of this machine that a line means by -a.
import { Fault } from '../protocol/fault.js';
import { knownAccounts } from '../socket/known-accounts.js';
import { thisMachine } from '../socket/this-machine.js';

/** True for a list of names, or a pattern with `*` or `?`. */
export const isPattern = (name: string): boolean => /[*?,]/.test(name);

/**
 * The accounts that `-a` means, in the order of names. A name without `*` and `?` counts also when nothing is known of it.
 * @throws Fault unreachable: none matches
 */
export function matching(pattern: string, known: readonly string[] = knownAccounts(thisMachine())): string[] {
  const names = pattern.split(',').flatMap((part) => {
    if (!/[*?]/.test(part)) return [part];
    const form = new RegExp(`^${part.replace(/\*+/g, '.*').replaceAll('?', '.')}$`);
    return known.filter((name) => form.test(name));
  });
  if (names.length > 0) return [...new Set(names)].sort();
  throw new Fault('unreachable', {
    reason: `no account of this machine matches "${pattern}"`,
    hint: 'wactl accounts',
  });
}
