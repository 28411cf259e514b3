// Reads single messages of a stream by their subject, from the server that leads the stream. A read by a replica could be
// stale.
import { type FleetConnection, fleetFault } from './connection.js';
import type { MsgRequest, StoredMsg } from './nats.js';

type Streams = Pick<FleetConnection, 'manager'>;

/** The first message on a subject from a sequence number on. @throws (rejects) Fault fleet_unreachable, fleet_refused */
export const nextMessage = (
  { manager }: Streams,
  stream: string,
  subject: string,
  from: number,
): Promise<StoredMsg | null> =>
  // The type lacks this form, which the server has had since 2.9.
  read(manager, stream, { seq: from, next_by_subj: subject } as MsgRequest);

/**
 * The first messages on a subject from a sequence number on, in order; fewer than `count` also where other subjects are in
 * between. Empty only when there is none. JetStream has no request for several before NATS 2.11, so these are sent at once.
 * @throws (rejects) Fault fleet_unreachable, fleet_refused
 */
export async function nextMessages(
  fleet: Streams,
  stream: string,
  subject: string,
  { from, count }: { readonly from: number; readonly count: number },
): Promise<readonly StoredMsg[]> {
  const ahead = Array.from({ length: count }, (_, n) => nextMessage(fleet, stream, subject, from + n));
  const found: StoredMsg[] = [];
  for (const message of await Promise.all(ahead)) {
    // A message may have been stored between two of these requests: what a later one found must not pass over it.
    if (message === null) break;
    if (message.seq !== found.at(-1)?.seq) found.push(message);
  }
  return found;
}

/** The newest message on a subject, which may have wildcards. @throws (rejects) Fault fleet_unreachable, fleet_refused */
export const lastMessage = (
  { manager }: Streams,
  stream: string,
  subject: string,
): Promise<StoredMsg | null> => read(manager, stream, { last_by_subj: subject });

async function read(
  manager: FleetConnection['manager'],
  stream: string,
  query: MsgRequest,
): Promise<StoredMsg | null> {
  try {
    return await manager.streams.getMessage(stream, query);
  } catch (error) {
    throw fleetFault(error);
  }
}
