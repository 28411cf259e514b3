// One WhatsApp client on one browser: the port of session/port.ts. It turns what library, page and browser say into
// events of the life cycle, and does what the daemon asks of the page. It decides nothing about what happens next.
import type { Browser, Page } from 'puppeteer';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { type ChatId, messageKey } from '../protocol/wid.js';
import type { BrokenReason } from '../session/event.js';
import type { ClientListener, Health, SendOutcome, WhatsAppClient } from '../session/port.js';
import { type ChromeOptions, endBrowser, userAgent } from './chrome.js';
import { raiseMissedSync } from './compat/d4-missed-sync.js';
import { SHIMS } from './compat/index.js';
import { errorText, isNavigation, isRateLimit, isTransport, launchReason } from './errors.js';
import { GuardedClient } from './guarded-client.js';
import type { LibraryMessage } from './library.js';
import { look } from './page/look.js';
import { missedSince } from './page/missed.js';
import { installOwnIds } from './page/own-id.js';
import type { PageSocket, PageWindow, Told } from './page/page-window.js';
import { watch } from './page/watch.js';
import { askForOwn, ID_TAG, sendText, within } from './send.js';
import { isNotice, toInbound, widText } from './translate.js';
import { Witness } from './witness.js';

declare const window: PageWindow;

export interface ClientOptions {
  readonly dataPath: string;
  readonly clientId: string;
  readonly chrome: ChromeOptions;
  /** A profile with a saved session: a QR on it is a loss, not a beginning. */
  readonly expectsSession: boolean;
  readonly loadMs: number;
  readonly log: Log;
}

const BINDING = '__wadTell';
const LOOK_MS = 8_000;
/** How long a dialog that wants a button is looked for after each load (U1). */
const DIALOG_FOR_MS = 10 * 60_000;
/** A logout that the page promised and kept, but does not show: its frame gets this long to leave. */
const LATE_MS = 2_000;
/** The library asks for a new pairing code at this interval; once is enough, WhatsApp counts them (H24). */
const NEVER_MS = 2 ** 31 - 1;
/** Modules that receiving and sending text cannot do without. */
const NEEDED = [
  'WAWebSocketModel',
  'WAWebCmd',
  'WAWebConnModel',
  'WAWebUserPrefsMeUser',
  'WAWebCollections',
  'WAWebMsgKey',
  'WAWebWidFactory',
  'WAWebChatGetters',
  'WAWebFindChatAction',
  'WAWebSendMsgChatAction',
  'WAWebGetEphemeralFieldsMsgActionsUtils',
  'WALinkify',
];

export function createClient(options: ClientOptions, listener: ClientListener): WhatsAppClient {
  return new Client(options, listener);
}

class Client implements WhatsAppClient {
  readonly #options: ClientOptions;
  readonly #listener: ClientListener;
  readonly #abort = new AbortController();
  readonly #guarded: GuardedClient;
  readonly #witness: Witness;
  #launching: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #poll: NodeJS.Timeout | undefined;
  browserVersion: string | null = null;
  whatsappWeb: string | null = null;

