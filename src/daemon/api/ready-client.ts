// The client of a ready account, for requests that are answered by the page at once and not queued.
import { Fault } from '../../protocol/fault.js';
import type { WhatsAppClient } from '../../session/port.js';
import { isOver, isShuttingDown, reasonOf, type State } from '../../session/state.js';
import type { Account } from '../account.js';

/** Refuses new requests during a shutdown. @throws Fault shutting_down */
export function refuseWhenEnding(state: State): void {
  if (isShuttingDown(state) || isOver(state)) throw new Fault('shutting_down');
}

/** @throws Fault not_linked, not_ready, banned, shutting_down */
export function readyClient({ actor: { state }, hint, slot }: Account): WhatsAppClient {
  refuseWhenEnding(state);
  const reason = `The account is ${state.name} (${reasonOf(state)}).`;
  if (reasonOf(state) === 'banned') throw new Fault('banned', { hint });
  if (state.name === 'linking' || state.session === null)
    throw new Fault('not_linked', { reason, ...(hint && { hint }) });
  if (state.name !== 'ready') throw new Fault('not_ready', { reason, ...(hint && { hint }) });
  return slot.client;
}
