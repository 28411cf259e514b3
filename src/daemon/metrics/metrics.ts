// Prometheus metrics: counters that are incremented as things happen, and gauges that are read at each
// scrape. Loaded only if HTTP is on.
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Feed } from '../events/feed.js';
import { localPeer } from '../events/local-peer.js';
import type { Outbox } from '../outgoing/outbox.js';
import { type Counters, eventCounters } from './counters.js';
import { type FleetCounters, type FleetValues, fleetCounters, fleetGauges } from './fleet-metrics.js';
import { daemonGauges, type GaugeValues } from './gauges.js';

export interface MetricsOptions {
  readonly feed: Feed;
  readonly outbox: Outbox;
  /** The names of all webhooks. */
  readonly webhooks: readonly string[];
  /** Called at each scrape. */
  readonly gaugeValues: () => Promise<GaugeValues>;
  /** Called at each scrape; null: the daemon belongs to no fleet. */
  readonly fleetValues: (() => Promise<FleetValues>) | null;
}

export interface Metrics extends Counters {
  /** Null without a fleet. */
  readonly fleet: FleetCounters | null;
  /** The text of a scrape, and its content type. */
  scrape(): Promise<{ readonly type: string; readonly text: string }>;
  close(): void;
}

export function openMetrics(options: MetricsOptions): Metrics {
  const { feed, outbox, webhooks, gaugeValues, fleetValues } = options;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = eventCounters(registry, webhooks);
  const stand = daemonGauges(registry);
  const fleet = fleetValues && { ...fleetCounters(registry), stand: fleetGauges(registry) };
  const closing = new AbortController();
  const unwatch = outbox.watch((row) => counters.message(row));
  feed.subscribe(
    localPeer(closing.signal, (event) => counters.event(event)),
    {},
  );
  return {
    ...counters,
    fleet,
    async scrape() {
      stand(await gaugeValues());
      if (fleetValues) fleet?.stand(await fleetValues());
      return { type: registry.contentType, text: await registry.metrics() };
    },
    close() {
      closing.abort();
      unwatch();
      registry.clear();
    },
  };
}
