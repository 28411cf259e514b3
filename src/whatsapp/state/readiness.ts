// Prepares a document before the library touches it, and checks it until it is ready. Checks are triggered by events of the
// page, and repeated slowly, because events get lost (H2).
import type { Page } from 'puppeteer';
import { type CapabilityState, OK } from '../../protocol/capability.js';
import type { Log } from '../../protocol/log.js';
import { ALL_NEEDS, FIRST_NEEDS, LASTS_MS } from '../capabilities/needs.js';
import type { Break } from '../compat/break.js';
import { raiseMissedSync } from '../compat/d4-missed-sync.js';
import { installLoader } from '../compat/d9-lazy-modules.js';
import { giveOrigin } from '../compat/d13-chat-origin.js';
import { LATE_SHIMS, SHIMS, VARIANTS } from '../compat/index.js';
import type { Shim, ShimResult } from '../compat/shim.js';
import { within } from '../failures/deadline.js';
import { errorText, isNavigation, isTransport } from '../failures/errors.js';
import { installLacks } from '../page/lacks.js';
import { look } from '../page/look.js';
import { ID_TAG, installOwnIds } from '../page/own-id.js';
import type { PageWindow } from '../page/page-window.js';
import { tellPeople } from '../page/people.js';
import { tellQr } from '../page/qr.js';
import { installRequire } from '../page/require.js';
import { noteNacks, readLimits, tellTrust } from '../page/restriction.js';
import { PageRpc } from '../requests/page-rpc.js';
import type { PageState, Seen } from './page-state.js';

declare const window: PageWindow;

const LOOK_MS = 8_000;
const PACE_MS = 1_000;
const SHIM_MS = 10_000;
/** How long each way to load a module on demand may take. */
const FETCH_MS = 10_000;
/** How many requested module names are kept for the next error. */
const ASKED = 12;

export class Readiness {
  readonly #binding: string;
  readonly #page: () => Page;
  readonly #pageState: PageState;
  readonly #log: Log;
  #looking: Promise<void> | undefined;
  #again = false;
  #pace: NodeJS.Timeout | undefined;
  /** Shims that could not decide on this document before it was linked. */
  #unlinked: readonly Shim[] = [];
  /** WhatsApp Web's build as of the last check; null when unknown. */
  build: string | null = null;

  /** The current document reports its QR codes by itself. */
  tellsQr = false;

  /**
   * @param page throws while there is none
   * @param binding name of the function with which the page reports
   */
  constructor(page: () => Page, pageState: PageState, log: Log, binding: string) {
    this.#binding = binding;
    this.#page = page;
    this.#pageState = pageState;
    this.#log = log;
  }

