// Executes the effects of the state machine that concern the client: its place among the starts of this
// machine, launch, close, mark, refuse a passkey.
import type { Log } from '../protocol/log.js';
import { reasonOf } from '../session/state.js';
import type { Incoming } from './incoming/incoming.js';
import type { Outgoing } from './outgoing/outgoing.js';
import type { Actor } from './session/actor.js';
import type { ClientSlot } from './session/client-slot.js';
import type { CurrentQr } from './session/current-qr.js';
import type { EffectParts } from './session/effects.js';
import type { PendingPasskey } from './session/pending-passkey.js';
import type { StartPlace } from './session/start-place.js';
import type { StartSteps } from './session/start-steps.js';

export interface ClientParts {
  readonly log: Log;
  readonly steps: StartSteps;
  readonly actor: Actor;
  readonly slot: ClientSlot;
  readonly place: StartPlace;
  readonly qr: CurrentQr;
  readonly passkey: PendingPasskey;
  readonly outgoing: Outgoing;
  readonly incoming: Incoming;
}

export type ClientEffects = Pick<
  EffectParts,
  'takePlace' | 'leavePlace' | 'launch' | 'close' | 'mark' | 'refusePasskey'
>;

export function clientEffects(parts: ClientParts): ClientEffects {
  const { log, steps, actor, slot, place, qr, passkey } = parts;
  const { sender } = parts.outgoing;
  const { reports, watermark } = parts.incoming;
  /** The generation of the client in the slot. */
  let launched = 0;

  const takePlace = async (generation: number): Promise<void> => {
    await close();
    // Another start or a stop may have been posted while the old browser was closing.
    if (generation !== actor.state.generation) return;
    steps.begin();
    place.take(() => actor.post({ type: 'place-taken', generation }));
  };

  const launch = async (generation: number): Promise<void> => {
    // As above, while an earlier effect ran.
    if (generation !== actor.state.generation) return;
    launched = generation;
    steps.done('start_place');
    await slot.launch(actor.state.session !== null, {
      event: (event) => actor.post({ ...event, generation }),
      // Taken as long as the client exists: a stop that waits for messages in flight needs their acks.
      report: (report) => generation === launched && reports.take(report),
    });
  };

  const close = async (): Promise<void> => {
    qr.clear();
    passkey.clear();
    await slot.close();
    sender.lost();
    if (!watermark.hasBegun) return;
    // A full disk must not prevent the next start of a browser. The back-fill then
    // reads the last messages again.
    await mark().catch((error: unknown) => log.warn('session.mark-failed', { err: error }));
  };

  /** Stores next to the profile its account and the receive watermark. @throws Fault disk_full */
  const mark = async (): Promise<void> => {
    const { state } = actor;
    // Without the lock the profile and the files next to it belong to another daemon.
    if (state.session !== null && reasonOf(state) !== 'lock_held') await watermark.mark(state.session);
  };

  /** Called when the request has expired; the page may have ended it by itself at the same time. */
  const refusePasskey = (): void => {
    const request = passkey.pending;
    if (request === null) return;
    slot.client.answerPasskey(request.id, 'refused').catch((error: unknown) => {
      log.debug('session.refuse-passkey', { err: error });
    });
  };

  return { takePlace, leavePlace: () => place.leave(), launch, close, mark, refusePasskey };
}
