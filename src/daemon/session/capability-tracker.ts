// Tracks what the page can do, in the words of `session.status`, and reports changes. The page's side is
// whatsapp/capabilities/needs.ts. Methods that cannot work on this page are refused here.
import { Fault } from '../../protocol/fault.js';

export type Capabilities = Readonly<Record<string, string>>;

const isLost = (word: string | undefined): boolean => word?.startsWith('missing') ?? false;
const isWell = (word: string | undefined): boolean =>
  word === undefined || word === 'ok' || word === 'patched';

/**
 * Capabilities that deserve an event: they stopped working, work worse, or work again. From
 * `ok` to `patched` does not.
 */
export function changed(before: Capabilities, now: Capabilities): Record<string, string> {
  return Object.fromEntries(
    Object.entries(now).filter(
      ([name, word]) => word !== before[name] && !(isWell(word) && isWell(before[name])),
    ),
  );
}

/** The capabilities that no longer work. */
export const lostOf = (capabilities: Capabilities): readonly string[] =>
  Object.keys(capabilities).filter((name) => isLost(capabilities[name]));

/** @throws Fault unsupported_now when the page lacks the capability */
export function refuseLost(capabilities: Capabilities, capability: string, whatsappWeb: string | null): void {
  const word = capabilities[capability];
  if (word === undefined || !isLost(word)) return;
  const build = whatsappWeb ?? 'of an unknown build';
  throw new Fault('unsupported_now', {
    reason: `WhatsApp Web ${build} cannot do this: ${capability} is ${word}.`,
    more: { capability, modules: word.replace(/^missing: /, '').split(', '), whatsappWeb },
  });
}

/** The capabilities of the current page, or of the last one. Nothing to close. */
export class CapabilityTracker {
  #known: Capabilities = {};
  readonly #onChange: (words: Capabilities, changes: Capabilities) => void;

  /** @param onChange receives the changed capabilities, and those whose change a person should know of */
  constructor(onChange: (words: Capabilities, changes: Capabilities) => void) {
    this.#onChange = onChange;
  }

  /** Empty until a page has been probed. */
  get known(): Capabilities {
    return this.#known;
  }

  /** A new document reports less than the one before: capabilities that it does not name keep their value. */
  learn(found: Capabilities): void {
    const before = this.#known;
    this.#known = { ...before, ...found };
    const words = Object.entries(found).filter(([name, word]) => word !== (before[name] ?? 'ok'));
    if (words.length > 0) this.#onChange(Object.fromEntries(words), changed(before, found));
  }

  /** Called when the page is gone. */
  forget(): void {
    this.#known = {};
  }
}