  constructor(options: ClientOptions, listener: ClientListener) {
    this.#options = options;
    this.#listener = listener;
    const { dataPath, clientId, chrome, loadMs, log } = options;
    this.#witness = new Witness(
      listener,
      {
        look: () => this.#look(),
        refreshQr: () => this.#refreshQr(),
        warn: log.warn,
      },
      options.expectsSession,
    );
    this.#guarded = new GuardedClient(
      { dataPath, clientId, chrome, loadMs, signal: this.#abort.signal },
      {
        born: (page) => this.#born(page),
        beforeInject: (page) => this.#prepare(page),
        injected: async (page) => {
          await page.evaluate(raiseMissedSync);
          this.#look();
        },
        listening: () => this.#look(),
        trouble: (where, error) => {
          log.warn('whatsapp.trouble', { where, error: errorText(error) });
          if (where === 'attachEventListeners' && !isNavigation(error))
            this.#witness.capable({ 'session.receive': `missing: ${errorText(error)}` });
        },
      },
    );
    this.#listen();
  }

  get browserPid(): number | null {
    return this.#guarded.pupBrowser?.process()?.pid ?? null;
  }

  async launch(): Promise<void> {
    this.#launching = this.#guarded.initialize().catch((error: unknown) => {
      this.#broken(launchReason(error), errorText(error));
    });
    await this.#launching;
  }

  // ---- what library, page and browser say ---------------------------------------------------------------------

  #listen(): void {
    // A listener that throws would vanish into the page (H2).
    const on = <A extends unknown[]>(event: string, act: (...args: A) => void): void => {
      this.#guarded.on(event, (...args: unknown[]) => {
        try {
          act(...(args as A));
        } catch (error) {
          this.#options.log.warn('whatsapp.listener', { event, error: errorText(error) });
        }
      });
    };
    on('qr', (payload: string) => this.#witness.qr(payload));
    on('authenticated', () => this.#look());
    on('ready', () => this.#look());
    on('loading_screen', () => this.#listener.event({ type: 'client.progress' }));
    on('message_create', (message: LibraryMessage) => {
      if (!isNotice(message)) this.#listener.news({ type: 'message', message: toInbound(message) });
    });
    on('message_ack', (message: LibraryMessage, ack: number) => {
      const { key, messageId, chatId, fromMe } = toInbound(message);
      this.#listener.news({ type: 'ack', key, messageId, chatId, fromMe, ack });
    });
  }

  /** Before the first navigation: death notices, the watcher, a current user agent. */
  async #born(page: Page): Promise<void> {
    const browser = this.#guarded.pupBrowser as Browser;
    const died = (what: string) => (): void => this.#broken('browser_crashed', what);
    browser.once('disconnected', died('the browser is gone'));
    browser.process()?.once('exit', died('the browser process exited'));
    page.once('error', died('the page crashed'));
    page.once('close', died('the page was closed'));
    // The only place where an exception inside the library's handlers shows (H2).
    page.on('pageerror', (error) =>
      this.#options.log.debug('whatsapp.page-error', { error: errorText(error), build: this.whatsappWeb }),
    );
    await page.exposeFunction(BINDING, (told: Told) => this.#witness.told(told));
    await page.evaluateOnNewDocument(watch, BINDING, DIALOG_FOR_MS);
    const version = await browser.version();
    this.browserVersion = version.replace('Headless', '');
    await page.setUserAgent({ userAgent: userAgent(version) });
    this.#poll = setInterval(() => this.#witness.phase !== 'ready' && this.#look(), 1_000);
  }

  #broken(reason: BrokenReason, detail: string): void {
    clearInterval(this.#poll);
    this.#witness.broken(reason, detail);
  }

  /** The library's own refresh uses `window` in Node and never runs (H18). */
  #refreshQr(): void {
    const refresh = (): void => {
      const cmd = window.require('WAWebCmd').Cmd as { refreshQR?: () => void };
      if (typeof cmd.refreshQR === 'function') cmd.refreshQR();
      else window.require('WAWebLaunchSocketUtils').refreshQR();
    };
    this.#guarded.pupPage?.evaluate(refresh).catch((error: unknown) => {
      this.#options.log.warn('whatsapp.refresh-qr', { error: errorText(error) });
    });
  }

  /** Nothing more is heard of this client. */
  #over(): void {
    this.#witness.over();
    clearInterval(this.#poll);
    this.#guarded.removeAllListeners();
  }

  // ---- our own proof of readiness -------------------------------------------------------------------------------

  /** Before the library touches a document: shims, and the door through which our ids go. */
  async #prepare(page: Page): Promise<void> {
    const found: Record<string, string> = {};
    // A navigation under the work is not the page's lack of anything: it is told onwards, and tried again.
    const lacking = (error: unknown): string => {
      if (isNavigation(error) || isTransport(error)) throw error;
      return errorText(error);
    };
    for (const shim of SHIMS) {
      const result = await shim.apply(page).catch((error: unknown) => `failed: ${lacking(error)}` as const);
      this.#options.log.debug('whatsapp.shim', { shim: shim.id, result });
      found[shim.capability] =
        result === 'native' ? 'ok' : result === 'patched' ? 'patched' : `degraded: ${result}`;
    }
    await page.evaluate(installOwnIds, ID_TAG).catch((error: unknown) => {
      found['send.text'] = `missing: ${lacking(error)}`;
    });
    this.#witness.capable(found);
  }

  /** Looks at the page; asked again meanwhile, looks once more. */
  #look(): void {
    this.#lookAgain = true;
    this.#looking ??= this.#lookWhileAsked().finally(() => {
      this.#looking = undefined;
    });
  }

  async #lookWhileAsked(): Promise<void> {
    while (this.#lookAgain && this.#witness.phase !== 'over') {
      this.#lookAgain = false;
      try {
        const page = this.#page();
        const seen = await within(LOOK_MS, page.evaluate(look, NEEDED), 'looking at the page');
        this.whatsappWeb = seen.whatsappWeb ?? this.whatsappWeb;
        this.#witness.judge(seen);
        if (seen.synced && !seen.utils) await page.evaluate(raiseMissedSync);
      } catch (error) {
        if (!isNavigation(error)) this.#options.log.debug('whatsapp.look', { error: errorText(error) });
      }
    }
  }

  // ---- what the daemon asks -------------------------------------------------------------------------------------

  async probe(timeoutMs: number): Promise<Health> {
    const seen = await this.#ask(timeoutMs, (page) => page.evaluate(look, []));
    return {
      socketState: seen.socketState,
      whatsappWeb: seen.whatsappWeb,
      wid: seen.wid,
      listening: seen.listening,
    };
  }

  async nudge(by: 'reconnect' | 'reload' | 'takeover'): Promise<void> {
    await this.#ask(20_000, async (page) => {
      if (by === 'reload')
        return void (await page.reload({ waitUntil: 'domcontentloaded', timeout: 20_000 }));
      await page.evaluate((action) => {
        const socket = window.require('WAWebSocketModel').Socket as PageSocket;
        socket[action]?.();
      }, by);
    });
  }

  async requestPairingCode(number: string): Promise<string> {
    const page = this.#page();
    try {
      const code = await within(
        30_000,
        this.#guarded.requestPairingCode(number, true, NEVER_MS),
        'asking for a code',
      );
      if (typeof code === 'string' && /^[A-Z0-9]{8}$/i.test(code)) {
        this.#listener.event({ type: 'client.pairing' });
        return code.toUpperCase();
      }
      throw new Error('WhatsApp Web gave no code');
    } catch (error) {
      this.#options.log.warn('whatsapp.pairing', { error: errorText(error), url: page.url().slice(0, 60) });
      throw new Fault(isRateLimit(error) ? 'pairing_limited' : 'pairing_failed', { cause: error });
    }
  }

  async resolve(recipient: ChatId, signal: AbortSignal): Promise<ChatId | null> {
    if (!recipient.endsWith('@c.us')) return recipient;
    const given = new Promise<never>((_, reject) => {
      signal.addEventListener(
        'abort',
        () => reject(new Fault('page_error', { reason: 'nobody waits any more' })),
        {
          once: true,
        },
      );
    });
    const asked = this.#ask(15_000, () => this.#guarded.getNumberId(recipient));
    asked.catch(() => undefined);
    const found = await Promise.race([asked, given]);
    if (found === null) return null;
    const wid = widText(found);
    // A number may answer under its other identity; the chat stays keyed by what was asked for (H21).
    return wid.endsWith('@c.us') ? (wid as ChatId) : recipient;
  }

  async sendText(message: { chatId: ChatId; messageId: string; text: string }): Promise<SendOutcome> {
    return sendText(this.#guarded, this.#page(), message);
  }

  findOwn(message: { chatId: ChatId; messageId: string }): Promise<number | null> {
    return this.#ask(10_000, (page) => askForOwn(page, message.chatId, message.messageId, false));
  }

  async missedSince(sinceMs: number): Promise<readonly string[]> {
    const found = await this.#ask(10_000, (page) => page.evaluate(missedSince, sinceMs, 1_000));
    return found.map(({ participant, ...key }) =>
      messageKey({ ...key, participant: participant ?? undefined }),
    );
  }

  async logout(timeoutMs: number): Promise<boolean> {
    // The page's word that it is unlinked: its logout event, the page after it, or a QR. The call itself returns
    // nothing on some builds, and its frame may leave late (H19).
    const confirmed = new Promise<boolean>((resolve) => {
      this.#witness.unlinked = () => resolve(true);
    });
    try {
      const asked = this.#page().evaluate(() => {
        const done = (window.require('WAWebSocketModel').Socket as PageSocket).logout();
        return typeof (done as PromiseLike<unknown> | undefined)?.then === 'function'
          ? (done as Promise<unknown>).then(() => true)
          : false;
      });
      // A page that navigates away under the question is the answer on its way.
      const answered = asked.catch((error: unknown) => {
        if (isNavigation(error)) return false;
        throw error;
      });
      return await within(
        timeoutMs,
        Promise.race([
          confirmed,
          answered.then((promised) =>
            promised ? within(LATE_MS, confirmed, '').catch(() => true) : confirmed,
          ),
        ]),
        'logging out',
      );
    } catch (error) {
      this.#options.log.warn('whatsapp.logout', { error: errorText(error) });
      return false;
    } finally {
      this.#witness.unlinked = undefined;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#over();
    const browser = this.#guarded.pupBrowser;
    if (browser === null) {
      // Not launched yet, or still launching: the signal kills the process group even without a Browser (H12).
      this.#abort.abort();
      await this.#launching;
      if (this.#guarded.pupBrowser !== null) await endBrowser(this.#guarded.pupBrowser);
      return;
    }
    const how = await endBrowser(browser);
    this.#abort.abort();
    this.#options.log.debug('whatsapp.closed', { how });
  }

  async #ask<T>(ms: number, ask: (page: Page) => Promise<T>): Promise<T> {
    try {
      return await within(ms, ask(this.#page()), 'WhatsApp Web');
    } catch (error) {
      if (error instanceof Fault) throw error;
      throw new Fault('page_error', { reason: errorText(error), cause: error });
    }
  }

  #page(): Page {
    const page = this.#guarded.pupPage;
    if (page === null) throw new Fault('not_ready', { reason: 'The browser has no page yet.' });
    return page;
  }
}
