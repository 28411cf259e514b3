// The outgoing side of an account: outbox, recipients and sender, connected to the client and WhatsApp's
// restrictions.
import type { Log } from '../../protocol/log.js';
import type { Nack } from '../../session/nack.js';
import type { PacingRules } from '../../session/pacing.js';
import type { WhatsAppClient } from '../../session/port.js';
import type { Restriction } from '../../session/restriction.js';
import type { Tx } from '../../store/commit.js';
import type { Store } from '../../store/store.js';
import { clientPage } from './client-page.js';
import type { ChooseId } from './ids.js';
import { Outbox } from './outbox.js';
import { Recipients } from './recipients.js';
import { Sender } from './sender.js';

export interface OutgoingOptions {
  readonly store: Store;
  readonly log: Log;
  readonly pacing: PacingRules;
  /** The current client. @throws Fault not_ready when there is none */
  readonly client: () => WhatsAppClient;
  /** In a fleet: makes WhatsApp's ids from keys. Random ones when left out. */
  readonly idsFromKeys?: ChooseId | undefined;
  /** What WhatsApp currently forbids the account: daemon/session/restriction.ts. */
  readonly restriction: {
    readonly current: Restriction | null;
    nacked(tx: Tx, nack: Nack): number;
    settled(): void;
  };
}

/** The owner of the account stops the sender. */
export class Outgoing {
  readonly outbox: Outbox;
  readonly recipients: Recipients;
  readonly sender: Sender;

  constructor({ store, log, pacing, client, restriction, idsFromKeys }: OutgoingOptions) {
    this.outbox = new Outbox(store, log, Date.now, idsFromKeys);
    this.outbox.onNack = (tx, nack) => restriction.nacked(tx, nack);
    // Registered before the sender's own watcher, so that the refusal is settled when the sender receives the
    // row.
    this.outbox.watch((row) => {
      if (row.state === 'queued' && row.error !== null) restriction.settled();
    });
    this.recipients = new Recipients((recipient, signal) => client().resolve(recipient, signal));
    this.sender = new Sender({
      store,
      log,
      pacing,
      outbox: this.outbox,
      recipients: this.recipients,
      restriction: () => restriction.current,
      page: clientPage(client, store, ({ key }) => idsFromKeys !== undefined && key !== null),
    });
  }
}
