// Tracks what the page can do, in the words of `session.status`, and reports changes. The page's side is
// whatsapp/capabilities/needs.ts. Methods that cannot work on this page are refused here.
import { Fault } from '../../protocol/fault.js';

export type Capabilities = Readonly<Record<string, string>>;

const isLost = (word: string | undefined): boolean => word?.startsWith('missing') ?? false;
const isWell = (word: string | undefined): boolean =>
  word === undefined || word === 'ok' || word === 'patched';

/** Names whose words are worth an event: what stopped working, works worse or again; not what was patched as ever. */
export function changed(before: Capabilities, now: Capabilities): Record<string, string> {
  return Object.fromEntries(
    Object.entries(now).filter(
      ([name, word]) => word !== before[name] && !(isWell(word) && isWell(before[name])),
    ),
  );
}

/** Those of them that do not work any more. */
export const lostOf = (capabilities: Capabilities): readonly string[] =>
  Object.keys(capabilities).filter((name) => isLost(capabilities[name]));

/** @throws Fault unsupported_now, at once, when the page lacks what this takes */
export function refuseLost(capabilities: Capabilities, capability: string, whatsappWeb: string | null): void {
  const word = capabilities[capability];
  if (word === undefined || !isLost(word)) return;
  const build = whatsappWeb ?? 'of an unknown build';
  throw new Fault('unsupported_now', {
    reason: `WhatsApp Web ${build} cannot do this: ${capability} is ${word}.`,
    more: { capability, modules: word.replace(/^missing: /, '').split(', '), whatsappWeb },
  });
}

/** What is known of the page that is there, or of the last one. Nothing to close. */
export class CapabilityTracker {
  #known: Capabilities = {};
  readonly #onChange: (words: Capabilities, changes: Capabilities) => void;

  /** @param onChange receives all capabilities, and those among them whose change a person should know of */
  constructor(onChange: (words: Capabilities, changes: Capabilities) => void) {
    this.#onChange = onChange;
  }

  /** Empty until a page was probed. */
  get known(): Capabilities {
    return this.#known;
  }

  /** A document that has just begun says less than the one before: what it does not name stays. */
  learn(found: Capabilities): void {
    const before = this.#known;
    this.#known = { ...before, ...found };
    const words = Object.entries(found).filter(([name, word]) => word !== (before[name] ?? 'ok'));
    if (words.length > 0) this.#onChange(Object.fromEntries(words), changed(before, found));
  }

  /** There is no page any more. */
  forget(): void {
    this.#known = {};
  }
}
