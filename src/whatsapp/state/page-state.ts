// Turns the reports and checks of the page into events of the life cycle. It tracks how far this client has come; client.ts
// feeds it and performs its requests. It relies on checks of the page, never on the library's `ready`.
import { type CapabilityStates, OK } from '../../protocol/capability.js';
import type { BrokenReason } from '../../session/event.js';
import type { ClientListener } from '../../session/port.js';
import type { Limits } from '../../session/restriction.js';
import type { Linked } from '../../session/state.js';
import { PageCapabilities } from '../capabilities/page-capabilities.js';
import type { Look } from '../page/look.js';
import type { PageReport } from '../page/page-window.js';
import { PersonNeeded } from './attention.js';
import { LogoutSigns } from './logout-signs.js';
import { PasskeyRequest } from './passkey-request.js';

/**
 * How far the client has come. `lost`: it was linked, and its connection or document is gone; `over`: it is closed or
 * broken, and reports nothing more.
 */
type Phase = 'loading' | 'unpaired' | 'linked' | 'ready' | 'lost' | 'over';

/** The result of a check of the page, with the account's limits if the page has any. */
export interface Seen extends Look {
  readonly limits?: Limits | null;
}

/** The actions on the page that the page state requests. */
export interface PageStateNeeds {
  look(): void;
  refreshQr(): void;
  /** Stores a screenshot of the page. Returns its path, or null. */
  picture?(): string | null;
  warn(event: string, fields: Readonly<Record<string, unknown>>): void;
}

/** How long a page that shows a QR code on a saved session may take to report that the phone unlinked it. */
const EXPLAIN_MS = 3_000;
/** A page that has lost its connection starts a new one (state OPENING) well before this. */
const STILL_MS = 8_000;

export class PageState {
  readonly #listener: ClientListener;
  readonly #needs: PageStateNeeds;
  /** There is a session, so a QR code means that it is lost. */
  #hasSession: boolean;
  #phase: Phase = 'loading';
  #linkedAtMs: number | null = null;
  #explain: NodeJS.Timeout | undefined;
  /** Runs while the socket is connected and its stream is not. */
  #still: NodeJS.Timeout | undefined;
  /** The account that was reported last, as JSON. It is reported again only after a change. */
  #me = 'null';
  /** The limits of the account that were reported last. */
  #limits = 'null';
  readonly #logout = new LogoutSigns();
  readonly #capabilities: PageCapabilities;
  readonly #passkey: PasskeyRequest;
  readonly #personNeeded: PersonNeeded;
  #reports = 0;
  /** Called when the page has deleted its credentials. Set while our own logout waits for that. */
  unlinked: (() => void) | undefined;

