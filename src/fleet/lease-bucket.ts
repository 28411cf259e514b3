// The lease of one account as an entry of the bucket of leases. A write that names a former revision is refused by the server
// (JetStream error 10071); every other error is no answer.
import { type FleetConnection, fleetFault } from './connection.js';
import type { LeaseBucket, LeaseRecord } from './lease.js';
import { JetStreamApiError, type KV } from './nats.js';
import { streamTimes } from './server-clock.js';

const WRONG_LAST_SEQUENCE = 10_071;
/** A smaller difference of the clocks, as a part of the lease, lets no entry vanish before its holder has given up. */
const SKEW_PART = 10;

export interface WatchedBucket extends LeaseBucket {
  /** Calls back when the entry changes, until the signal aborts. Expiry is not reported. */
  watch(signal: AbortSignal, changed: (record: LeaseRecord) => void): Promise<void>;
}

/** @param leaseMs how long an entry lives */
export function leaseBucket(
  { manager, names }: FleetConnection,
  leases: KV,
  { account, leaseMs }: { readonly account: string; readonly leaseMs: number },
): WatchedBucket {
  const stream = `KV_${names.leases}`;
  return {
    create: (record) => revisionOf(leases.create(account, JSON.stringify(record))),
    update: (record, revision) => revisionOf(leases.update(account, JSON.stringify(record), revision)),
    async read() {
      // Asks the leader; a direct get may be answered by a server that lags behind.
      const last = await manager.streams
        .getMessage(stream, { last_by_subj: `$KV.${names.leases}.${account}` })
        .catch((error: unknown) => {
          throw fleetFault(error);
        });
      if (last === null || last.data.length === 0) return null;
      const record = leaseIn(last.data);
      // It expires like any other.
      return record === null ? null : { record, revision: last.seq };
    },
    async mayForget() {
      const { created, ts } = await streamTimes(manager, stream);
      return ts - created < leaseMs || Math.abs(ts - Date.now()) > leaseMs / SKEW_PART;
    },
    async watch(signal, changed) {
      const entries = await leases.watch({ key: account });
      const stop = () => entries.stop();
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      for await (const { operation, value } of entries) {
        const record = operation === 'PUT' ? leaseIn(value) : null;
        if (record !== null) changed(record);
      }
    },
  };
}

/** @throws (rejects) Fault fleet_unreachable, fleet_refused */
async function revisionOf(write: Promise<number>): Promise<number | null> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === WRONG_LAST_SEQUENCE) return null;
    throw fleetFault(error);
  }
}

/** @returns null when it is not a lease */
export function leaseIn(value: Uint8Array): LeaseRecord | null {
  try {
    const record = JSON.parse(new TextDecoder().decode(value)) as Partial<LeaseRecord> | null;
    return typeof record?.machine === 'string' && typeof record.daemon === 'string'
      ? (record as LeaseRecord)
      : null;
  } catch {
    return null;
  }
}
