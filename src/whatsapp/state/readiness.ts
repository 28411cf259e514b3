// Prepares a document before the library touches it, and checks it until it is ready. Checks are triggered by events of the
// page, and repeated slowly, because events get lost (H2).
import type { Page } from 'puppeteer';
import type { Log } from '../../protocol/log.js';
import { ALL_NEEDS, FIRST_NEEDS, LASTS_MS } from '../capabilities/needs.js';
import { within } from '../failures/deadline.js';
import { errorText, isNavigation } from '../failures/errors.js';
import { reportAttendance } from '../page/attendance-changes.js';
import { reportLabels } from '../page/label-changes.js';
import { installLacks } from '../page/lacks.js';
import { look } from '../page/look.js';
import { ID_TAG, installOwnIds } from '../page/own-id.js';
import type { PageWindow } from '../page/page-window.js';
import { reportPeople } from '../page/people.js';
import { reportQr } from '../page/qr.js';
import { installRequire } from '../page/require.js';
import { noteNacks, readLimits, reportTrust } from '../page/restriction.js';
import { reportTags } from '../page/tag-changes.js';
import { reportTimers } from '../page/timer-changes.js';
import { PageRpc } from '../requests/page-rpc.js';
import type { PageState, Seen } from './page-state.js';
import { failureOf, Repairs } from './repairs.js';

declare const window: PageWindow;

const LOOK_MS = 8_000;
const PACE_MS = 1_000;
/** How many requested module names are kept for the next error. */
const ASKED = 12;

export class Readiness {
  readonly #binding: string;
  readonly #page: () => Page;
  readonly #pageState: PageState;
  readonly #log: Log;
  readonly #repairs: Repairs;
  #looking: Promise<void> | undefined;
  #again = false;
  #pace: NodeJS.Timeout | undefined;
  /** WhatsApp Web's build as of the last check; null when unknown. */
  build: string | null = null;

  /** The current document reports its QR codes by itself. */
  reportsQr = false;

  /**
   * @param page throws while there is none
   * @param binding name of the function with which the page reports
   */
  constructor(page: () => Page, pageState: PageState, log: Log, binding: string) {
    this.#binding = binding;
    this.#page = page;
    this.#pageState = pageState;
    this.#log = log;
    this.#repairs = new Repairs(log);
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
    await this.#repairs.install(page, 'document');
    await within(LOOK_MS, page.evaluate(registered, FIRST_NEEDS, LASTS_MS), "the page's first modules");
    const standIns = await page.evaluate(installRequire, ASKED);
    if (standIns.length > 0) this.#log.warn('whatsapp.stand-ins', { modules: standIns, build: this.build });
    await this.#repairs.install(page, 'modules');
    const found = await this.#repairs.mend(page);
    await PageRpc.install(page).catch(failureOf);
    await page.evaluate(installOwnIds, ID_TAG).catch((error: unknown) => {
      found['send.text'] = { state: 'missing', what: [failureOf(error)] };
    });
    await page.evaluate(noteNacks).catch((error: unknown) => {
      this.#log.debug('whatsapp.nacks', { error: failureOf(error) });
    });
    this.reportsQr = await page.evaluate(reportQr, this.#binding);
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
    await page.evaluate(reportPeople, this.#binding);
    await page.evaluate(reportTrust).catch((error: unknown) => {
      this.#log.debug('whatsapp.trust', { error: failureOf(error) });
    });
    const hasLabels = await page.evaluate(reportLabels).catch(failureOf);
    if (hasLabels !== true) this.#log.debug('whatsapp.labels', { error: hasLabels || 'missing' });
    const hasTimers = await page.evaluate(reportTimers).catch(failureOf);
    if (hasTimers !== true) this.#log.debug('whatsapp.timers', { error: hasTimers || 'missing' });
    const hasTags = await page.evaluate(reportTags).catch(failureOf);
    if (hasTags !== true) this.#log.debug('whatsapp.tags', { error: hasTags || 'missing' });
    const hasEvents = await page.evaluate(reportAttendance).catch(failureOf);
    if (hasEvents !== true) this.#log.debug('whatsapp.attendance', { error: hasEvents || 'missing' });
    this.#pageState.capable(await this.#repairs.mendLinked(page));
  }

  /** Call this when the library has injected itself: makes the installs of this time, and checks the page. */
  async injected(page: Page): Promise<void> {
    await this.#repairs.install(page, 'injected');
    this.look();
  }

  /** Repairs the library's functions in the page once they exist, and records the variants of this build. */
  async attached(page: Page): Promise<void> {
    await this.#repairs.install(page, 'attached');
    this.#pageState.capable(await this.#repairs.mendLibrary(page));
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
        if (seen.synced && !seen.utils) await this.#repairs.install(page, 'synced');
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

/** Runs in the page: waits until the first needs are registered, or are certainly missing from this build. */
async function registered(needs: readonly string[], lastsMs: number): Promise<void> {
  await window.__wad?.lackingFor?.(needs, lastsMs);
}
