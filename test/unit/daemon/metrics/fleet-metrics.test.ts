// A daemon in a fleet shows what waits there, and any other daemon has none of that.
import t from 'tap';
import { openStandbyMetrics } from '../../../../src/daemon/metrics/standby-metrics.js';
import { METHODS } from '../../../../src/protocol/methods/index.js';
import { FLEET, measured, valueIn } from '../../../harness/metrics.js';

t.test('the lease, what waits in the streams, and the newest copy', async (t) => {
  const { metrics } = await measured(t);
  metrics.fleet?.copied('failed');
  metrics.fleet?.renewed('confirmed');
  const { text } = await metrics.scrape();
  for (const [series, value] of [
    ['wad_fleet_lease_held', 1],
    ['wad_fleet_lease_epoch', 7],
    ['wad_fleet_sends_in_stream', 5],
    ['wad_fleet_sends_accepted', 2],
    ['wad_fleet_events_behind', 3],
    ['wad_fleet_copy_timestamp_seconds', 1_700_000_000],
    ['wad_fleet_copy_interval_seconds', 86_400],
    ['wad_fleet_copies_total{outcome="failed"}', 1],
    ['wad_fleet_copies_total{outcome="stored"}', 0],
    ['wad_fleet_lease_renewals_total{outcome="confirmed"}', 1],
    ['wad_fleet_lease_renewals_total{outcome="failed"}', 0],
  ] as const)
    t.equal(valueIn(text, series), value, series);
});

t.test('what is not known has no value, and gets one again', async (t) => {
  const now = { ...FLEET };
  const { metrics } = await measured(t, {}, now);
  await metrics.scrape();
  const unknown = ['sends_in_stream', 'events_behind', 'copy_timestamp_seconds'].map((n) => `wad_fleet_${n}`);
  Object.assign(now, { sendsInStream: null, eventsBehind: null, newestCopyMs: null });
  const { text } = await metrics.scrape();
  for (const series of unknown) t.equal(valueIn(text, series), undefined, series);
  t.equal(valueIn(text, 'wad_fleet_sends_accepted'), 2);
  Object.assign(now, { sendsInStream: 0, eventsBehind: 0, newestCopyMs: 0 });
  const { text: later } = await metrics.scrape();
  for (const series of unknown) t.equal(valueIn(later, series), 0, series);
});

t.test('a daemon without a fleet has no series of one', async (t) => {
  const { metrics } = await measured(t, {}, null);
  t.equal(metrics.fleet, null);
  t.notMatch((await metrics.scrape()).text, /wad_fleet/);
});

t.test('a daemon that stands by shows its state and the fleet, and nothing of an account', async (t) => {
  const metrics = openStandbyMetrics({
    status: () => ({
      ...METHODS['session.status'].example.result,
      ...{ status: 'stopped', reason: 'standby' },
    }),
    fleet: async () => ({ ...FLEET, epoch: null, sendsAccepted: 0, eventsBehind: null }),
  });
  const { type, text } = await metrics.scrape();
  t.match(type, /^text\/plain; version=0\.0\.4/);
  for (const [series, value] of [
    ['wad_state{state="stopped"}', 1],
    ['wad_state_reason{reason="standby"}', 1],
    ['wad_fleet_lease_held', 0],
    ['wad_fleet_lease_epoch', 0],
    ['wad_fleet_sends_in_stream', 5],
    ['wad_fleet_events_behind', undefined],
    ['wad_journal_cursor', undefined],
    ['wad_linked', undefined],
  ] as const)
    t.equal(valueIn(text, series), value, series);
  t.ok(valueIn(text, 'process_resident_memory_bytes'));
});
