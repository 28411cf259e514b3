// Finds the chat of a recipient.
import { Fault } from '../../protocol/fault.js';
import { type Addressee, isStatusId } from '../../protocol/wid.js';
import type { Pair } from '../../session/port.js';
import { capabilityToReach } from '../capabilities/actions.js';
import type { PageRpc } from './page-rpc.js';

/**
 * The chat of a recipient, or null when the number is not on WhatsApp.
 * @param learnt receives both identities of a person
 * @throws (rejects) Fault
 */
export async function findRecipient(
  rpc: PageRpc,
  recipient: Addressee,
  signal: AbortSignal,
  learnt: (pair: Pair) => void,
): Promise<Addressee | null> {
  if (isStatusId(recipient)) return recipient;
  if (!/@(c\.us|lid)$/.test(recipient)) {
    await beforeAbort(signal, () =>
      rpc.look(capabilityToReach(recipient), 'chats', 'refuseClosed', recipient),
    );
    return recipient;
  }
  const found = await beforeAbort(signal, () => rpc.look(null, 'contacts', 'whoHas', recipient));
  if (found === null) return null;
  const { number, lid } = found;
  if (number !== null && lid !== null) learnt({ number, lid });
  // A number may exist under its other identity. The chat stays keyed by the requested one (H21).
  return recipient.endsWith('@c.us') && number !== null ? (number as Addressee) : recipient;
}

/** Does the work unless the signal is aborted already. @throws (rejects) Fault page_error when it is aborted first */
async function beforeAbort<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const late = (): Fault => new Fault('page_error', { reason: 'WhatsApp did not answer in time.' });
  if (signal.aborted) throw late();
  let end = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    end = () => reject(late());
    signal.addEventListener('abort', end, { once: true });
  });
  return Promise.race([work(), aborted]).finally(() => signal.removeEventListener('abort', end));
}
