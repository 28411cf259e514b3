// One WhatsApp client on one browser: implements session/port.ts. It joins the guarded library, the page state, the
// readiness check and the requests to the page. It does not decide what happens next.
import { join } from 'node:path';
import type { Browser, CDPSession, Page } from 'puppeteer';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import type { PasskeyAnswer } from '../protocol/passkey.js';
import type { BrokenReason } from '../session/event.js';
import type { ClientListener, ClientStep, Health, PageError, WhatsAppClient } from '../session/port.js';
import type { ChromeOptions } from './browser/chrome.js';
import { closeBrowser } from './close-browser.js';
import { within } from './failures/deadline.js';
import { errorText, launchReason } from './failures/errors.js';
import { PageErrors } from './failures/page-errors.js';
import type { ContentEvents } from './library/content-events.js';
import { GuardedClient } from './library/guarded-client.js';
import { listenTo } from './library/library-events.js';
import { ListenerWarnings } from './library/listener-warnings.js';
import { libraryHooks } from './library-hooks.js';
import { Linking } from './linking/linking.js';
import { logout } from './linking/logout.js';
import { BINDING, preparePage, watchForDeath } from './new-page.js';
import type { PresenceOptions } from './page/presence.js';
import { blankPicture, keepPicture, PICTURE_MS } from './picture.js';
import { type Ask, asker } from './requests/ask.js';
import { type ClientRequests, clientRequests } from './requests/client-requests.js';
import { NUDGE_MS, nudgePage } from './requests/nudge.js';
import { PageRpc } from './requests/page-rpc.js';
import { PageState } from './state/page-state.js';
import { Readiness } from './state/readiness.js';

export interface ClientOptions {
  readonly dataPath: string;
  readonly clientId: string;
  readonly chrome: ChromeOptions;
  /** The profile has a saved session: a QR code then means that the session is lost. */
  readonly expectsSession: boolean;
  readonly loadMs: number;
  readonly presence: PresenceOptions;
  /**
   * Called before the browser is launched.
   * @returns null, or a sentence why there is no network. Then no browser is launched.
   */
  readonly network?: (signal: AbortSignal) => Promise<string | null>;
  /** The directory with the files of messages, named by their ids. */
  readonly mediaDir: string;
  /** Where to store a screenshot of a page that waits for a person. */
  readonly pictureFile?: string;
  /** Called when each step of the start is done. */
  readonly step?: (step: ClientStep) => void;
  /** Of the deep canary. */
  readonly inspection?: Inspection;
  readonly log: Log;
}

/** Runs the caller's own code in the page, next to the client's. */
export interface Inspection {
  /** Runs first in each document. */
  readonly script: (...args: never[]) => void;
  readonly args: readonly unknown[];
  /** Called once the page exists. `ask` runs a function in the page. @throws Fault not_ready, page_error */
  begun(ask: PageQuestion): void;
}
export type PageQuestion = <A extends readonly unknown[], T>(
  ms: number,
  question: (...args: A) => T,
  ...args: A
) => Promise<Awaited<T>>;

const ASK_MS = 10_000;
/** How long to wait for a launch to end after its browser was killed. */
const KILLED_MS = 1_000;

/** Creates a client without launching it. The caller that launches it must close it. */
export function createClient(options: ClientOptions, listener: ClientListener): WhatsAppClient {
  const client = new Client(options, listener);
  return Object.assign(client, client.requests);
}

/** The client without its requests, which createClient adds. */
class Client implements Omit<WhatsAppClient, keyof ClientRequests> {
  readonly #log: Log;
  readonly #warnings: ListenerWarnings;
  readonly #profile: string;
  readonly #headed: boolean;
  readonly #pictureFile: string | null;
  readonly #abort = new AbortController();
  readonly #guarded: GuardedClient;
  readonly #pageState: PageState;
  readonly #readiness: Readiness;
  readonly requests: ClientRequests;
  readonly #ask: Ask;
  readonly #linking: Linking;
  readonly #errors: PageErrors;
  readonly #contentEvents: ContentEvents;
  readonly #step: (step: ClientStep) => void;
  readonly #network: NonNullable<ClientOptions['network']>;
  readonly #inspection: Inspection | undefined;
  #launching: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  /** WhatsApp has confirmed that the link is gone, so nothing is left to write to disk. */
  #unlinked = false;
  browserVersion: string | null = null;

