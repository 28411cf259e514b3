// whatsapp-web.js's Client with its hazards closed, by overriding the methods that it calls on itself: one injection
// per document, one set of listeners, no cache files, no self-destruction during an event, no unhandled rejection.
import { setTimeout as delay } from 'node:timers/promises';
import type { CDPSession, Page } from 'puppeteer';
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
  /** The page exists and has not gone anywhere yet. */
  born(page: Page, session: CDPSession): Promise<void>;
  /** Modules are there, the library has not touched the document yet. */
  beforeInject(page: Page): Promise<void>;
  /** The library has injected itself into the document. */
  injected(page: Page): Promise<void>;
  /** The document has an account, and the library's listeners are about to be attached. */
  linked(page: Page): Promise<void>;
  /** The library's listeners are attached to the document. */
  listening(): void;
  /** The library's own functions are in the document, and its listeners. */
  attached(page: Page): Promise<void>;
  /** The library failed to handle a call from the page to the function of that name. */
  unheard(name: string, error: unknown): void;
  /** Something failed that the library would have swallowed or thrown at nobody (H2, H5). */
  trouble(where: string, error: unknown): void;
}

export interface GuardOptions {
  readonly dataPath: string;
  readonly clientId: string;
  readonly chrome: ChromeOptions;
  readonly signal: AbortSignal;
  /** How long the page has to come up after its HTML, ms. */
  readonly loadMs: number;
}

/** Between two looks for the page's modules, which come without an event. */
const MODULES_MS = 25;

/**
 * A page that never came up: nothing can be asked of it, nor will a later document of its own come. A fault of the way to
 * it, and not of its build.
 */
export class NoModules extends Error {}

/** In the page: takes the document for one attachment. Not where the library's utilities are missing: it came meanwhile. */
function claim(): boolean {
  const marks = window.__wad as DocumentMarks;
  const free = !marks.attaching && window.WWebJS !== undefined;
  if (free) marks.attaching = true;
  return free;
}

/** In the page: whether it is still the document that was taken. */
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
    // New options and a new strategy for every client: the library keeps and changes what it is given (H30).
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
   * Never a cache (H17). It is also the one moment between the page's birth and its first navigation, so the
   * watcher is put in here, and `goto` is bounded: the library waits for `load` for ever (H12), while the page
   * works from DOMContentLoaded on.
   */
  override async initWebVersionCache(): Promise<void> {
    const page = this.#page();
    const goto = page.goto.bind(page);
    page.goto = (url, options) =>
      goto(url, { ...options, waitUntil: 'domcontentloaded', timeout: this.#loadMs });
    // Puppeteer gives nobody its own.
    const session = await page.createCDPSession();
    await exposeOneWay(page, session, this.#hooks.unheard);
    await this.#hooks.born(page, session);
  }

  /**
   * The library calls this once itself, then at every `framenavigated`: sub-frames and pushState too (H3). Calls
   * made meanwhile are one more round at most, and a document that has been injected is left alone. Rejects only
   * when the very first document never came up. A library that fails on what did come up is reported: the page is kept,
   * for its build lacks something, which is looked at and named.
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
        this.#hooks.trouble('inject', error);
        // The page reloaded under us (the library's own re-injection is not installed yet at first), or it is stuck
        // in OPENING beyond the protocol's time and may still come: go again, while there is a page to go to.
        if ((isNavigation(error) || isTransport(error)) && this.#lives()) this.#injectAgain = true;
        // Nobody awaits what `framenavigated` asks for: a rejection there would be a stray one (H5).
        else if (!this.#injected && error instanceof NoModules) throw error;
      }
    }
  }

  async #injectOnce(page: Page): Promise<void> {
    // Debug.VERSION, which is all the library waits for, comes before require (seen on the real page).
    const status = await this.#modules(page);
    if (status === 'injected') return;
    await this.#hooks.beforeInject(page);
    await super.inject();
    await page.evaluate(() => {
      if (window.__wad) window.__wad.injected = true;
    });
    await this.#hooks.injected(page);
  }

  /** Waits for the page's modules. Asked by evaluate, since waitForFunction compiles text, which a CSP forbids. */
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
   * Once a document, and marked when it is done: `ready` without listeners is deaf (H2). One after the other, since the
   * library may still be at a document that has gone when the next one syncs. What it throws would end in the page, where
   * nobody looks.
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
      await this.#hooks.linked(page);
      await super.attachEventListeners();
      if (!(await page.evaluate(isClaimed))) return;
      await this.#hooks.attached(page);
      await page.evaluate(() => {
        if (window.__wad) window.__wad.listening = true;
      });
      this.#hooks.listening();
    } catch (error) {
      // The document went away during the call. The next one has a sync of its own and is not affected.
      if (isNavigation(error) || !(await page.evaluate(isClaimed).catch(isTransport))) return;
      this.#hooks.trouble('attachEventListeners', error);
      throw error;
    }
  }

  /** The library destroys itself in mid-event at states it does not like (H20). The life cycle decides that. */
  override async destroy(): Promise<void> {}

  #lives(): boolean {
    return this.pupBrowser?.connected === true && this.pupPage?.isClosed() === false && !this.#signal.aborted;
  }

  #page(): Page {
    if (this.pupPage === null) throw new Error('no page');
    return this.pupPage;
  }
}
