// Tracks the capabilities of the current document, from the results of probes and shims and from its missing needs, and
// whether they suffice for `ready`. Modules register one after the other (D11), so a missing need is reported only after
// some time.
import { type CapabilityStates, capabilityWord, OK } from '../../protocol/capability.js';
import { ESSENTIAL, LASTS_MS, lost, NEEDS } from './needs.js';

export interface PageCapabilitiesListener {
  /** The known capabilities have changed. */
  changed(capabilities: CapabilityStates): void;
  /** A need of `ready` is not part of this build. */
  unfit(detail: string): void;
  /** Something is missing: the page is checked again at the time at which that is decided. */
  look(): void;
}

/** The result of a check that finds nothing missing. Essential capabilities are reported when they are proved. */
const FINE = Object.fromEntries(
  Object.keys(NEEDS)
    .filter((name) => !ESSENTIAL.includes(name))
    .map((name) => [name, OK]),
);
/** How long a need of `ready` may be missing before the page counts as unfit. */
const UNFIT_MS = 8_000;
/** The longest pause between two checks of a page that lacks something. */
const PAUSE_MS = 60_000;

/** Need → for how long the page has lacked it, ms. */
type Lacks = Readonly<Record<string, number>>;

/** Ended by `over`. */
export class PageCapabilities {
  readonly #listener: PageCapabilitiesListener;
  /** The results of probes and shims on this document. */
  #found: CapabilityStates = {};
  /** The missing needs at the last check; null before the first. */
  #lacks: Lacks | null = null;
  /** Runs while this document lacks a need of `ready`. */
  #unfit: NodeJS.Timeout | undefined;
  /** The timer of the next check of missing needs. */
  #next: NodeJS.Timeout | undefined;
  #lastReported = '{}';

  constructor(listener: PageCapabilitiesListener) {
    this.#listener = listener;
  }

  /** The known capabilities, without those whose needs have been missing only for a short time: they are undecided. */
  get capabilities(): CapabilityStates {
    if (this.#lacks === null) return this.#found;
    const gone = lost(lasting(this.#lacks));
    const open = Object.keys(lost(Object.keys(this.#lacks))).filter((name) => gone[name] === undefined);
    const states = { ...FINE, ...this.#found, ...gone };
    return Object.fromEntries(Object.entries(states).filter(([name]) => !open.includes(name)));
  }

  /** The reason why this page cannot become ready now, or null. */
  get why(): string | null {
    const states: CapabilityStates = { ...this.#found, ...this.#lost() };
    const gone = ESSENTIAL.flatMap((name) => {
      const state = states[name];
      return state?.state === 'missing' ? [`${name} is ${capabilityWord(state)}`] : [];
    });
    return gone.length === 0 ? null : gone.join('; ');
  }

  /** True when a need of this capability is missing now, even for a short time. */
  isLacking(capability: string): boolean {
    return this.#lost()[capability] !== undefined;
  }

  /** Records results of probes; reports the capabilities when they have changed. */
  learn(found: CapabilityStates): void {
    this.#found = { ...this.#found, ...found };
    const { capabilities } = this;
    this.#judge();
    const json = JSON.stringify(capabilities);
    if (json === this.#lastReported) return;
    this.#lastReported = json;
    this.#listener.changed(capabilities);
  }

  /** Records the missing needs of a check of the page; null when it could not check them. */
  lacks(lacks: Lacks | null): void {
    if (lacks === null) return;
    this.#lacks = lacks;
    this.#lookAgain(lacks);
    this.learn({});
  }

  /** Forgets everything about the previous document. */
  newDocument(): void {
    this.#found = {};
    this.#lacks = null;
    this.over();
  }

  /** Stops the timers. Idempotent. */
  over(): void {
    clearTimeout(this.#unfit);
    clearTimeout(this.#next);
    this.#unfit = undefined;
  }

  #lost(): CapabilityStates {
    return lost(Object.keys(this.#lacks ?? {}));
  }

  /** Schedules the next check: when a missing need is decided; after that in growing intervals, because it may still appear. */
  #lookAgain(lacks: Lacks): void {
    clearTimeout(this.#next);
    const pauses = Object.values(lacks).map((ms) => (ms < LASTS_MS ? LASTS_MS - ms : Math.min(ms, PAUSE_MS)));
    if (pauses.length > 0) this.#next = setTimeout(() => this.#listener.look(), Math.min(...pauses));
  }

  /** After UNFIT_MS, a need of `ready` that is still missing counts as not part of this build. */
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
