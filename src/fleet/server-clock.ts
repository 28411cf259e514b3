// The clock of the NATS servers, by which entries expire.

import { Fault } from '../protocol/fault.js';
import type { FleetConnection } from './connection.js';
import { fleetFault } from './connection.js';

/** Leases do not depend on it, but times of messages and events do. */
const MAX_SKEW_MS = 60_000;

/**
 * When the stream was made, and the time now, by the clock of its leader; ms since 1970.
 * @throws (rejects) Fault fleet_mismatch (servers before 2.10), fleet_unreachable, fleet_refused
 */
export async function streamTimes(
  manager: FleetConnection['manager'],
  stream: string,
): Promise<{ readonly created: number; readonly ts: number }> {
  try {
    const { created, ts } = await manager.streams.info(stream);
    if (ts !== undefined) return { created: Date.parse(created), ts: Date.parse(ts) };
    throw new Fault('fleet_mismatch', { reason: 'The NATS servers are older than 2.10.' });
  } catch (error) {
    throw fleetFault(error);
  }
}

/**
 * Refuses a machine whose clock is wrong by minutes, or servers whose clock is.
 * @throws (rejects) Fault clock_skew, fleet_unreachable, fleet_refused
 */
export async function refuseSkew({ manager, names }: FleetConnection, now: () => number): Promise<void> {
  const { ts } = await streamTimes(manager, `KV_${names.leases}`);
  const skewMs = now() - ts;
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return;
  const how = `${Math.round(Math.abs(skewMs) / 1_000)} s ${skewMs > 0 ? 'ahead of' : 'behind'}`;
  throw new Fault('clock_skew', { reason: `The clock of this machine is ${how} that of the NATS servers.` });
}
