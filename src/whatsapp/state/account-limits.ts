// Reports the restrictions that WhatsApp puts on the account: its limits, as checks of the page show them, and a temporary
// ban, as the page reports it.
import type { ClientListener } from '../../session/port.js';
import type { Limits } from '../../session/restriction.js';

/** Nothing to close. */
export class AccountLimits {
  readonly #listener: ClientListener;
  /** The limits that were reported last, as JSON. */
  #lastReported = 'null';

  constructor(listener: ClientListener) {
    this.#listener = listener;
  }

  /**
   * Handles the limits of the account that a check has shown. They are reported when they are new, and before anything
   * is sent.
   */
  seen(limits: Limits | null | undefined): void {
    if (limits === null || limits === undefined) return;
    const json = JSON.stringify(limits);
    if (json === this.#lastReported) return;
    this.#lastReported = json;
    this.#listener.report({ type: 'limits', limits });
  }

  /**
   * A 402 at login: the page shows when the ban ends, and continues to connect.
   * @param banned false when the server has admitted the account
   * @param expireS seconds until the ban ends; null when unknown
   */
  ban(banned: boolean, expireS: number | null): void {
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
}
