// The effects of the life cycle that concern the client and what it reports: launch, close, mark, refuse a passkey.
import type { Log } from '../protocol/log.js';
import { reasonOf } from '../session/state.js';
import type { Incoming } from './incoming/incoming.js';
import type { Outgoing } from './outgoing/outgoing.js';
import type { Actor } from './session/actor.js';
import type { ClientSlot } from './session/client-slot.js';
import type { CurrentQr } from './session/current-qr.js';
import type { EffectParts } from './session/effects.js';
import type { PendingPasskey } from './session/pending-passkey.js';

export interface ClientParts {
  readonly log: Log;
  readonly actor: Actor;
  readonly slot: ClientSlot;
  readonly qr: CurrentQr;
  readonly passkey: PendingPasskey;
  readonly outgoing: Outgoing;
  readonly incoming: Incoming;
}

export type ClientEffects = Pick<EffectParts, 'launch' | 'close' | 'mark' | 'refusePasskey'>;

export function clientEffects(parts: ClientParts): ClientEffects {
  const { log, actor, slot, qr, passkey } = parts;
  const { sender } = parts.outgoing;
  const { reports, watermark } = parts.incoming;
  /** The client that is in the slot. */
  let launched = 0;

  const launch = async (generation: number): Promise<void> => {
    await close();
    // Another start or a stop may have come while the old browser took its time.
    if (generation !== actor.state.generation) return;
    launched = generation;
    await slot.launch(actor.state.session !== null, {
      event: (event) => actor.post({ ...event, generation }),
      // Heard as long as the client is there: a stop that waits for messages on their way has to hear of them.
      report: (report) => generation === launched && reports.take(report),
    });
  };

  const close = async (): Promise<void> => {
    qr.clear();
    passkey.clear();
    await slot.close();
    sender.lost();
    if (!watermark.hasBegun) return;
    // A full disk must not keep the next browser from its start: what was heard last is then told again as missed.
    await mark().catch((error: unknown) => log.warn('session.mark-failed', { err: error }));
  };

  /** Notes beside the profile whose session it is and until when it was heard. @throws Fault disk_full */
  const mark = async (): Promise<void> => {
    const { state } = actor;
    // Without the lock the profile and what lies beside it are somebody else's.
    if (state.session !== null && reasonOf(state) !== 'lock_held') await watermark.mark(state.session);
  };

  /** Its time is over; the page may have ended it by itself at the same moment. */
  const refusePasskey = (): void => {
    const request = passkey.pending;
    if (request === null) return;
    slot.client.answerPasskey(request.id, 'refused').catch((error: unknown) => {
      log.debug('session.refuse-passkey', { err: error });
    });
  };

  return { launch, close, mark, refusePasskey };
}