  /** Checks at a slow pace while the account is not ready. Ended by `stop`. */
  start(): void {
    this.#pace = setInterval(() => {
      if (this.#pageState.phase !== 'ready') this.look();
    }, PACE_MS);
  }

  stop(): void {
    clearInterval(this.#pace);
  }

  /** Installs the shims, and the wrapper that sends under our ids. @throws when the document went away meanwhile */
  async prepare(page: Page): Promise<void> {
    await page.evaluate(installLacks);
    await page.evaluate(installLoader, FETCH_MS);
    await within(LOOK_MS, page.evaluate(registered, FIRST_NEEDS, LASTS_MS), "the page's first modules");
    const standIns = await page.evaluate(installRequire, ASKED);
    if (standIns.length > 0) this.#log.warn('whatsapp.stand-ins', { modules: standIns, build: this.build });
    await page.evaluate(fetchLazy, ALL_NEEDS);
    this.#unlinked = SHIMS;
    const found = await this.#mend(page);
    await PageRpc.install(page).catch(lacking);
    await page.evaluate(installOwnIds, ID_TAG).catch((error: unknown) => {
      found['send.text'] = { state: 'missing', what: [lacking(error)] };
    });
    await page.evaluate(noteNacks).catch((error: unknown) => {
      this.#log.debug('whatsapp.nacks', { error: lacking(error) });
    });
    this.tellsQr = await page.evaluate(tellQr, this.#binding);
    await page.evaluate(() => {
      if (window.__wad) window.__wad.prepared = true;
    });
    this.#pageState.lacks((await this.see(page, LOOK_MS)).missing);
    // After the missing needs: the result of a shim for a missing module means nothing.
    this.#pageState.capable(found);
  }

  /**
   * Applies the repairs that need an account, before the library attaches its listeners. @throws when the
   * document went away
   */
  async linked(page: Page): Promise<void> {
    await page.evaluate(tellPeople, this.#binding);
    await page.evaluate(tellTrust).catch((error: unknown) => {
      this.#log.debug('whatsapp.trust', { error: lacking(error) });
    });
    const found = await this.#mend(page);
    for (const { capability } of this.#unlinked) found[capability] = stateOf('failed: there is no account');
    this.#pageState.capable(found);
  }

  /** Applies the shims that have not decided yet. @throws when the document went away meanwhile */
  async #mend(page: Page): Promise<Record<string, CapabilityState>> {
    const found: Record<string, CapabilityState> = {};
    const unlinked: Shim[] = [];
    for (const shim of this.#unlinked) {
      const result = await shim.apply(page).catch((error: unknown) => `failed: ${lacking(error)}` as const);
      this.#log.debug('whatsapp.shim', { shim: shim.id, result });
      if (result === 'unlinked') unlinked.push(shim);
      else found[shim.capability] = stateOf(result);
    }
    this.#unlinked = unlinked;
    return found;
  }

  /** Call this when the library has injected itself: raises an event that it missed, and checks the page. */
  async injected(page: Page): Promise<void> {
    await page.evaluate(raiseMissedSync);
    this.look();
  }

  /** Repairs the library's functions in the page once they exist, and records the variants of this build. */
  async attached(page: Page): Promise<void> {
    await page.evaluate(giveOrigin).catch((error: unknown) => {
      this.#log.debug('whatsapp.origin', { error: lacking(error) });
    });
    const found: Record<string, CapabilityState> = {};
    const note = async (what: 'shim' | 'variant', { id, capability }: Break, result: Promise<ShimResult>) => {
      const word = await within(SHIM_MS, result, `${what} ${id}`).catch(
        (error: unknown) => `failed: ${errorText(error)}` as const,
      );
      this.#log.debug(`whatsapp.${what}`, { [what]: id, result: word });
      // One failed shim decides the capability.
      if (word === 'native' || found[capability]?.state === 'degraded') return;
      found[capability] = stateOf(word);
    };
    for (const shim of LATE_SHIMS) await note('shim', shim, shim.apply(page));
    for (const variant of VARIANTS) await note('variant', variant, variant.probe(page));
    this.#pageState.capable(found);
  }

  /** Checks the page. A call during a check causes one more check. */
  look(): void {
    this.#again = true;
    this.#looking ??= this.#lookWhileAsked().finally(() => {
      this.#looking = undefined;
    });
  }

  async #lookWhileAsked(): Promise<void> {
    while (this.#again && this.#pageState.phase !== 'over') {
      this.#again = false;
      try {
        const page = this.#page();
        const { reports } = this.#pageState;
        const seen = await this.see(page, LOOK_MS);
        // If the connection was lost meanwhile, an older answer must not count as ready (H25).
        if (this.#pageState.reports !== reports) {
          this.#again = true;
          continue;
        }
        this.#pageState.judge(seen);
        if (seen.synced && !seen.utils) await page.evaluate(raiseMissedSync);
      } catch (error) {
        if (!isNavigation(error)) this.#log.debug('whatsapp.look', { error: errorText(error) });
      }
    }
  }

  /** Checks the page once. @throws when the page does not answer in time */
  async see(page: Page, timeoutMs: number): Promise<Seen> {
    const seen = await within(timeoutMs, page.evaluate(look, ALL_NEEDS), 'looking at the page');
    this.build = seen.whatsappWeb ?? this.build;
    // There are no limits before the page is linked and synced.
    const limits =
      seen.synced && seen.wid !== null ? await within(timeoutMs, page.evaluate(readLimits), 'limits') : null;
    return { ...seen, limits };
  }
}

/** The state of a capability by the result of its repair. */
function stateOf(result: ShimResult): CapabilityState {
  if (result === 'native') return OK;
  return result === 'patched' ? { state: 'patched' } : { state: 'degraded', why: result };
}

/**
 * Runs in the page without being awaited: modules that load on demand arrive while the library sets itself
 * up.
 */
function fetchLazy(needs: readonly string[]): void {
  void window.__wad?.load?.(needs);
}

/** Runs in the page: waits until the first needs are registered, or are certainly missing from this build. */
async function registered(needs: readonly string[], lastsMs: number): Promise<void> {
  await window.__wad?.lackingFor?.(needs, lastsMs);
}

/**
 * A navigation meanwhile does not mean that the page lacks something: it is rethrown, and the caller tries
 * again.
 */
function lacking(error: unknown): string {
  if (isNavigation(error) || isTransport(error)) throw error;
  return errorText(error);
}
