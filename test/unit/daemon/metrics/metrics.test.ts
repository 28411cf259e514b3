// Metrics are counted once, follow the naming conventions, identify nobody, and are documented.

import { readdir, readFile } from 'node:fs/promises';
import t from 'tap';
import { DOCS } from '../../../../scripts/docs.js';
import { described } from '../../../../scripts/docs-metrics.js';
import { ROUTES } from '../../../../src/http/routes.js';
import { FAULTS } from '../../../../src/protocol/fault-table.js';
import { METHODS } from '../../../../src/protocol/methods/index.js';
import { EVENT_TYPES, REASONS, SEND_STATES, STATES } from '../../../../src/protocol/state.js';
import type { StoredMessage } from '../../../../src/store/outbox-row.js';
import { madeUp } from '../../../harness/made-up-event.js';
import { measured, valueIn } from '../../../harness/metrics.js';

const PHONE = '919876543210';

t.test('gauges are read at each scrape', async (t) => {
  const { metrics } = await measured(t);
  const { type, text } = await metrics.scrape();
  t.match(type, /^text\/plain; version=0\.0\.4/);
  for (const [series, value] of [
    ['wad_state{state="ready"}', 1],
    ['wad_state{state="failed"}', 0],
    ['wad_state_reason{reason="none"}', 1],
    ['wad_linked', 1],
    ['wad_start_wait{wait="start_slot"}', 0],
    ['wad_outbox_oldest_due_timestamp_seconds', 1.5],
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

t.test('an account that waits for its start shows it', async (t) => {
  const { metrics } = await measured(t, { status: 'starting', waitsFor: 'start_slot' });
  const { text } = await metrics.scrape();
  t.equal(valueIn(text, 'wad_start_wait{wait="start_slot"}'), 1);
});

t.test('every series of a counter exists at 0 from the start', async (t) => {
  const { metrics } = await measured(t);
  const { text } = await metrics.scrape();
  const series = (name: string) =>
    text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  for (const { name, type, labelNames } of described()) {
    if (type !== 'counter') continue;
    t.ok(series(name).length > 0, name);
    for (const line of series(name)) {
      t.match(line, / 0$/);
      for (const label of labelNames) t.ok(line.includes(`${label}="`), `${line}: ${label}`);
    }
  }
  for (const [name, label, values] of [
    ['wad_events_total', 'type', EVENT_TYPES],
    ['wad_messages_total', 'direction', ['in', 'out']],
    ['wad_state_changes_total', 'state', [...STATES, 'other']],
    ['wad_sends_total', 'state', SEND_STATES],
    ['wad_alerts_total', 'reason', [...REASONS, 'store_replaced', 'restricted', 'other']],
  ] as const)
    t.same(
      series(name),
      values.map((value) => `${name}{${label}="${value}"} 0`),
    );
  for (const outcome of ['taken', 'failed'])
    t.equal(valueIn(text, `wad_webhook_attempts_total{webhook="crm",outcome="${outcome}"}`), 0);
  for (const { name: method, faults } of Object.values(METHODS))
    for (const outcome of ['ok', ...faults])
      t.equal(valueIn(text, `wad_requests_total{method="${method}",outcome="${outcome}"}`), 0);
  for (const { path: route, verb, success, open } of ROUTES)
    for (const code of [success, ...(open ? [] : [FAULTS.unauthorized.http])])
      t.equal(valueIn(text, `wad_http_requests_total{route="${route}",verb="${verb}",code="${code}"}`), 0);
});

t.test('a counter has a list of values for each label', async (t) => {
  const directory = new URL('../src/', DOCS);
  const makers = [];
  for (const file of await readdir(directory, { recursive: true })) {
    if (!file.endsWith('.ts')) continue;
    const text = await readFile(new URL(file, directory), 'utf8');
    if (/\bnew (\w+\.)?Counter\b/.test(text)) makers.push(file);
  }
  t.same(makers, ['daemon/metrics/counter.ts']);
});

t.test('a value outside the list is counted as "other"', async (t) => {
  const { behind, metrics } = await measured(t);
  behind.feed.append('alert', madeUp({ reason: PHONE }));
  behind.feed.append('state', madeUp({ status: PHONE }));
  await behind.written();
  const { text } = await metrics.scrape();
  t.equal(valueIn(text, 'wad_alerts_total{reason="other"}'), 1);
  t.equal(valueIn(text, 'wad_state_changes_total{state="other"}'), 1);
  t.notOk(text.includes(PHONE));
});

t.test('each event is counted once, with labels from closed lists', async (t) => {
  const { behind, metrics, message } = await measured(t);
  const dispatch = metrics.metered(behind.dispatch);
  const call = { peer: {} as never, signal: new AbortController().signal };
  await dispatch('session.status', {}, call);
  await t.rejects(dispatch('session.status', { x: PHONE }, call));
  for (const name of [PHONE, '__proto__', 'constructor']) await t.rejects(dispatch(name, {}, call));
  const chat = { chatId: `${PHONE}@c.us`, body: `call me at ${PHONE}` };
  behind.feed.append('message', madeUp({ ...chat, fromMe: false }));
  behind.feed.append('message', madeUp({ ...chat, fromMe: true }));
  behind.feed.append('state', madeUp({ status: 'reconnecting', reason: 'network_down' }));
  behind.feed.append('state', madeUp({ status: 'ready', reason: 'none', capabilities: {} }));
  behind.feed.append('alert', madeUp({ reason: 'disk_full', says: PHONE }));
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
    ['wad_state_changes_total{state="ready"}', 0],
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
  t.notMatch(text, /@c\.us|call me|Your Name/, 'no personal data');
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
