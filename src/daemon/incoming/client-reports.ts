// Applies what the client reports: to the current QR and the pending passkey, to the journal and to the
// outbox. Messages and acks are on disk before anyone is notified.
import type { EventData, Unnamed } from '../../protocol/events/index.js';
import { isPostId } from '../../protocol/wid.js';
import type { Revocation } from '../../session/page-port.js';
import type { ClientReport, ContentEvent } from '../../session/port.js';
import type { Tx, WriteOptions } from '../../store/commit.js';
import type { Store } from '../../store/store.js';
import type { Feed, Keep } from '../events/feed.js';
import type { Change, Outbox } from '../outgoing/outbox.js';
import type { CapabilityTracker } from '../session/capability-tracker.js';
import type { CurrentQr } from '../session/current-qr.js';
import type { PendingPasskey } from '../session/pending-passkey.js';
import type { AccountRestriction } from '../session/restriction.js';
import type { CallRejections } from './call-rejections.js';
import { halfKnownIn, namedIn } from './event-people.js';
import type { Inbox } from './inbox.js';
import type { People } from './people.js';

export interface ClientReportsOptions {
  readonly feed: Feed;
  readonly store: Store;
  readonly people: People;
  readonly inbox: Inbox;
  readonly calls: CallRejections;
  readonly outbox: Outbox;
  readonly qr: CurrentQr;
  readonly passkey: PendingPasskey;
  readonly capabilities: CapabilityTracker;
  readonly restriction: Pick<AccountRestriction, 'seen' | 'banned'>;
  /** Called when somebody has written, or has given the account a token of trust. */
  readonly personWrote: (chatId: string) => void;
}

/** An event that waits until the page was asked about its people. */
interface Waiting {
  /** The ids of which one identity or the names are unknown. */
  readonly halfKnown: readonly string[];
  readonly write: () => void;
}

/** The most events that wait for an answer of the page. */
const MOST_WAITING = 256;
/** The most people that the page is asked about at once. */
const MOST_ASKED = 1_000;

/** Nothing to close. */
export class ClientReports {
  readonly #options: ClientReportsOptions;
  /** Events whose people the page is asked about, and those behind them, in their order. */
  #waiting: Waiting[] = [];
  #isAsking = false;

  constructor(options: ClientReportsOptions) {
    this.#options = options;
  }

  take(report: ClientReport): void {
    const { inbox, people, qr, passkey, capabilities, restriction, personWrote } = this.#options;
    switch (report.type) {
      case 'qr':
        qr.show(report.payload);
        break;
      case 'qr-gone':
        qr.clear();
        break;
      case 'passkey':
        passkey.show({ ...report, expiresAtMs: Date.now() + report.limitMs });
        break;
      case 'passkey-gone':
        passkey.clear();
        break;
      case 'people':
        people.name(report.names);
        void people.learn(report.pairs);
        break;
      case 'message':
        if (!report.message.fromMe) personWrote(report.message.chatId);
        // No reader waits for a message that was sent from here.
        this.#keep(
          (tx, keep) => {
            keep(inbox.message(tx, report.message));
            return null;
          },
          report.message.fromMe ? { turn: 'patient' } : {},
        );
        break;
      case 'ack':
        this.acked(report);
        break;
      case 'happened':
        if (report.event === 'message.revoke') this.#revoked(report.data);
        else if (report.event === 'label') this.#labelled(report.data);
        else if (report.event === 'call') this.#called(report.data);
        else this.#happened(report.event, report.data);
        break;
      case 'limits':
        restriction.seen(report.limits);
        break;
      case 'trusted':
        personWrote(report.chatId);
        break;
      case 'ban':
        restriction.banned(report.untilMs);
        break;
      case 'capabilities':
        capabilities.learn(report.capabilities);
        break;
    }
  }

  /**
   * Handles an ack, from an event or from the back-fill. For a post, an ack above 1 means that somebody
   * viewed it, not that it was delivered or read. A refusal of a post is not recorded here: the answer of the
   * send has the reason.
   */
  acked(ack: Extract<ClientReport, { type: 'ack' }>): void {
    const { inbox, outbox } = this.#options;
    const isPost = isPostId(ack.chatId);
    const report = isPost && ack.ack > 1 ? { ...ack, ack: 1 } : ack;
    // Only the server's ack delays the next message of a chat, and the send itself brings that ack where it
    // can. Later acks delay nothing, so they do not ask for a sync of their own. Otherwise each message of a
    // queue would cost three more syncs.
    this.#keep(
      (tx, keep) => {
        keep(inbox.ack(tx, report));
        // Another person's message may have an id of ours, because its sender chooses the id.
        if (!report.fromMe || (isPost && report.ack < 0)) return null;
        return outbox.step(tx, report.messageId, {
          type: 'ack',
          ack: report.ack,
          nack: report.nack ?? null,
        });
      },
      report.ack > 1 || !report.fromMe || outbox.isRedundantAck(report.messageId) ? { turn: 'patient' } : {},
    );
  }

  /**
   * The page has not always reported both identities of these people. It is asked, and meanwhile these events keep their
   * order. When many wait, they are written as they are: anybody can cause such events, and the page may not answer.
   */
  #happened<T extends ContentEvent>(event: T, data: Unnamed<T>): void {
    const { feed, store } = this.#options;
    const write = (): void =>
      this.#keep((tx, keep) => {
        keep(feed.keepIn(tx, event, { ...data, ...namedIn(store, data) } as EventData<T>));
        return null;
      }, {});
    const halfKnown = halfKnownIn(store, data);
    if (halfKnown.length === 0 && this.#waiting.length === 0) {
      write();
      return;
    }
    this.#waiting.push({ halfKnown, write });
    if (this.#waiting.length > MOST_WAITING) this.#writeWaiting(this.#waiting.length);
    else if (!this.#isAsking) void this.#ask();
  }

  /** Asks the page about the people in all events that wait, until none does. Never rejects. */
  async #ask(): Promise<void> {
    this.#isAsking = true;
    while (this.#waiting.length > 0) {
      const asked = [...this.#waiting];
      await this.#options.people.meet(asked.flatMap(({ halfKnown }) => halfKnown).slice(0, MOST_ASKED));
      // Some of them may have been written meanwhile, because too many were waiting.
      this.#writeWaiting(asked.filter((one) => this.#waiting.includes(one)).length);
    }
    this.#isAsking = false;
  }

  /** Writes the first of the events that wait. */
  #writeWaiting(count: number): void {
    for (const { write } of this.#waiting.splice(0, count)) write();
  }

  #labelled(data: Omit<EventData<'label'>, 'chat'>): void {
    const { feed, store } = this.#options;
    const chat = data.chatId === null ? null : namedIn(store, data).chat;
    this.#keep((tx, keep) => {
      keep(feed.keepIn(tx, 'label', { ...data, chat }));
      return null;
    }, {});
  }

  #called(data: Unnamed<'call'>): void {
    const seen = this.#options.calls.seen(data);
    if (seen !== null) this.#happened('call', seen);
  }

  #revoked(data: Revocation): void {
    this.#keep((tx, keep) => {
      keep(this.#options.inbox.revoke(tx, data));
      return null;
    }, {});
  }

  /**
   * Writes a report to the disk and then publishes it. A report that the disk refuses is found again when
   * there is space.
   */
  #keep(run: (tx: Tx, keep: Keep) => Change | null, options: WriteOptions): void {
    const { feed, outbox } = this.#options;
    feed.write(run, options).then(
      (change) => outbox.announce(change),
      () => undefined, // the feed has logged it
    );
  }
}
