// Where each piece of a client's news goes: to the desks that hold what waits for a person, to the journal and to the
// outbox. Messages and ticks are on disk before they are told.
import type { EventType } from '../protocol/state.js';
import { isPostId } from '../protocol/wid.js';
import type { Revocation } from '../session/page-port.js';
import type { ClientNews } from '../session/port.js';
import type { Tx, WriteOptions } from '../store/commit.js';
import type { Store } from '../store/store.js';
import type { CapabilityDesk } from './capabilities.js';
import type { Feed, Keep } from './feed.js';
import type { Inbox } from './inbox.js';
import { halfKnownIn, namedIn } from './named.js';
import type { Change, Outbox } from './outgoing/outbox.js';
import type { PasskeyDesk } from './passkey-desk.js';
import type { People } from './people.js';
import type { QrDesk } from './qr-desk.js';
import type { AccountRestriction } from './restriction.js';

export interface NewsOptions {
  readonly feed: Feed;
  readonly store: Store;
  readonly people: People;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly qr: QrDesk;
  readonly passkey: PasskeyDesk;
  readonly capabilities: CapabilityDesk;
  readonly restriction: Pick<AccountRestriction, 'seen' | 'banned'>;
  /** Somebody has written, or given the account a token of trust. */
  readonly heardFrom: (chatId: string) => void;
}

/** Nothing to close. */
export class News {
  readonly #options: NewsOptions;
  /** While the page is asked who somebody in an event is; null when nobody is asked. */
  #asking: Promise<void> | null = null;

  constructor(options: NewsOptions) {
    this.#options = options;
  }

  take(news: ClientNews): void {
    const { inbox, people, qr, passkey, capabilities, restriction, heardFrom } = this.#options;
    switch (news.type) {
      case 'qr':
        qr.show(news.payload);
        break;
      case 'qr-gone':
        qr.clear();
        break;
      case 'passkey':
        passkey.show({ ...news, expiresAtMs: Date.now() + news.limitMs });
        break;
      case 'passkey-gone':
        passkey.clear();
        break;
      case 'people':
        void people.learn(news.pairs);
        break;
      case 'message':
        if (!news.message.fromMe) heardFrom(news.message.chatId);
        // What went out from here is no news to anybody who waits.
        this.#keep(
          (tx, keep) => {
            keep(inbox.message(tx, news.message));
            return null;
          },
          news.message.fromMe ? { turn: 'patient' } : {},
        );
        break;
      case 'ack':
        this.acked(news);
        break;
      case 'happened':
        if (news.event === 'message.revoke') this.#revoked(news.data);
        else this.#happened(news.event, news.data);
        break;
      case 'limits':
        restriction.seen(news.limits);
        break;
      case 'trusted':
        heardFrom(news.chatId);
        break;
      case 'ban':
        restriction.banned(news.untilMs);
        break;
      case 'capabilities':
        capabilities.learn(news.capabilities);
        break;
    }
  }

  /**
   * A tick, heard or found later. That somebody has looked at a post is no word on whether it is delivered or read; and why
   * one was refused, whoever handed it over is told.
   */
  acked(heard: Extract<ClientNews, { type: 'ack' }>): void {
    const { inbox, outbox } = this.#options;
    const isPost = isPostId(heard.chatId);
    const news = isPost && heard.ack > 1 ? { ...heard, ack: 1 } : heard;
    // The next of a chat waits for the server's word, which the send itself brings where it can, and nothing for what
    // comes after it: of a queue of messages, each would else cost three syncs more.
    this.#keep(
      (tx, keep) => {
        keep(inbox.ack(tx, news));
        // Somebody else's message may have an id of ours: they choose it.
        if (!news.fromMe || (isPost && news.ack < 0)) return null;
        return outbox.step(tx, news.messageId, {
          ...{ type: 'ack', ack: news.ack },
          nack: news.nack ?? null,
        });
      },
      news.ack > 1 || !news.fromMe || outbox.tickMayWait(news.messageId) ? { turn: 'patient' } : {},
    );
  }

  /** The page has not always said who these people are: it is asked, and none of these events overtakes another meanwhile. */
  #happened(event: EventType, data: Readonly<Record<string, unknown>>): void {
    const { feed, people, store } = this.#options;
    const tell = (): void =>
      this.#keep((tx, keep) => {
        keep(feed.keepIn(tx, event, { ...data, ...namedIn(store, data) }));
        return null;
      }, {});
    const halfKnown = halfKnownIn(store, data);
    if (halfKnown.length === 0 && this.#asking === null) {
      tell();
      return;
    }
    const asking = (this.#asking ?? Promise.resolve())
      .then(() => people.meet(halfKnown))
      .then(() => {
        if (this.#asking === asking) this.#asking = null;
        tell();
      });
    this.#asking = asking;
  }

  #revoked(data: Revocation): void {
    this.#keep((tx, keep) => {
      keep(this.#options.inbox.revoke(tx, data));
      return null;
    }, {});
  }

  /** What the page tells, on disk and then told. What the disk refuses is found again when there is room. */
  #keep(run: (tx: Tx, keep: Keep) => Change | null, options: WriteOptions): void {
    const { feed, outbox } = this.#options;
    feed.write(run, options).then(
      (change) => outbox.told(change),
      () => undefined, // the feed has said so
    );
  }
}
