// The state of a capability of the page, and the word for it in `session.status`, in events and in metrics.

export type CapabilityState =
  | { readonly state: 'ok' }
  /** It works because a repair of ours has changed the page. */
  | { readonly state: 'patched' }
  /** A repair has failed. */
  | { readonly state: 'degraded'; readonly why: string }
  /** The page lacks these needs. */
  | { readonly state: 'missing'; readonly what: readonly string[] };

/** Capability → state. */
export type CapabilityStates = Readonly<Record<string, CapabilityState>>;

export const OK: CapabilityState = { state: 'ok' };

/** @returns `ok`, `patched`, `degraded: WHY` or `missing: NEED, …` */
export function capabilityWord(capability: CapabilityState): string {
  if (capability.state === 'degraded') return `degraded: ${capability.why}`;
  return capability.state === 'missing' ? `missing: ${capability.what.join(', ')}` : capability.state;
}

export const capabilityWords = (capabilities: CapabilityStates): Record<string, string> =>
  Object.fromEntries(Object.entries(capabilities).map(([name, state]) => [name, capabilityWord(state)]));

/** The state in the word that a daemon has sent; a newer daemon may send another one. */
export const stateOfWord = (word: string): string => word.split(':', 1)[0] ?? '';

export const isWorking = (state: string): boolean => state === 'ok' || state === 'patched';
