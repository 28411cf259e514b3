// Tracks how far one client has come, from an empty page to a ready account, and reports each step as an event. Its sources
// are the states of the page's socket, its QR codes and its logouts; page-state.ts adds the checks of the page.
import type { ClientListener } from '../../session/port.js';
import type { Linked } from '../../session/state.js';
import type { PageReport } from '../page/page-window.js';
import type { LogoutSigns } from './logout-signs.js';
import type { PasskeyRequest } from './passkey-request.js';

/**
 * How far the client has come. `lost`: it was linked, and its connection or document is gone; `over`: it is closed or
 * broken, and reports nothing more.
 */
export type Phase = 'loading' | 'unpaired' | 'linked' | 'ready' | 'lost' | 'over';

export interface LinkNeeds {
  look(): void;
  refreshQr(): void;
  warn(event: string, fields: Readonly<Record<string, unknown>>): void;
}

/** How long a page that shows a QR code on a saved session may take to report that the phone unlinked it. */
const EXPLAIN_MS = 3_000;
/** A page that has lost its connection starts a new one (state OPENING) well before this. */
const STILL_MS = 8_000;
/** A page that is starting opens its connection within this, unless the server cannot be reached. */
const OPENING_MS = 8_000;

/** Ended by `over`. */
export class LinkState {
  readonly #listener: ClientListener;
  readonly #needs: LinkNeeds;
  readonly #logout: LogoutSigns;
  readonly #passkey: PasskeyRequest;
  /** There is a session, so a QR code means that it is lost. */
  #hasSession: boolean;
  #phase: Phase = 'loading';
  #linkedAtMs: number | null = null;
  #explain: NodeJS.Timeout | undefined;
  /** Runs while the socket is connected and its stream is not. */
  #still: NodeJS.Timeout | undefined;
  /** Runs during a start while the page tries to connect. */
  #opening: NodeJS.Timeout | undefined;
  /** The account that was reported last, as JSON. It is reported again only after a change. */
  #me = 'null';
  /** Called when the page has deleted its credentials. Set while our own logout waits for that. */
  unlinked: (() => void) | undefined;

  constructor(
    listener: ClientListener,
    needs: LinkNeeds,
    { logout, passkey }: { readonly logout: LogoutSigns; readonly passkey: PasskeyRequest },
    expectsSession: boolean,
  ) {
    this.#listener = listener;
    this.#needs = needs;
    this.#logout = logout;
    this.#passkey = passkey;
    this.#hasSession = expectsSession;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** When this page was linked; null when it was linked at launch. */
  get linkedAtMs(): number | null {
    return this.#linkedAtMs;
  }

  get isLinked(): boolean {
    return this.#phase === 'linked' || this.#phase === 'ready' || this.#phase === 'lost';
  }

  /** Stops all reports. Idempotent. */
  over(): void {
    this.#phase = 'over';
    clearTimeout(this.#explain);
    clearTimeout(this.#still);
    clearTimeout(this.#opening);
  }

  /** The page has loaded WhatsApp Web anew. */
  newDocument(): void {
    clearTimeout(this.#still);
    clearTimeout(this.#opening);
    if (this.#phase === 'unpaired') this.#listener.report({ type: 'qr-gone' });
    this.#loses('client.reloading');
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

  /** @param wid the account of the page; null when it has none */
  socketState(state: string, wid: string | null): void {
    clearTimeout(this.#opening);
    switch (state) {
      case 'UNPAIRED_IDLE':
        this.#needs.refreshQr();
        this.showsQr();
        break;
      case 'UNPAIRED':
        this.showsQr();
        break;
      case 'PAIRING':
        if (wid !== null) this.linked(null);
        break;
      case 'CONNECTED':
        this.linked(null);
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
        if (this.#phase !== 'ready' && this.#hasSession) this.#startsWithout(state);
        this.#loses('client.offline');
    }
  }

  /**
   * During a start, OPENING is normal for a moment. A page that cannot connect stays OPENING (WAWebCommsConfig, 2026-04-27);
   * older ones then showed TIMEOUT.
   */
  #startsWithout(state: string): void {
    const offline = (): void => {
      if (this.#phase !== 'ready') this.#listener.event({ type: 'client.offline' });
    };
    if (state === 'TIMEOUT' || state === 'PROXYBLOCK') offline();
    else if (state === 'OPENING' && this.#phase === 'loading')
      this.#opening = setTimeout(offline, OPENING_MS);
  }

  /**
   * When another WhatsApp Web takes the session over, the page stops its connection, keeps the state
   * CONNECTED and starts no new connection (WAWebHandleStreamError, WAComms, WAWebSocketModel; 2026-04-27).
   */
  stream({ state, stream, online }: Extract<PageReport, { kind: 'state' }>): void {
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
  showsQr(): void {
    if (this.#hasSession && this.#logout.leaves) this.loggedOut();
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

  /** The page has deleted its credentials. */
  loggedOut(): void {
    // A logout report on a page without an account changes nothing.
    if (!this.#hasSession) return;
    clearTimeout(this.#explain);
    this.#logout.reported();
    this.unlinked?.();
    this.#phase = 'linked';
    this.#listener.event({ type: 'client.logged-out', explained: true, ...this.#logout.why });
  }

  /** Reported only on a change: a page that stays linked without becoming ready is not reported again. */
  linked(me: Linked | null): void {
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

  /** A check has shown that the account can send and receive. The caller reports it. */
  ready(): void {
    this.#phase = 'ready';
  }
}
