// What the current document can do, from the results of probes and shims and from what it lacks, and whether that
// suffices to become ready. Modules register one after the other (D11), so a lack is reported only when it has lasted.
import { ESSENTIAL, LASTS_MS, lost, NEEDS } from './needs.js';

export interface PageCapabilitiesListener {
  /** What is known of capabilities has changed. */
  tell(capabilities: Readonly<Record<string, string>>): void;
  /** What `ready` rests on has not come: it is not part of this build. */
  unfit(detail: string): void;
  /** Something is missing: the page is checked again at the time at which that is decided. */
  look(): void;
}

/** The result of a check that finds nothing missing. Essential capabilities are reported when they are proved. */
const FINE = Object.fromEntries(
  Object.keys(NEEDS)
    .filter((name) => !ESSENTIAL.includes(name))
    .map((name) => [name, 'ok']),
);
/** How much later than the rest the modules that `ready` needs may come. */
const UNFIT_MS = 8_000;
/** The longest pause between two checks of a page that lacks something. */
const PAUSE_MS = 60_000;

/** Need → for how long the page has lacked it, ms. */
type Lacks = Readonly<Record<string, number>>;

/** Ended by `over`. */
export class PageCapabilities {
  readonly #listener: PageCapabilitiesListener;
  /** By probes and shims, of this document. */
  #found: Readonly<Record<string, string>> = {};
  /** What the page lacked at the last look; null before the first. */
  #lacks: Lacks | null = null;
  /** Since when this document cannot do what `ready` rests on. */
  #unfit: NodeJS.Timeout | undefined;
  /** Until the next look at what is lacking. */
  #next: NodeJS.Timeout | undefined;
  #told = '{}';

  constructor(listener: PageCapabilitiesListener) {
    this.#listener = listener;
  }

  /** A capability whose lack has not lasted is left out: nothing is known of it yet. */
  get capabilities(): Readonly<Record<string, string>> {
    if (this.#lacks === null) return this.#found;
    const gone = lost(lasting(this.#lacks));
    const open = Object.keys(lost(Object.keys(this.#lacks))).filter((name) => gone[name] === undefined);
    const words = { ...FINE, ...this.#found, ...gone };
    return Object.fromEntries(Object.entries(words).filter(([name]) => !open.includes(name)));
  }

  /** Why this page cannot become ready now, or null. */
  get why(): string | null {
    const words = { ...this.#found, ...this.#lost() };
    const gone = ESSENTIAL.filter((name) => words[name]?.startsWith('missing'));
    return gone.length === 0 ? null : gone.map((name) => `${name} is ${words[name]}`).join('; ');
  }

  /** Whether the page lacks something for this now, however short the time. */
  isLacking(capability: string): boolean {
    return this.#lost()[capability] !== undefined;
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

  /** By a look at the page; null where it could not tell. */
  lacks(lacks: Lacks | null): void {
    if (lacks === null) return;
    this.#lacks = lacks;
    this.#lookAgain(lacks);
    this.learn({});
  }

  /** Nothing is known of it yet. */
  newDocument(): void {
    this.#found = {};
    this.#lacks = null;
    this.over();
  }

  /** Nothing more is said of this document by itself. Idempotent. */
  over(): void {
    clearTimeout(this.#unfit);
    clearTimeout(this.#next);
    this.#unfit = undefined;
  }

  #lost(): Readonly<Record<string, string>> {
    return lost(Object.keys(this.#lacks ?? {}));
  }

  /** When a lack is decided; one that has lasted is looked at again after as long as it has, for it may end yet. */
  #lookAgain(lacks: Lacks): void {
    clearTimeout(this.#next);
    const pauses = Object.values(lacks).map((ms) => (ms < LASTS_MS ? LASTS_MS - ms : Math.min(ms, PAUSE_MS)));
    if (pauses.length > 0) this.#next = setTimeout(() => this.#listener.look(), Math.min(...pauses));
  }

  /** What has not come by then is not part of this build. */
  #judge(): void {
    if (this.why === null) {
      clearTimeout(this.#unfit);
      this.#unfit = undefined;
      return;
    }
    this.#unfit ??= setTimeout(() => {
      const detail = this.why;
      if (detail !== null) this.#listener.unfit(detail);
    }, UNFIT_MS);
  }
}

const lasting = (lacks: Lacks): string[] =>
  Object.entries(lacks)
    .filter(([, ms]) => ms >= LASTS_MS)
    .map(([need]) => need);
