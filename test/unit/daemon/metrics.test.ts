// What is scraped: counted once, named by convention, without a trace of anybody; and what the docs make of it.
import { readFile } from 'node:fs/promises';
import t from 'tap';
import { DOCS } from '../../../scripts/docs.js';
import { described } from '../../../scripts/docs-metrics.js';
import { openMetrics } from '../../../src/daemon/metrics/metrics.js';
import type { Outbox } from '../../../src/daemon/outbox.js';
import { METHODS } from '../../../src/protocol/methods/index.js';
import type { StoredMessage } from '../../../src/store/outbox-row.js';
import { startServer } from '../../harness/server.js';

const PHONE = '919876543210';

/** The value of one series; undefined when there is none. */
const valueIn = (text: string, series: string): number | undefined => {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
};

async function measured(t: { teardown(end: () => unknown): unknown }) {
  const behind = await startServer({ 'session.status': () => METHODS['session.status'].example.result });
  const watchers = new Set<(row: StoredMessage) => void>();
  const outbox = {
    watch: (watcher: (row: StoredMessage) => void) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  } as unknown as Outbox;
  const metrics = openMetrics({
    ...{ feed: behind.feed, outbox },
    standing: async () => ({
      status: {
        ...METHODS['session.status'].example.result,
        capabilities: { 'send.text': 'patched', 'contact.block': 'missing: WAWebBlock' },
      },
      info: METHODS['daemon.info'].example.result,
      webhooks: METHODS['webhook.list'].example.result.webhooks,
      ...{ httpConnections: 3, storeBytes: 4_096, browserBytes: 1e9 },
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

t.test('how things stand is read at each scrape', async (t) => {
  const { metrics } = await measured(t);
  const { type, text } = await metrics.scrape();
  t.match(type, /^text\/plain; version=0\.0\.4/);
  for (const [series, value] of [
    ['wad_state{state="ready"}', 1],
    ['wad_state{state="failed"}', 0],
    ['wad_state_reason{reason="none"}', 1],
    ['wad_linked', 1],
    ['wad_capability{capability="contact.block",status="missing"}', 1],
    ['wad_connections{door="http"}', 3],
    ['wad_browser_memory_bytes', 1e9],
    ['wad_journal_cursor', 1_234],
    ['wad_webhook_behind_events{webhook="crm"}', 34],
  ] as const)
    t.equal(valueIn(text, series), value, series);
  t.match(text, /^wad_info\{version="0\.1\.0",.*whatsapp_web="2\.3000\.1043220887".*\} 1$/m);
  t.ok(valueIn(text, 'process_resident_memory_bytes'));
});

t.test('what happens is counted once, by closed lists of labels', async (t) => {
  const { behind, metrics, message } = await measured(t);
  const dispatch = metrics.metered(behind.dispatch);
  const call = { peer: {} as never, signal: new AbortController().signal };
  await dispatch('session.status', {}, call);
  await t.rejects(dispatch('session.status', { x: PHONE }, call));
  for (const name of [PHONE, '__proto__', 'constructor']) await t.rejects(dispatch(name, {}, call));
  const chat = { chatId: `${PHONE}@c.us`, body: `call me at ${PHONE}` };
  behind.feed.append('message', { ...chat, fromMe: false });
  behind.feed.append('message', { ...chat, fromMe: true });
  behind.feed.append('state', { status: 'reconnecting', reason: 'network_down' });
  behind.feed.append('state', { status: 'ready', reason: 'none', capabilities: {} });
  behind.feed.append('alert', { reason: 'disk_full', says: PHONE });
  await behind.written();
  for (const taken of [true, true, false]) metrics.webhook('crm', taken);
  const row = {
    id: 'm-1',
    chatId: chat.chatId,
    queuedAtMs: 1_000,
    notBeforeMs: null,
  } as Partial<StoredMessage>;
  for (const state of ['queued', 'sending', 'sending', 'sent', 'sent', 'delivered', 'read', 'read'] as const)
    message({ ...row, state, changedAtMs: 3_000 });
  const { text } = await metrics.scrape();
  for (const [series, value] of [
    ['wad_requests_total{method="session.status",outcome="ok"}', 1],
    ['wad_requests_total{method="session.status",outcome="invalid_params"}', 1],
    ['wad_requests_total{method="unknown",outcome="method_not_found"}', 3],
    ['wad_request_duration_seconds_count{method="session.status"}', 2],
    ['wad_messages_total{direction="in"}', 1],
    ['wad_messages_total{direction="out"}', 1],
    ['wad_events_total{type="state"}', 2],
    ['wad_state_changes_total{state="reconnecting"}', 1],
    ['wad_state_changes_total{state="ready"}', undefined],
    ['wad_alerts_total{reason="disk_full"}', 1],
    ['wad_webhook_attempts_total{webhook="crm",outcome="taken"}', 2],
    ['wad_sends_total{state="sending"}', 1],
    ['wad_sends_total{state="sent"}', 1],
    ['wad_sends_total{state="read"}', 1],
    ['wad_send_duration_seconds_sum', 2],
    ['wad_send_duration_seconds_count', 1],
  ] as const)
    t.equal(valueIn(text, series), value, series);
  t.notOk(text.includes(PHONE), 'no number');
  t.notMatch(text, /@c\.us|call me|Your Name/, 'and nothing of anybody');
});

t.test('names follow the convention', async (t) => {
  for (const { name, help, type } of described()) {
    t.match(name, /^wad_[a-z_]+$/);
    t.equal(name.endsWith('_total'), type === 'counter', `${name}: counters end in _total`);
    if (type === 'histogram') t.match(name, /_seconds$/);
    t.match(help, /\.$/, name);
    t.notMatch(name, /_(ms|mb|percent|count)$/, `${name}: base units`);
  }
});

t.test('dashboard and rules ask for metrics that there are', async (t) => {
  const names = new Set(
    described().flatMap(({ name, type }) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
  const dashboard = await readFile(new URL('grafana-dashboard.json', DOCS), 'utf8');
  const rules = await readFile(new URL('alerts.yml', DOCS), 'utf8');
  const { panels } = JSON.parse(dashboard) as { panels: { type: string; targets?: { expr: string }[] }[] };
  t.ok(panels.filter(({ type }) => type !== 'row').every(({ targets }) => (targets ?? []).length > 0));
  t.ok((rules.match(/- alert:/g) ?? []).length >= 8);
  for (const [file, text] of Object.entries({ dashboard, rules })) {
    const asked = new Set(text.match(/\bwad_[a-z_]+/g));
    t.ok(asked.size > 8, file);
    t.same(
      [...asked].filter((name) => !names.has(name)),
      [],
      file,
    );
  }
});
