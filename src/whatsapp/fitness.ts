// What the document at hand can do, by what probes and shims found and by what it lacks; and whether that is enough to
// become ready. Modules come one after the other, so a lack counts only when it lasts.
import { ESSENTIAL, lost, NEEDS } from './capability.js';

export interface FitnessListener {
  /** What is known of capabilities has changed. */
  tell(capabilities: Readonly<Record<string, string>>): void;
  /** What `ready` rests on has not come: it is not part of this build. */
  unfit(detail: string): void;
}

/** What a look that misses nothing means. The essential ones are told when they are proved. */
const FINE = Object.fromEntries(
  Object.keys(NEEDS)
    .filter((name) => !ESSENTIAL.includes(name))
    .map((name) => [name, 'ok']),
);
/** So long modules that `ready` needs may come later than the rest. */
const UNFIT_MS = 8_000;

/** Ended by `over`. */
export class Fitness {
  readonly #listener: FitnessListener;
  /** By probes and shims, of this document. */
  #found: Readonly<Record<string, string>> = {};
  /** What the page lacks, as far as was seen; modules may come later than others. */
  #missing: readonly string[] | null = null;
  /** Since when this document cannot do what `ready` rests on. */
  #unfit: NodeJS.Timeout | undefined;
  #told = '{}';

  constructor(listener: FitnessListener) {
    this.#listener = listener;
  }

  get capabilities(): Readonly<Record<string, string>> {
    const missing = this.#missing;
    return missing === null ? this.#found : { ...FINE, ...this.#found, ...lost(missing) };
  }

  /** Why this page cannot become ready, or null. */
  get why(): string | null {
    const { capabilities } = this;
    const gone = ESSENTIAL.filter((name) => capabilities[name]?.startsWith('missing'));
    return gone.length === 0 ? null : gone.map((name) => `${name} is ${capabilities[name]}`).join('; ');
  }

  /** Notes what works and what does not; tells when that changed. */
  learn(found: Readonly<Record<string, string>>): void {
    this.#found = { ...this.#found, ...found };
    const { capabilities } = this;
    this.#judge();
    const told = JSON.stringify(capabilities);
    if (told === this.#told) return;
    this.#told = told;
    this.#listener.tell(capabilities);
  }

  /** Of the needs in capability.ts; null where nobody could look. */
  lacks(missing: readonly string[] | null): void {
    if (missing === null) return;
    this.#missing = missing;
    this.learn({});
  }

  /** Nothing is known of it yet. */
  newDocument(): void {
    this.#found = {};
    this.#missing = null;
    this.over();
  }

  /** Nothing more is said of this document by itself. Idempotent. */
  over(): void {
    clearTimeout(this.#unfit);
    this.#unfit = undefined;
  }

  /** Modules may come late; what has not come by then is not part of this build. */
  #judge(): void {
    if (this.why === null) {
      this.over();
      return;
    }
    this.#unfit ??= setTimeout(() => {
      const detail = this.why;
      if (detail !== null) this.#listener.unfit(detail);
    }, UNFIT_MS);
  }
}
