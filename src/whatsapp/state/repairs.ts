// Applies the tables of repairs (whatsapp/compat/index.ts) to the current document, and returns the states of the capabilities
// that depend on them.
import type { Page } from 'puppeteer';
import { type CapabilityState, OK } from '../../protocol/capability.js';
import type { Log } from '../../protocol/log.js';
import type { Break } from '../compat/break.js';
import { INSTALLS, LATE_SHIMS, SHIMS, VARIANTS } from '../compat/index.js';
import type { InstallTime } from '../compat/install.js';
import type { Shim, ShimResult } from '../compat/shim.js';
import { within } from '../failures/deadline.js';
import { errorText, isNavigation, isTransport } from '../failures/errors.js';

const SHIM_MS = 10_000;

/** Capability → state. */
type Found = Record<string, CapabilityState>;

/** Nothing to close. */
export class Repairs {
  readonly #log: Log;
  /** Shims that have not decided on this document, because it is not linked. */
  #undecided: readonly Shim[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  /** @throws when the document went away, or an install that is not optional failed */
  async install(page: Page, time: InstallTime): Promise<void> {
    for (const { id, isOptional, install } of INSTALLS[time])
      await install(page).catch((error: unknown) => {
        if (!isOptional) throw error;
        this.#log.debug('whatsapp.install', { install: id, error: failureOf(error) });
      });
  }

  /** Applies the shims to a new document. @throws when the document went away meanwhile */
  mend(page: Page): Promise<Found> {
    this.#undecided = SHIMS;
    return this.#mend(page);
  }

  /** Applies the shims that needed an account to decide. @throws when the document went away meanwhile */
  async mendLinked(page: Page): Promise<Found> {
    const found = await this.#mend(page);
    for (const { capability } of this.#undecided) found[capability] = stateOf('failed: there is no account');
    return found;
  }

  /** Applies the shims of the library's own functions, and records the variants of this build. */
  async mendLibrary(page: Page): Promise<Found> {
    const found: Found = {};
    const note = async (what: 'shim' | 'variant', { id, capability }: Break, asked: Promise<ShimResult>) => {
      const result = await within(SHIM_MS, asked, `${what} ${id}`).catch(
        (error: unknown) => `failed: ${errorText(error)}` as const,
      );
      this.#log.debug(`whatsapp.${what}`, { [what]: id, capability, result });
      // One failed shim decides the capability.
      if (result === 'native' || found[capability]?.state === 'degraded') return;
      found[capability] = stateOf(result);
    };
    for (const shim of LATE_SHIMS) await note('shim', shim, shim.apply(page));
    for (const variant of VARIANTS) await note('variant', variant, variant.probe(page));
    return found;
  }

  /** Applies the shims that have not decided yet. */
  async #mend(page: Page): Promise<Found> {
    const found: Found = {};
    const undecided: Shim[] = [];
    for (const shim of this.#undecided) {
      const result = await shim.apply(page).catch((error: unknown) => `failed: ${failureOf(error)}` as const);
      this.#log.debug('whatsapp.shim', { shim: shim.id, capability: shim.capability, result });
      if (result === 'unlinked') undecided.push(shim);
      else found[shim.capability] = stateOf(result);
    }
    this.#undecided = undecided;
    return found;
  }
}

/** The state of a capability by the result of its repair. */
function stateOf(result: ShimResult): CapabilityState {
  if (result === 'native') return OK;
  return result === 'patched' ? { state: 'patched' } : { state: 'degraded', why: result };
}

/**
 * The text of an error of the page. A navigation meanwhile does not mean that the page lacks something: it is rethrown, and the
 * caller tries again.
 */
export function failureOf(error: unknown): string {
  if (isNavigation(error) || isTransport(error)) throw error;
  return errorText(error);
}