  constructor(options: ClientOptions, listener: ClientListener) {
    const { log, mediaDir } = options;
    this.#profile = join(options.dataPath, `session-${options.clientId}`);
    this.#headed = options.chrome.headed;
    this.#pictureFile = options.pictureFile ?? null;
    this.#log = log;
    this.#warnings = new ListenerWarnings(log);
    const needs = {
      look: () => readiness.look(),
      refreshQr: () => this.#linking.refreshQr(),
      warn: log.warn,
      picture: () => this.#keepPicture(),
    };
    const page = (): Page => this.#page();
    const pageState = new PageState(listener, needs, options.expectsSession);
    const readiness = new Readiness(page, pageState, log, BINDING);
    this.#pageState = pageState;
    this.#readiness = readiness;
    this.#step = options.step ?? (() => undefined);
    this.#network = options.network ?? (async () => null);
    this.#inspection = options.inspection;
    const hooks = libraryHooks({
      step: this.#step,
      pageCreated: (page, session) => this.#born(page, session),
      readiness,
      pageState,
      presence: options.presence,
      warnings: this.#warnings,
      log,
    });
    this.#guarded = new GuardedClient({ ...options, signal: this.#abort.signal }, hooks);
    const rpc = new PageRpc({ page, build: () => readiness.build, log });
    this.#ask = asker(page);
    this.#linking = new Linking(this.#guarded, this.#ask, pageState, listener, log);
    this.requests = clientRequests({ rpc, ask: this.#ask, library: this.#guarded, listener, mediaDir, page });
    this.#errors = new PageErrors(() => readiness.build, log);
    const qr = (payload: string): void => {
      if (!readiness.reportsQr) pageState.qr(payload);
    };
    this.#contentEvents = listenTo(this.#guarded, {
      listener,
      look: needs.look,
      warnings: this.#warnings,
      nackOf: (chatId, messageId) =>
        within(ASK_MS, rpc.step(null, 'own', 'nack', chatId, messageId), 'why').catch(() => null),
      qr,
    });
  }

  get browserPid(): number | null {
    return this.#guarded.pupBrowser?.process()?.pid ?? null;
  }

  get whatsappWeb(): string | null {
    return this.#readiness.build;
  }

