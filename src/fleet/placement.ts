// Which machines an account may run on, and in which order they try: rendezvous hashing, so that every machine finds the same
// order by itself, and a machine that comes or goes moves only the accounts that it has or wins. Pure.
import { createHash } from 'node:crypto';

/** What an account asks of a machine. */
export interface Placement {
  /** The machine must have all of them. */
  readonly labels: readonly string[];
  /** Machines that try before all others, in this order. */
  readonly prefer: readonly string[];
  /** Machines that never run it. */
  readonly forbid: readonly string[];
}

/** What is asked of a machine. */
export interface Candidate {
  readonly labels: readonly string[];
  /** How many more accounts it takes. */
  readonly room: number;
  /** The accounts that have a daemon there: these need no more room. */
  readonly accounts: readonly string[];
  readonly draining: boolean;
}

/** Whether the account may run on the machine at all, however full that is. */
export const isPermitted = (
  { labels, forbid }: Placement,
  name: string,
  machine: Pick<Candidate, 'labels' | 'draining'>,
): boolean =>
  !machine.draining && !forbid.includes(name) && labels.every((label) => machine.labels.includes(label));

/** The machines that fit, the first choice first. */
export function placementOrder(
  account: string,
  placement: Placement,
  machines: ReadonlyMap<string, Candidate>,
): readonly string[] {
  const preferred = (name: string): number => {
    const at = placement.prefer.indexOf(name);
    return at === -1 ? placement.prefer.length : at;
  };
  return [...machines]
    .filter(
      ([name, machine]) =>
        isPermitted(placement, name, machine) && (machine.room > 0 || machine.accounts.includes(account)),
    )
    .map(([name]) => ({ name, preferred: preferred(name), weight: weightOf(account, name) }))
    .sort((a, b) => a.preferred - b.preferred || b.weight - a.weight)
    .map(({ name }) => name);
}

/** A number that depends on nothing but the two names: 48 bits of SHA-256. No name contains a newline. */
const weightOf = (account: string, machine: string): number =>
  createHash('sha256').update(`${account}\n${machine}`).digest().readUIntBE(0, 6);
