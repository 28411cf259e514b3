// Metrics in the form of Prometheus: counters that are fed as things happen, and gauges that are read at each scrape.
// Loaded where HTTP is on, and nowhere else.
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Peer } from '../../protocol/dispatch.js';
import type { Feed } from '../feed.js';
import type { Outbox } from '../outgoing/outbox.js';
import { type Happenings, happeningCounters } from './happenings.js';
import { type Standing, standingGauges } from './standing.js';

export interface MetricsOptions {
  readonly feed: Feed;
  readonly outbox: Outbox;
  /** The names of all that there are. */
  readonly webhooks: readonly string[];
  /** Asked at each scrape. */
  readonly standing: () => Promise<Standing>;
}

export interface Metrics extends Happenings {
  /** The text that is scraped, and its type. */
  scrape(): Promise<{ readonly type: string; readonly text: string }>;
  close(): void;
}

export function openMetrics({ feed, outbox, webhooks, standing }: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const happenings = happeningCounters(registry, webhooks);
  const stand = standingGauges(registry);
  const closing = new AbortController();
  const unwatch = outbox.watch((row) => happenings.message(row));
  feed.subscribe(counting(happenings, closing.signal), {});
  return {
    ...happenings,
    async scrape() {
      stand(await standing());
      return { type: registry.contentType, text: await registry.metrics() };
    },
    close() {
      closing.abort();
      unwatch();
      registry.clear();
    },
  };
}

/** A subscriber that is in this process, and never slow. */
const counting = (happenings: Happenings, closed: AbortSignal): Peer => ({
  ...{ id: 0, closed, backlogBytes: 0 },
  notify: (_, event) => {
    happenings.event(event);
    return true;
  },
  drained: async () => undefined,
});
