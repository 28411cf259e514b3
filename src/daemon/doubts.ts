// Messages whose fate is open: handed to a page that could not say what became of them, or is gone. The next page is
// asked for the id of each; nothing is guessed (H6).
import type { Log } from '../protocol/log.js';
import type { Addressee } from '../protocol/wid.js';
import type { OwnMessage } from '../session/port.js';
import type { StoredMessage } from '../store/outbox-row.js';
import type { Store } from '../store/store.js';
import { type DeliveryOptions, deliver, type End, type Way } from './delivery.js';
import type { Outbox } from './outbox.js';
import { type SendingPage, said } from './sending-page.js';

export interface DoubtsOptions extends DeliveryOptions {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly page: Pick<SendingPage, 'send' | 'resend' | 'findOwn'>;
  readonly log: Log;
  /** The account whose page is ready; null while none is. */
  readonly wid: () => string | null;
}

/** A message without an ack for longer than this is sent once more by the same page, before the monitor calls the page stuck. */
const RESEND_MS = 30_000;

/** Nothing to close. */
export class Doubts {
  readonly #options: DoubtsOptions;

  constructor(options: DoubtsOptions) {
    this.#options = options;
  }

  /** What the page that is gone had not said is not known until the next one can be asked. */
  async begin(): Promise<void> {
    const { store, outbox } = this.#options;
    const rows = await store.write((tx) =>
      store.outbox
        .inStates(['sending'], { limit: Number.MAX_SAFE_INTEGER })
        .map(({ id }) => outbox.step(tx, id, { type: outbox.hand.has(id) ? 'returned' : 'lost' })),
    );
    outbox.told(rows);
  }

  /** Rows in doubt of the account, by lane, in their order. What is in hand is none: no page has heard of it. */
  byChat(wid: string | null): Map<Addressee, StoredMessage[]> {
    const { store, outbox } = this.#options;
    const chats = new Map<Addressee, StoredMessage[]>();
    for (const row of store.outbox.inStates(['sending', 'unknown'], { limit: 10_000 })) {
      if (row.wid !== wid || outbox.hand.has(row.id)) continue;
      const rows = chats.get(row.lane);
      if (rows === undefined) chats.set(row.lane, [row]);
      else rows.push(row);
    }
    return chats;
  }

  /** Hands a row over that is marked so; one that is in doubt then is asked for once. */
  async carry(
    marked: StoredMessage,
    { isLast = false, way = 'send' }: { isLast?: boolean; way?: Way } = {},
  ): Promise<End> {
    this.#options.outbox.hand.drop(marked);
    const end = await deliver(marked, this.#options, way);
    // Once more before the next of this chat: it would go out in front of this one.
    if (end === 'unknown' && !isLast) await this.settle(marked, this.#options.wid(), false, { isLast: true });
    return end;
  }

  /**
   * Asks for one. What the page does not have goes out again under the same id, by which WhatsApp knows it should the
   * first have arrived after all.
   * @param wid the account that was asked for it: of another one's page nothing is asked
   * @param isNew a page that has just become ready; else one that only says what it had not said yet
   * @param isLast when that is unknown as well, it is left to the next look
   */
  async settle(
    { id }: StoredMessage,
    wid: string | null,
    isNew: boolean,
    { isLast = false } = {},
  ): Promise<void> {
    const { outbox, page, log } = this.#options;
    const row = outbox.get(id);
    if (wid === null || this.#options.wid() !== wid || (row.state !== 'unknown' && row.state !== 'sending'))
      return;
    let own: OwnMessage | null;
    try {
      own = await page.findOwn(row);
    } catch (error) {
      log.warn('message.still-unknown', { id, reason: said(error) });
      return;
    }
    if (own !== null) {
      if (row.state === 'unknown') log.info('message.reconciled', { id, found: true });
      await outbox.take(id, { type: 'accepted', ack: own.ack, nack: own.nack ?? null });
      if (own.stranded || (own.ack === 0 && outbox.unsentMs(id) > RESEND_MS)) await this.#resend(row, isLast);
      return;
    }
    // A page that has taken it need not have it for ever: a person may have deleted it there.
    if (row.state === 'sending' && !isNew) return;
    // It may have been acknowledged meanwhile.
    const { state } = outbox.get(id);
    if (this.#options.wid() !== wid || (state !== 'unknown' && state !== 'sending')) return;
    log.info('message.reconciled', { id, found: false });
    if (this.#options.store.outbox.isBehind(row)) {
      await outbox.take(id, { type: 'again' });
      return;
    }
    const marked = await outbox.take(id, { type: 'submit' }, { attempted: true });
    if (marked?.state === 'sending') await this.carry(marked, { isLast });
  }

  /**
   * The page has it and is not at it, or has been for long: it goes out once more under its id. No page does so by itself
   * with what it finds in its store.
   */
  async #resend({ id }: StoredMessage, isLast: boolean): Promise<void> {
    const { outbox, log } = this.#options;
    if (outbox.get(id).state !== 'sending') return;
    log.info('message.resent', { id });
    const marked = await outbox.take(id, { type: 'submit' }, { attempted: true });
    if (marked?.state === 'sending') await this.carry(marked, { isLast, way: 'resend' });
  }
}
