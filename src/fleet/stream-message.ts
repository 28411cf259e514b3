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
