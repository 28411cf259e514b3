// Records which WhatsApp account owns the store. Outbox and journal belong to the linked account. Messages of
// one account are never sent through the page of another.
import type { Log } from '../../protocol/log.js';
import { accountOf } from '../../protocol/wid.js';
import type { Store } from '../../store/store.js';
import type { Outbox } from '../outgoing/outbox.js';
import type { Recipients } from '../outgoing/recipients.js';
import type { Sender } from '../outgoing/sender.js';

export interface LinkedAccountOptions {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly sender: Pick<Sender, 'open'>;
  readonly recipients: Pick<Recipients, 'forget'>;
  readonly log: Log;
}

/** Nothing to close. */
export class LinkedAccount {
  readonly #options: LinkedAccountOptions;

  constructor(options: LinkedAccountOptions) {
    this.#options = options;
  }

  /**
   * Called when an account is linked: messages that wait for another account are not sent any more. This is
   * on disk before any event or message of the new account. If the disk refuses it, the store stays with the
   * other account until this is called again.
   */
  link(wid: string | null): void {
    const { store, outbox, recipients, log } = this.#options;
    const own = wid === null ? null : accountOf(wid);
    const before = store.account.wid;
    if (own === null || own === before) return;
    try {
      const failed = store.writeNow((tx) => {
        store.account.link(tx, own, Date.now());
        return before === null ? [] : store.outbox.accountChanged(tx, own, Date.now());
      });
      recipients.forget();
      log.info('account.linked', { waiting: failed.length });
      for (const row of failed) outbox.announce({ row, staged: [] });
    } catch (error) {
      log.error('account.link-refused', { err: error });
    }
  }

  /**
   * Called when the page of this account is ready: sends what waits, unless the store
   * belongs to another account.
   */
  ready(wid: string | null): void {
    this.link(wid);
    if (wid !== null && accountOf(wid) === this.#options.store.account.wid)
      this.#options.sender.open(accountOf(wid));
  }

  /** Called when the disk takes writes again. The link to this account may be among the refused writes. */
  again(wid: string | null): void {
    // The queue of the current account is open already.
    if (wid !== null && accountOf(wid) !== this.#options.store.account.wid) this.ready(wid);
  }
}