  async launch(): Promise<void> {
    this.#launching = this.#start().catch((error: unknown) => {
      const hadPage = this.#guarded.pupPage !== null;
      this.#broken(launchReason(error, { hadPage }), errorText(error));
    });
    await this.#launching;
  }

  async #start(): Promise<void> {
    const { signal } = this.#abort;
    const trouble = await this.#network(signal);
    if (signal.aborted) return;
    if (trouble === null) await this.#guarded.initialize();
    else this.#broken('network_down', trouble);
  }

  /** Runs before the first navigation. */
  async #born(page: Page, session: CDPSession): Promise<void> {
    this.#step('browser');
    const browser = this.#guarded.pupBrowser as Browser;
    const newPage = { browser, page, session, headed: this.#headed };
    watchForDeath(newPage, (what) => this.#broken('browser_crashed', what));
    this.#errors.watch(page);
    await this.#inspect(page);
    this.browserVersion = await preparePage(newPage, (report) => {
      if (report.kind === 'document') this.#step('document');
      if (report.kind === 'call') this.#contentEvents.pageCall(report);
      else if (report.kind === 'label') this.#contentEvents.label(report);
      else if (report.kind === 'presence') this.#contentEvents.presence(report);
      else if (report.kind === 'timer') this.#contentEvents.timer(report);
      else if (report.kind === 'tag') this.#contentEvents.tag(report);
      else if (report.kind === 'attendance') this.#contentEvents.attendance(report);
      else this.#pageState.handle(report);
    });
    this.#step('page_prepared');
    this.#readiness.start();
  }

  async #inspect(page: Page): Promise<void> {
    if (this.#inspection === undefined) return;
    const { script, args, begun } = this.#inspection;
    await page.evaluateOnNewDocument(script, ...(args as never[]));
    begun((ms, question, ...given) =>
      this.#ask(ms, async (asked) => (await asked.evaluate(question as never, ...given)) as never),
    );
  }

  #keepPicture(): string | null {
    const { pupPage: page } = this.#guarded;
    if (page === null || this.#pictureFile === null) return null;
    keepPicture(page, this.#pictureFile, this.#log);
    return this.#pictureFile;
  }

  #broken(reason: BrokenReason, detail: string): void {
    this.#readiness.stop();
    this.#pageState.broken(reason, detail);
  }

  get pageErrors(): readonly PageError[] {
    return this.#errors.kept;
  }

  async probe(timeoutMs: number): Promise<Health> {
    const seen = await this.#ask(timeoutMs, (page) => this.#readiness.see(page, timeoutMs));
    this.#pageState.lacks(seen.missing);
    this.#pageState.limits(seen.limits);
    const { socketState, whatsappWeb, wid, listening } = seen;
    return { socketState, whatsappWeb, wid, listening };
  }

  picture(): Promise<Uint8Array> {
    return this.#ask(PICTURE_MS, blankPicture);
  }

  async nudge(by: 'reconnect' | 'reload' | 'takeover'): Promise<void> {
    // Puppeteer waits without a limit for the first page, even if the browser's renderer has died meanwhile
    // (TargetManager.initialize, 24.38).
    if (this.#guarded.pupPage === null) {
      this.#broken('page_unresponsive', 'the browser has no page yet');
      return;
    }
    await this.#ask(NUDGE_MS, (page) => nudgePage(page, by));
  }

  async requestPairingCode(number: string): Promise<string> {
    this.#page();
    return this.#linking.code(number);
  }

  showQr(): Promise<void> {
    return this.#linking.showQr();
  }

  answerPasskey(id: number, answer: PasskeyAnswer | 'refused'): Promise<void> {
    return this.#linking.answerPasskey(id, answer);
  }

  async logout(timeoutMs: number): Promise<boolean> {
    const confirmed = new Promise<void>((resolve) => {
      this.#pageState.unlinked = resolve;
    });
    try {
      await logout(this.#page(), confirmed, timeoutMs);
      this.#unlinked = true;
      return true;
    } catch (error) {
      this.#log.warn('whatsapp.logout', { error: errorText(error) });
      return false;
    } finally {
      this.#pageState.unlinked = undefined;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { phase, linkedAtMs } = this.#pageState;
    this.#pageState.over();
    this.#readiness.stop();
    this.#guarded.removeAllListeners();
    if (this.#guarded.pupBrowser === null) {
      // Not launched, or still launching: the signal kills the process group even without a Browser (H12).
      // Puppeteer may then wait another half minute for a first page.
      this.#abort.abort();
      await within(KILLED_MS, this.#launching, 'the end of a launch').catch(() => undefined);
    }
    const { pupBrowser: browser, pupPage: page } = this.#guarded;
    if (browser !== null) {
      const isLinked = (phase === 'linked' || phase === 'ready') && !this.#unlinked;
      await closeBrowser({ browser, page, profile: this.#profile, isLinked, linkedAtMs, log: this.#log });
    }
    this.#abort.abort();
    this.#warnings.flush();
  }

  #page(): Page {
    const page = this.#guarded.pupPage;
    if (page === null) throw new Fault('not_ready', { reason: 'The browser has no page yet.' });
    return page;
  }
}
