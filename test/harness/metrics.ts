// A daemon's metrics without a daemon: a real registry on a real journal, with the state from the methods'
// examples.
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

export async function measured(t: { teardown(end: () => unknown): unknown }, status: Partial<Status> = {}) {
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
