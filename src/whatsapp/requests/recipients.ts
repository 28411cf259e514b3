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
  const isPerson = /@(c\.us|lid)$/.test(recipient);
  const gone = new Promise<never>((_, reject) => {
    const late = (): void => reject(new Fault('page_error', { reason: 'WhatsApp did not answer in time.' }));
    signal.addEventListener('abort', late, { once: true });
  });
  if (!isPerson) {
    const asked = rpc.look(capabilityToReach(recipient), 'chats', 'refuseClosed', recipient);
    asked.catch(() => undefined);
    await Promise.race([asked, gone]);
    return recipient;
  }
  const asked = rpc.look(null, 'contacts', 'whoHas', recipient);
  asked.catch(() => undefined);
  const found = await Promise.race([asked, gone]);
  if (found === null) return null;
  const { number, lid } = found;
  if (number !== null && lid !== null) learnt({ number, lid });
  // A number may exist under its other identity. The chat stays keyed by the requested one (H21).
  return recipient.endsWith('@c.us') && number !== null ? (number as Addressee) : recipient;
}
