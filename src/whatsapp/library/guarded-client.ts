// whatsapp-web.js's Client with its hazards closed, by overriding the methods that it calls on itself: one injection
// per document, one set of listeners, no cache files, no self-destruction during an event, no unhandled rejection.
import { setTimeout as delay } from 'node:timers/promises';
import type { CDPSession, Page } from 'puppeteer';
import type { ClientStep } from '../../session/port.js';
import { type ChromeOptions, launchOptions } from '../browser/chrome.js';
import { isNavigation, isTransport } from '../failures/errors.js';
import type { DocumentMarks, PageWindow } from '../page/page-window.js';
import { installReadable } from '../page/readable.js';
import { KeepingAuth } from './auth.js';
import { exposeOneWay } from './expose.js';
import { Client } from './library.js';
import { readAnyMessage } from './readable.js';

declare const window: PageWindow;

export interface GuardHooks {
  /** The page exists, before its first navigation. */
  pageCreated(page: Page, session: CDPSession): Promise<void>;
  /** The document has modules, and the library has not touched it yet. */
  beforeInject(page: Page): Promise<void>;
  /** The library has injected itself into the document. */
  injected(page: Page): Promise<void>;
  /** The document has an account, and the library's listeners are about to be attached. */
  linked(page: Page): Promise<void>;
  /** The library's listeners are attached to the document. */
  listening(): void;
  /** The document has the library's functions and listeners. */
  attached(page: Page): Promise<void>;
  /** A step of the start is done. */
  step(step: ClientStep): void;
  /** The library failed to handle a call from the page to the function of that name. */
  eventFailed(name: string, error: unknown): void;
  /** An error that the library would have swallowed, or rejected without a handler (H2, H5). */
  hookFailed(where: string, error: unknown): void;
}

export interface GuardOptions {
  readonly dataPath: string;
  readonly clientId: string;
  readonly chrome: ChromeOptions;
  readonly signal: AbortSignal;
  /** How long the page may take to have modules after its HTML, ms. */
  readonly loadMs: number;
}

/** The polling interval for the page's modules, which raise no event. */
const MODULES_MS = 25;

/**
 * The page never got its modules: it cannot be used, and will not reload by itself. The cause is the network, and not the
 * build of the page.
 */
export class NoModules extends Error {}

/** Runs in the page: claims the document for one attachment. False without the library's functions: the document is new. */
function claim(): boolean {
  const marks = window.__wad as DocumentMarks;
  const free = !marks.attaching && window.WWebJS !== undefined;
  if (free) marks.attaching = true;
  return free;
}

/** Runs in the page: true while it is the claimed document. */
const isClaimed = (): boolean => window.__wad?.attaching === true;

export class GuardedClient extends Client {
  readonly #hooks: GuardHooks;
  readonly #signal: AbortSignal;
  readonly #loadMs: number;
  #injecting: Promise<void> | undefined;
  #injected = false;
  #injectAgain = false;
  /** Settles when the last attachment has ended; never rejects. */
  #attaching: Promise<void> = Promise.resolve();

  constructor(options: GuardOptions, hooks: GuardHooks) {
    // New options and a new strategy for every client: the library keeps and modifies them (H30).
    super({
      authStrategy: new KeepingAuth({ clientId: options.clientId, dataPath: options.dataPath }),
      puppeteer: { ...launchOptions(options.chrome, options.signal), defaultViewport: null },
      webVersionCache: { type: 'none' },
      qrMaxRetries: 0,
      takeoverOnConflict: false,
      authTimeoutMs: options.loadMs,
      userAgent: false,
    });
    readAnyMessage();
    this.#hooks = hooks;
    this.#signal = options.signal;
    this.#loadMs = options.loadMs;
  }

