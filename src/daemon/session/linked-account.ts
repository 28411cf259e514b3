// Which WhatsApp account owns the store. Outbox and journal belong to the account that is linked; what waits for one
// account is never sent through the page of another.
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
   * Somebody is linked: what waits for another account is not sent any more. On disk before anything of this account
   * is told or accepted; where the disk refuses it, the store stays the other one's until this is called again.
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
      for (const row of failed) outbox.told({ row, staged: [] });
    } catch (error) {
      log.error('account.link-refused', { err: error });
    }
  }

  /** The page of this account is ready: what waits for it goes out, and nothing where the store is another one's. */
  ready(wid: string | null): void {
    this.link(wid);
    if (wid !== null && accountOf(wid) === this.#options.store.account.wid)
      this.#options.sender.open(accountOf(wid));
  }

  /** The disk has refused something and takes it again: whose the store is may have been among that. */
  again(wid: string | null): void {
    // Whose queue is open already is not asked for its messages once more.
    if (wid !== null && accountOf(wid) !== this.#options.store.account.wid) this.ready(wid);
  }
}
