// The metrics of a daemon that stands by: its state, its process, and what the fleet has of the account. It has no journal and
// no outbox, and therefore no numbers of them.
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Status } from '../../protocol/methods/session.js';
import { type FleetValues, fleetGauges } from './fleet-metrics.js';
import { stateGauges } from './gauges.js';
import type { Metrics } from './metrics.js';

/** Nothing to close. */
export function openStandbyMetrics(values: {
  readonly status: () => Status;
  readonly fleet: () => Promise<FleetValues>;
}): Pick<Metrics, 'scrape'> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const state = stateGauges(registry);
  const fleet = fleetGauges(registry);
  return {
    async scrape() {
      state(values.status());
      fleet(await values.fleet());
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
}
