// Prometheus metrics: counters that are incremented as things happen, and gauges that are read at each
// scrape. Loaded only if HTTP is on.
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Feed } from '../events/feed.js';
import { localPeer } from '../events/local-peer.js';
import type { Outbox } from '../outgoing/outbox.js';
import { type Counters, eventCounters } from './counters.js';
import { daemonGauges, type GaugeValues } from './gauges.js';

export interface MetricsOptions {
  readonly feed: Feed;
  readonly outbox: Outbox;
  /** The names of all webhooks. */
  readonly webhooks: readonly string[];
  /** Called at each scrape. */
  readonly gaugeValues: () => Promise<GaugeValues>;
}

export interface Metrics extends Counters {
  /** The text of a scrape, and its content type. */
  scrape(): Promise<{ readonly type: string; readonly text: string }>;
  close(): void;
}

export function openMetrics({ feed, outbox, webhooks, gaugeValues }: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = eventCounters(registry, webhooks);
  const stand = daemonGauges(registry);
  const closing = new AbortController();
  const unwatch = outbox.watch((row) => counters.message(row));
  feed.subscribe(
    localPeer(closing.signal, (event) => counters.event(event)),
    {},
  );
  return {
    ...counters,
    async scrape() {
      stand(await gaugeValues());
      return { type: registry.contentType, text: await registry.metrics() };
    },
    close() {
      closing.abort();
      unwatch();
      registry.clear();
    },
  };
}
