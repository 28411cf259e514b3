// Tracks the capabilities of the page, and reports changes. The page's side is
// whatsapp/capabilities/needs.ts. Methods that cannot work on this page are refused here.
import {
  type CapabilityState,
  type CapabilityStates,
  capabilityWord,
  isWorking,
  OK,
} from '../../protocol/capability.js';
import { Fault } from '../../protocol/fault.js';

const isWell = (capability: CapabilityState | undefined): boolean =>
  capability === undefined || isWorking(capability.state);
const isSame = (one: CapabilityState, other: CapabilityState | undefined): boolean =>
  other !== undefined && capabilityWord(one) === capabilityWord(other);

/**
 * Capabilities that deserve an event: they stopped working, work worse, or work again. From
 * `ok` to `patched` does not.
 */
export function changed(before: CapabilityStates, now: CapabilityStates): Record<string, CapabilityState> {
  return Object.fromEntries(
    Object.entries(now).filter(
      ([name, state]) => !isSame(state, before[name]) && !(isWell(state) && isWell(before[name])),
    ),
  );
}

/** The capabilities that no longer work. */
export const lostOf = (capabilities: CapabilityStates): readonly string[] =>
  Object.keys(capabilities).filter((name) => capabilities[name]?.state === 'missing');

/** @throws Fault unsupported_now when the page lacks the capability */
export function refuseLost(
  capabilities: CapabilityStates,
  capability: string,
  whatsappWeb: string | null,
): void {
  const state = capabilities[capability];
  if (state?.state !== 'missing') return;
  const build = whatsappWeb ?? 'of an unknown build';
  throw new Fault('unsupported_now', {
    reason: `WhatsApp Web ${build} cannot do this: ${capability} is ${capabilityWord(state)}.`,
    more: { capability, modules: state.what, whatsappWeb },
  });
}

/** The capabilities of the current page, or of the last one. Nothing to close. */
export class CapabilityTracker {
  #known: CapabilityStates = {};
  readonly #onChange: (now: CapabilityStates, changes: CapabilityStates) => void;

  /** @param onChange receives the changed capabilities, and those whose change a person should know of */
  constructor(onChange: (now: CapabilityStates, changes: CapabilityStates) => void) {
    this.#onChange = onChange;
  }

  /** Empty until a page has been probed. */
  get known(): CapabilityStates {
    return this.#known;
  }

  /** A new document reports less than the one before: capabilities that it does not name keep their value. */
  learn(found: CapabilityStates): void {
    const before = this.#known;
    this.#known = { ...before, ...found };
    const other = Object.entries(found).filter(([name, state]) => !isSame(state, before[name] ?? OK));
    if (other.length > 0) this.#onChange(Object.fromEntries(other), changed(before, found));
  }

  /** Called when the page is gone. */
  forget(): void {
    this.#known = {};
  }
}