  /**
   * Uses no cache (H17). The library calls this between the creation of the page and its first navigation, so our functions
   * are installed here, and `goto` gets a time limit: the library waits for `load` for ever (H12), while the page works from
   * DOMContentLoaded on.
   */
  override async initWebVersionCache(): Promise<void> {
    const page = this.#page();
    const goto = page.goto.bind(page);
    page.goto = async (url, options) => {
      const answer = await goto(url, { ...options, waitUntil: 'domcontentloaded', timeout: this.#loadMs });
      this.#hooks.step('page_loaded');
      return answer;
    };
    // Puppeteer does not expose its own session.
    const session = await page.createCDPSession();
    await exposeOneWay(page, session, this.#hooks.eventFailed);
    await this.#hooks.pageCreated(page, session);
  }

  /**
   * The library calls this once itself, and then at every `framenavigated`, also for sub-frames and pushState (H3). Calls
   * during an injection cause at most one more round, and an injected document is not injected again. Rejects only when the
   * first document never got its modules. If the library fails on a document with modules, the error is reported and the
   * page is kept: its build lacks something, which the checks find out.
   */
  override inject(): Promise<void> {
    this.#injectAgain = true;
    this.#injecting ??= this.#injectWhileAsked().finally(() => {
      this.#injecting = undefined;
    });
    return this.#injecting;
  }

  async #injectWhileAsked(): Promise<void> {
    while (this.#injectAgain && !this.#signal.aborted) {
      this.#injectAgain = false;
      try {
        await this.#injectOnce(this.#page());
        this.#injected = true;
      } catch (error) {
        this.#hooks.hookFailed('inject', error);
        // The page reloaded meanwhile (at first the library's own re-injection is not installed yet), or it is stuck in
        // OPENING longer than the protocol's time-out and may still recover: try again while there is a page.
        if ((isNavigation(error) || isTransport(error)) && this.#lives()) this.#injectAgain = true;
        // The calls of `framenavigated` are not awaited: a rejection would be unhandled (H5).
        else if (!this.#injected && error instanceof NoModules) throw error;
      }
    }
  }

  async #injectOnce(page: Page): Promise<void> {
    // The library waits only for Debug.VERSION, which exists before require (seen on the real page).
    const status = await this.#modules(page);
    if (status === 'injected') return;
    this.#hooks.step('modules');
    await this.#hooks.beforeInject(page);
    this.#hooks.step('library_prepared');
    await super.inject();
    this.#hooks.step('library_injected');
    await page.evaluate(() => {
      if (window.__wad) window.__wad.injected = true;
    });
    await this.#hooks.injected(page);
  }

  /** Waits for the page's modules, by polling: waitForFunction compiles text, which the page's CSP forbids. */
  async #modules(page: Page): Promise<'there' | 'injected'> {
    const ask = (): 'there' | 'injected' | null => {
      if (window.Debug?.VERSION === undefined || typeof window.require !== 'function') return null;
      return window.__wad?.injected === true ? 'injected' : 'there';
    };
    for (const until = performance.now() + this.#loadMs; performance.now() < until; ) {
      const status = await page.evaluate(ask);
      if (status !== null) return status;
      await delay(MODULES_MS, undefined, { signal: this.#signal });
    }
    throw new NoModules('auth timeout: the page has no modules');
  }

  /**
   * Runs once per document, and marks it when done: without listeners nothing is received (H2). Calls run one after the
   * other, because the library may still be busy with an earlier document when the next one syncs. Errors would be lost in
   * the page, so they are reported here.
   */
  override attachEventListeners(): Promise<void> {
    const mine = this.#attaching.then(() => this.#attachOnce(this.#page()));
    this.#attaching = mine.catch(() => undefined);
    return mine;
  }

  async #attachOnce(page: Page): Promise<void> {
    try {
      if (!(await page.evaluate(claim))) return;
      await page.evaluate(installReadable);
      this.#hooks.step('linked');
      await this.#hooks.linked(page);
      await super.attachEventListeners();
      if (!(await page.evaluate(isClaimed))) return;
      await this.#hooks.attached(page);
      await page.evaluate(() => {
        if (window.__wad) window.__wad.listening = true;
      });
      this.#hooks.step('listening');
      this.#hooks.listening();
    } catch (error) {
      // The document went away during the call. The next one syncs itself and is not affected.
      if (isNavigation(error) || !(await page.evaluate(isClaimed).catch(isTransport))) return;
      this.#hooks.hookFailed('attachEventListeners', error);
      throw error;
    }
  }

  /** Does nothing: the library would destroy itself during events of some states (H20). The life cycle decides that. */
  override async destroy(): Promise<void> {}

  #lives(): boolean {
    return this.pupBrowser?.connected === true && this.pupPage?.isClosed() === false && !this.#signal.aborted;
  }

  #page(): Page {
    if (this.pupPage === null) throw new Error('no page');
    return this.pupPage;
  }
}
