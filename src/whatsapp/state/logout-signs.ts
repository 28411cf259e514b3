// Collects what the page shows about the end of its link: that it is deleting its credentials, and why.
import type { LogoutBan } from '../../session/event.js';

/**
 * The reason in the address of the document after a logout (WAWebLogoutReasonConstants,
 * WAWebReloadAfterLogout; 2026-04-27).
 */
const LOGOUT_REASON = /[?&]logout_reason=([0-3])(?:[&#]|$)/;
const ACCOUNT_LOCKED = '3';
const GAVE_UP: Readonly<Record<string, string>> = {
  0: 'client_fatal',
  1: 'sync_fail',
  2: 'initial_history_sync_timeout',
};

/** Nothing to close. */
export class LogoutSigns {
  #leaves = false;
  #ban: LogoutBan | null = null;
  #byPage: string | null = null;

  /**
   * The page has begun to delete its credentials and reloads afterwards. A QR code then needs no other
   * explanation.
   */
  get leaves(): boolean {
    return this.#leaves;
  }

  /** Why the link ended: the server logged the whole account out, or the page unlinked it by itself. */
  get why(): { readonly ban?: LogoutBan; readonly byPage?: string } {
    return {
      ...(this.#ban === null ? {} : { ban: this.#ban }),
      ...(this.#byPage === null ? {} : { byPage: this.#byPage }),
    };
  }

  begins(): void {
    this.#leaves = true;
  }

  /** The page unlinks the account by itself. */
  givesUp(reason: string): void {
    this.#leaves = true;
    this.#byPage = reason.slice(0, 60);
  }

  /**
   * After each of these codes the page deletes its credentials (WAWebHandleFailure, WAWebFailureErrorCodes;
   * 2026-04-27).
   */
  refusedWith(code: number): void {
    if (code !== 401 && code !== 403 && code !== 406) return;
    this.#leaves = true;
    if (code !== 401) this.#ban = code === 403 ? 'locked' : 'banned';
  }

  /** @returns true when the address is that of the document after a logout */
  newDocument(url: string): boolean {
    const reason = LOGOUT_REASON.exec(url)?.[1];
    if (reason === ACCOUNT_LOCKED) this.#ban ??= 'locked';
    else if (reason !== undefined) this.#byPage ??= GAVE_UP[reason] ?? null;
    return reason !== undefined || url.includes('post_logout=1');
  }

  /** The logout has been reported; the reason is kept. */
  reported(): void {
    this.#leaves = false;
  }

  /** The page is linked again, so it has not logged out. */
  forget(): void {
    this.#leaves = false;
    this.#ban = null;
    this.#byPage = null;
  }
}
