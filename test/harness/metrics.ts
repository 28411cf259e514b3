// A daemon's metrics without a daemon: a real registry on a real journal, with the state from the methods'
// examples.
import type { FleetValues } from '../../src/daemon/metrics/fleet-metrics.js';
import { openMetrics } from '../../src/daemon/metrics/metrics.js';
import type { Outbox } from '../../src/daemon/outgoing/outbox.js';
import { METHODS } from '../../src/protocol/methods/index.js';
import type { Status } from '../../src/protocol/methods/session.js';
import type { StoredMessage } from '../../src/store/outbox-row.js';
import { startServer } from './server.js';

/** The value of one series; undefined when it does not exist. */
export const valueIn = (text: string, series: string): number | undefined => {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
};

/** A daemon that has its account. */
export const FLEET: FleetValues = {
  ...{ epoch: 7, sendsInStream: 5, sendsAccepted: 2, eventsBehind: 3 },
  ...{ newestCopyMs: 1_700_000_000_000, copyEveryMs: 24 * 3_600_000 },
};

/** @param fleet null: the daemon belongs to none */
export async function measured(
  t: { teardown(end: () => unknown): unknown },
  status: Partial<Status> = {},
  fleet: FleetValues | null = FLEET,
) {
  const behind = await startServer({ 'session.status': () => METHODS['session.status'].example.result });
  const watchers = new Set<(row: StoredMessage) => void>();
  const outbox = {
    watch: (watcher: (row: StoredMessage) => void) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  } as unknown as Outbox;
  const metrics = openMetrics({
    ...{ feed: behind.feed, outbox, webhooks: ['crm'] },
    fleetValues: fleet && (async () => fleet),
    gaugeValues: async () => ({
      status: {
        ...METHODS['session.status'].example.result,
        ...status,
        capabilities: { 'send.text': 'patched', 'contact.block': 'missing: WAWebBlock' },
      },
      info: METHODS['daemon.info'].example.result,
      webhooks: METHODS['webhook.list'].example.result.webhooks,
      ...{ httpConnections: 3, storeBytes: 4_096, mediaBytes: 8_192, browserBytes: 1e9 },
      oldestDueMs: 1_500,
    }),
  });
  t.teardown(async () => {
    metrics.close();
    await behind[Symbol.asyncDispose]();
  });
  const message = (row: Partial<StoredMessage>) => {
    for (const watcher of watchers) watcher(row as StoredMessage);
  };
  return { behind, metrics, message };
}
