// The incoming side of an account: the client's reports, people's identities, the
// back-fill of missed messages.
import { OK } from '../../protocol/capability.js';
import type { Log } from '../../protocol/log.js';
import type { WhatsAppClient } from '../../session/port.js';
import type { SessionDir } from '../../session-dir/layout.js';
import type { Store } from '../../store/store.js';
import type { Feed } from '../events/feed.js';
import type { Outgoing } from '../outgoing/outgoing.js';
import type { CapabilityTracker } from '../session/capability-tracker.js';
import type { CurrentQr } from '../session/current-qr.js';
import type { PendingPasskey } from '../session/pending-passkey.js';
import type { AccountRestriction } from '../session/restriction.js';
import { Backfill } from './backfill.js';
import { CallRejections } from './call-rejections.js';
import { ClientReports } from './client-reports.js';
import { History } from './history.js';
import { Inbox } from './inbox.js';
import { People } from './people.js';
import { QueueOpener } from './queue-opener.js';
import { type ReceivedUntil, ReceiveWatermark } from './receive-watermark.js';

export interface IncomingOptions {
  readonly store: Store;
  readonly feed: Feed;
  readonly dir: SessionDir;
  readonly log: Log;
  /** As an earlier daemon stored it. */
  readonly receivedUntil: ReceivedUntil;
  /** The current client. @throws Fault not_ready when there is none */
  readonly client: () => WhatsAppClient;
  readonly outgoing: Outgoing;
  readonly qr: CurrentQr;
  readonly passkey: PendingPasskey;
  readonly capabilities: CapabilityTracker;
  readonly restriction: AccountRestriction;
}

/** The capability of reading missed messages. It is not probed: the first pass that fails adds it. */
const MISSED = 'session.missed';

/** The owner of the account stops the watermark. */
export class Incoming {
  readonly inbox: Inbox;
  readonly calls: CallRejections;
  readonly people: People;
  readonly reports: ClientReports;
  readonly backfill: Backfill;
  readonly watermark: ReceiveWatermark;
  readonly queues: QueueOpener;
  readonly history: History;

  constructor(options: IncomingOptions) {
    const { store, feed, dir, log, receivedUntil, client } = options;
    const { qr, passkey, capabilities, restriction } = options;
    const { outbox, sender } = options.outgoing;
    this.inbox = new Inbox(store);
    this.people = new People({
      store,
      log,
      ask: async (ids) => client().peopleOf(ids),
      learnt: (pairs, moved) => sender.identified(pairs, moved),
    });
    this.calls = new CallRejections({
      client,
      ended: (data) => this.reports.take({ type: 'happened', event: 'call', data }),
    });
    const { inbox, people, calls } = this;
    const personWrote = (chatId: string) => sender.personWrote(chatId);
    this.reports = new ClientReports({
      feed,
      store,
      people,
      inbox,
      calls,
      outbox,
      qr,
      passkey,
      capabilities,
      restriction,
      personWrote,
    });
    this.backfill = new Backfill({
      feed,
      store,
      log,
      inbox,
      page: () => client().missed,
      acked: (report) => this.reports.acked(report),
      personWrote,
      readable: (state) => {
        if (state !== OK || MISSED in capabilities.known) capabilities.learn({ [MISSED]: state });
      },
    });
    const { backfill } = this;
    this.watermark = new ReceiveWatermark({ dir, feed, log, backfill, receivedUntil });
    this.history = new History({
      feed,
      inbox,
      log,
      page: client,
      settledUntilMs: () => this.watermark.settledUntilMs,
    });
    this.queues = new QueueOpener({ store, people, sender });
  }
}