  constructor(listener: ClientListener, needs: PageStateNeeds, expectsSession: boolean) {
    this.#listener = listener;
    this.#needs = needs;
    this.#hasSession = expectsSession;
    this.#passkey = new PasskeyRequest(listener);
    this.#personNeeded = new PersonNeeded(listener);
    this.#capabilities = new PageCapabilities({
      changed: (capabilities) => listener.report({ type: 'capabilities', capabilities }),
      unfit: (detail) => {
        // A page that waits for a phone can still be linked.
        if (this.#phase !== 'unpaired')
          listener.event({ type: 'client.refused', reason: 'outdated_library', detail });
      },
      look: () => needs.look(),
    });
  }

  get phase(): Phase {
    return this.#phase;
  }

  /**
   * How often the page has reported a new document or a change of its connection. Each one makes earlier
   * checks outdated.
   */
  get reports(): number {
    return this.#reports;
  }

  /** When this page was linked; null when it was linked at launch. */
  get linkedAtMs(): number | null {
    return this.#linkedAtMs;
  }

  /** While true, QR codes of the page are not reported. */
  get awaitsPasskey(): boolean {
    return this.#passkey.purpose === 'link';
  }

  /** Stops all reports. Idempotent. */
  over(): void {
    this.#phase = 'over';
    clearTimeout(this.#explain);
    clearTimeout(this.#still);
    this.#passkey.over();
    this.#capabilities.over();
  }

  /** The browser or the page can no longer be used. */
  broken(reason: BrokenReason, detail: string): void {
    if (this.#phase === 'over') return;
    this.over();
    this.#listener.event({ type: 'client.broken', reason, detail });
  }

  /** Handles a report of our functions in the page. */
  handle(report: PageReport): void {
    if (this.#phase === 'over') return;
    if (report.kind === 'document' || report.kind === 'state') this.#reports += 1;
    switch (report.kind) {
      case 'document':
        this.#newDocument(report.url);
        break;
      case 'limits':
        this.#needs.look();
        break;
      case 'trusted':
        this.#listener.report({ type: 'trusted', chatId: report.chatId });
        break;
      case 'ban':
        this.#ban(report.banned, report.expireS);
        break;
      case 'failure':
        this.#logout.refusedWith(report.code);
        break;
      case 'logout-begins':
        this.#logout.begins();
        break;
      case 'gives-up':
        this.#logout.givesUp(report.reason);
        break;
      case 'logout':
        this.#loggedOut();
        break;
      case 'code-over':
        this.#listener.event({ type: 'client.pairing-over' });
        break;
      case 'qr':
        if (report.text === null) this.#listener.report({ type: 'qr-gone' });
        else this.qr(report.text);
        break;
      case 'people':
        this.#listener.report({ type: 'people', pairs: report.pairs });
        break;
      case 'missing':
        this.#needs.warn('whatsapp.watcher', { what: report.what });
        break;
      case 'dialog':
        this.#needs.warn('whatsapp.dialog', { text: report.text, pressed: report.pressed });
        if (!report.pressed)
          this.#personNeeded.dialog(`WhatsApp Web shows a dialog: ${report.text}${this.#picture()}`);
        break;
      case 'dialog-gone':
        this.#personNeeded.dialog(null);
        break;
      case 'passkey':
        this.#passkey.asked(report.id, report.options, this.#isLinked() ? 'account' : 'link');
        this.#wantPasskey();
        break;
      case 'passkey-answered':
        this.passkeyAnswered();
        break;
      case 'passkey-gone':
        this.#passkey.end('refused');
        this.#wantPasskey();
        break;
      case 'checkpoint':
        this.#personNeeded.checkpoint(report.type);
        break;
      case 'checkpoint-gone':
        this.#personNeeded.checkpoint(null);
        break;
      case 'state':
        this.#socketState(report.state, report.wid);
        this.#stream(report);
        break;
    }
  }

  #picture(): string {
    const path = this.#needs.picture?.() ?? null;
    return path === null ? '' : ` (a picture: ${path})`;
  }

  #newDocument(url: string): void {
    if (this.#logout.newDocument(url)) this.#loggedOut();
    else if (!url.startsWith('https://web.whatsapp.com/')) {
      // Before the first page has loaded, this is not a navigation away from it.
      if (this.#phase === 'loading') return;
      // A reload that found no network ends on Chromium's own page.
      const reason = url.startsWith('chrome-error:') ? 'network_down' : 'page_unresponsive';
      this.broken(reason, `the page went to ${url.slice(0, 100)}`);
    } else {
      clearTimeout(this.#still);
      this.#personNeeded.newDocument();
      this.#passkey.end('gone');
      this.#capabilities.newDocument();
      if (this.#phase === 'unpaired') this.#listener.report({ type: 'qr-gone' });
      this.#loses('client.reloading');
    }
  }

  /**
   * A linked page must prove that it works again. Reported if the account was ready; otherwise the running
   * deadline continues.
   */
  #loses(event: 'client.reloading' | 'client.offline'): void {
    const wasReady = this.#phase === 'ready';
    if (wasReady || this.#phase === 'linked') this.#phase = 'lost';
    if (wasReady) this.#listener.event({ type: event });
  }

  #socketState(state: string, wid: string | null): void {
    switch (state) {
      case 'UNPAIRED_IDLE':
        this.#needs.refreshQr();
        this.#showsQr();
        break;
      case 'UNPAIRED':
        this.#showsQr();
        break;
      case 'PAIRING':
        if (wid !== null) this.#linked(null);
        break;
      case 'CONNECTED':
        this.#linked(null);
        this.#needs.look();
        break;
      case 'CONFLICT':
        this.#phase = 'lost';
        this.#listener.event({ type: 'client.conflict' });
        break;
      case 'DEPRECATED_VERSION':
        this.#listener.event({ type: 'client.refused', reason: 'outdated_library' });
        break;
      case 'TOS_BLOCK':
      case 'SMB_TOS_BLOCK':
        this.#listener.event({ type: 'client.refused', reason: 'banned' });
        break;
      default: // OPENING, TIMEOUT, PROXYBLOCK, UNLAUNCHED: no connection, for any cause
        // During a start, OPENING is normal. With TIMEOUT the page reports that it cannot connect.
        if (this.#phase !== 'ready' && this.#hasSession && (state === 'TIMEOUT' || state === 'PROXYBLOCK'))
          this.#listener.event({ type: 'client.offline' });
        this.#loses('client.offline');
    }
  }

  /**
   * When another WhatsApp Web takes the session over, the page stops its connection, keeps the state
   * CONNECTED and starts no new connection (WAWebHandleStreamError, WAComms, WAWebSocketModel; 2026-04-27).
   */
  #stream({ state, stream, online }: Extract<PageReport, { kind: 'state' }>): void {
    clearTimeout(this.#still);
    if (this.#phase !== 'ready' || state !== 'CONNECTED' || stream !== 'DISCONNECTED') return;
    this.#still = setTimeout(() => {
      if (this.#phase !== 'ready') return;
      if (!online) return this.#loses('client.offline');
      this.#phase = 'lost';
      this.#listener.event({ type: 'client.conflict' });
    }, STILL_MS);
  }

  /** The page waits for a phone: normal on an empty profile, a loss if there was a session. */
  #showsQr(): void {
    if (this.#hasSession && this.#logout.leaves) this.#loggedOut();
    else if (this.#hasSession) {
      // The phone's logout may be reported after the state. A QR code alone is weaker evidence.
      this.#explain ??= setTimeout(() => {
        if (this.#phase === 'over') return;
        if (this.unlinked) this.unlinked();
        else this.#needs.warn('whatsapp.session-unfound', {});
        this.#listener.event({ type: 'client.logged-out', explained: false });
      }, EXPLAIN_MS);
    } else if (this.#phase === 'loading') {
      this.#phase = 'unpaired';
      this.#listener.event({ type: 'client.unpaired' });
    }
  }

  #loggedOut(): void {
    // A logout report on a page without an account changes nothing.
    if (!this.#hasSession) return;
    clearTimeout(this.#explain);
    this.#logout.reported();
    this.unlinked?.();
    this.#phase = 'linked';
    this.#listener.event({ type: 'client.logged-out', explained: true, ...this.#logout.why });
  }

  /**
   * Handles a QR code that the page draws, or that the library composes where the page has no event for it.
   */
  qr(payload: string): void {
    // After a scan the ref is cleared and the library composes `undefined,…` (H18).
    if (/^(undefined|null)?,/.test(payload)) this.#listener.report({ type: 'qr-gone' });
    else if (this.#phase === 'loading' || this.#phase === 'unpaired') {
      this.#passkey.codeShown();
      this.#showsQr();
      // A code that was made with our stand-ins cannot be scanned.
      if (this.#phase === 'unpaired' && !this.#capabilities.isLacking('link.qr'))
        this.#listener.report({ type: 'qr', payload });
    }
  }

  /** Reported only on a change: a page that stays linked without becoming ready is not reported again. */
  #linked(me: Linked | null): void {
    const before = this.#phase;
    if (before === 'loading' || before === 'unpaired') this.#listener.report({ type: 'qr-gone' });
    clearTimeout(this.#explain);
    this.#explain = undefined;
    this.#passkey.linked();
    if (before === 'lost') this.#logout.forget();
    if (!this.#hasSession) this.#linkedAtMs = Date.now();
    this.#hasSession = true;
    if (before !== 'ready') this.#phase = 'linked';
    const isNew = me !== null && JSON.stringify(me) !== this.#me;
    if (isNew) this.#me = JSON.stringify(me);
    if (isNew || (before !== 'linked' && before !== 'ready'))
      this.#listener.event({ type: 'client.linked', me });
  }

  #wantPasskey(): void {
    this.#personNeeded.passkey(this.#passkey.asks === 'account' ? 'account' : null);
  }

  #isLinked(): boolean {
    return this.#phase === 'linked' || this.#phase === 'ready' || this.#phase === 'lost';
  }

  /** Call this before the page gets the answer to its passkey request. */
  passkeyAnswered(): void {
    if (this.#phase === 'over') return;
    this.#passkey.answered();
    this.#wantPasskey();
  }

  /** Records which capabilities work, as found by probes and shims. */
  capable(found: CapabilityStates): void {
    if (this.#phase !== 'over') this.#capabilities.learn(found);
  }

  /**
   * Records the missing needs of capabilities/needs.ts and for how long, ms; null when the page could not be
   * checked.
   */
  lacks(missing: Look['missing']): void {
    if (this.#phase !== 'over') this.#capabilities.lacks(missing);
  }

  /**
   * Handles the limits of the account that a check has shown. They are reported when they are new, and before anything
   * is sent.
   */
  limits(limits: Limits | null | undefined): void {
    if (this.#phase === 'over' || limits === null || limits === undefined) return;
    const json = JSON.stringify(limits);
    if (json === this.#limits) return;
    this.#limits = json;
    this.#listener.report({ type: 'limits', limits });
  }

  /** A 402 at login: the page shows when the ban ends, and continues to connect. */
  #ban(banned: boolean, expireS: number | null): void {
    if (!banned) {
      this.#listener.report({ type: 'ban', untilMs: null });
      return;
    }
    const untilMs = Date.now() + (expireS ?? 0) * 1000;
    this.#listener.report({ type: 'ban', untilMs });
    this.#listener.event({
      type: 'client.refused',
      reason: 'banned',
      ...(expireS === null ? {} : { untilMs }),
    });
  }

  /** Handles a check of the page, the only basis of `ready`. */
  judge(seen: Seen): void {
    if (this.#phase === 'over') return;
    this.#capabilities.lacks(seen.missing);
    this.limits(seen.limits);
    if (seen.socketState !== 'CONNECTED' || seen.still || seen.wid === null) return;
    const me = linkedOf(seen);
    if (this.#phase !== 'ready') this.#linked(me);
    if (!seen.synced || !seen.utils || !seen.listening || this.#capabilities.why !== null) return;
    this.#phase = 'ready';
    this.#capabilities.learn({ 'session.receive': OK });
    this.#listener.event({ type: 'client.ready', me });
  }
}

function linkedOf({ wid, platform, pushname }: Look): Linked {
  const phone = wid?.endsWith('@c.us') ? wid.slice(0, -5).replace(/:.*$/, '') : null;
  return { wid, phone, platform: platform ?? 'web', pushname };
}
