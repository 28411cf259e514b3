// Turns the reports and checks of the page into events of the life cycle: client.ts feeds it and performs its requests. It
// relies on checks of the page, never on the library's `ready`.
import { type CapabilityStates, OK } from '../../protocol/capability.js';
import type { BrokenReason } from '../../session/event.js';
import type { ClientListener } from '../../session/port.js';
import type { Limits } from '../../session/restriction.js';
import type { Linked } from '../../session/state.js';
import { PageCapabilities } from '../capabilities/page-capabilities.js';
import type { Look } from '../page/look.js';
import type { PageReport } from '../page/page-window.js';
import { AccountLimits } from './account-limits.js';
import { PersonNeeded } from './attention.js';
import { type LinkNeeds, LinkState, type Phase } from './link-state.js';
import { LogoutSigns } from './logout-signs.js';
import { type ReportNeeds, reportHandler } from './page-reports.js';
import { PasskeyRequest } from './passkey-request.js';

/** The result of a check of the page, with the account's limits if the page has any. */
export interface Seen extends Look {
  readonly limits?: Limits | null;
}

/** The actions on the page that the page state requests. */
export type PageStateNeeds = LinkNeeds & ReportNeeds;

/** Ended by `over`. */
export class PageState {
  readonly #listener: ClientListener;
  readonly #link: LinkState;
  readonly #logout = new LogoutSigns();
  readonly #limits: AccountLimits;
  readonly #capabilities: PageCapabilities;
  readonly #passkey: PasskeyRequest;
  readonly #personNeeded: PersonNeeded;
  readonly #handle: (report: PageReport) => void;
  #reports = 0;

  constructor(listener: ClientListener, needs: PageStateNeeds, expectsSession: boolean) {
    this.#listener = listener;
    this.#limits = new AccountLimits(listener);
    this.#passkey = new PasskeyRequest(listener);
    this.#personNeeded = new PersonNeeded(listener);
    const parts = { logout: this.#logout, passkey: this.#passkey };
    this.#link = new LinkState(listener, needs, parts, expectsSession);
    this.#capabilities = new PageCapabilities({
      changed: (capabilities) => listener.report({ type: 'capabilities', capabilities }),
      unfit: (detail) => {
        // A page that waits for a phone can still be linked.
        if (this.phase !== 'unpaired')
          listener.event({ type: 'client.refused', reason: 'outdated_library', detail });
      },
      look: () => needs.look(),
    });
    this.#handle = reportHandler({
      ...parts,
      listener,
      needs,
      link: this.#link,
      limits: this.#limits,
      personNeeded: this.#personNeeded,
      newDocument: (url) => this.#newDocument(url),
      qr: (payload) => this.qr(payload),
      passkeyAnswered: () => this.passkeyAnswered(),
      passkeyChanged: () => this.#passkeyChanged(),
    });
  }

  get phase(): Phase {
    return this.#link.phase;
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
    return this.#link.linkedAtMs;
  }

  /** While true, QR codes of the page are not reported. */
  get awaitsPasskey(): boolean {
    return this.#passkey.purpose === 'link';
  }

  /** Called when the page has deleted its credentials. Set while our own logout waits for that. */
  set unlinked(act: (() => void) | undefined) {
    this.#link.unlinked = act;
  }

  /** Stops all reports. Idempotent. */
  over(): void {
    this.#link.over();
    this.#passkey.over();
    this.#capabilities.over();
  }

  /** The browser or the page can no longer be used. */
  broken(reason: BrokenReason, detail: string): void {
    if (this.phase === 'over') return;
    this.over();
    this.#listener.event({ type: 'client.broken', reason, detail });
  }

  /** Handles a report of our functions in the page. */
  handle(report: PageReport): void {
    if (this.phase === 'over') return;
    if (report.kind === 'document' || report.kind === 'state') this.#reports += 1;
    this.#handle(report);
  }

  #newDocument(url: string): void {
    if (this.#logout.newDocument(url)) this.#link.loggedOut();
    else if (!url.startsWith('https://web.whatsapp.com/')) {
      // Before the first page has loaded, this is not a navigation away from it.
      if (this.phase === 'loading') return;
      // A reload that found no network ends on Chromium's own page.
      const reason = url.startsWith('chrome-error:') ? 'network_down' : 'page_unresponsive';
      this.broken(reason, `the page went to ${url.slice(0, 100)}`);
    } else {
      this.#personNeeded.newDocument();
      this.#passkey.end('gone');
      this.#capabilities.newDocument();
      this.#link.newDocument();
    }
  }

  /**
   * Handles a QR code that the page draws, or that the library composes where the page has no event for it.
   */
  qr(payload: string): void {
    // After a scan the ref is cleared and the library composes `undefined,…` (H18).
    if (/^(undefined|null)?,/.test(payload)) this.#listener.report({ type: 'qr-gone' });
    else if (this.phase === 'loading' || this.phase === 'unpaired') {
      this.#passkey.codeShown();
      this.#link.showsQr();
      // A code that was made with our stand-ins cannot be scanned.
      if (this.phase === 'unpaired' && !this.#capabilities.isLacking('link.qr'))
        this.#listener.report({ type: 'qr', payload });
    }
  }

  #passkeyChanged(): void {
    this.#personNeeded.passkey(this.#passkey.asks === 'account' ? 'account' : null);
  }

  /** Call this before the page gets the answer to its passkey request. */
  passkeyAnswered(): void {
    if (this.phase === 'over') return;
    this.#passkey.answered();
    this.#passkeyChanged();
  }

  /** Records which capabilities work, as found by probes and shims. */
  capable(found: CapabilityStates): void {
    if (this.phase !== 'over') this.#capabilities.learn(found);
  }

  /**
   * Records the missing needs of capabilities/needs.ts and for how long, ms; null when the page could not be
   * checked.
   */
  lacks(missing: Look['missing']): void {
    if (this.phase !== 'over') this.#capabilities.lacks(missing);
  }

  /** Handles the limits of the account that a check has shown. */
  limits(limits: Limits | null | undefined): void {
    if (this.phase !== 'over') this.#limits.seen(limits);
  }

  /** Handles a check of the page, the only basis of `ready`. */
  judge(seen: Seen): void {
    if (this.phase === 'over') return;
    this.#capabilities.lacks(seen.missing);
    this.limits(seen.limits);
    if (seen.socketState !== 'CONNECTED' || seen.still || seen.wid === null) return;
    const me = linkedOf(seen);
    if (this.phase !== 'ready') this.#link.linked(me);
    if (!seen.synced || !seen.utils || !seen.listening || this.#capabilities.why !== null) return;
    this.#link.ready();
    this.#capabilities.learn({ 'session.receive': OK });
    this.#listener.event({ type: 'client.ready', me });
  }
}

function linkedOf({ wid, platform, pushname }: Look): Linked {
  const phone = wid?.endsWith('@c.us') ? wid.slice(0, -5).replace(/:.*$/, '') : null;
  return { wid, phone, platform: platform ?? 'web', pushname };
}
