// What a scrape asks NATS for: what waits for an account, and its newest copy.
import t from 'tap';
import { standbyDispatch } from '../../src/daemon/fleet/standby-dispatch.js';
import { streamFacts } from '../../src/daemon/fleet/stream-facts.js';
import type { FleetValues } from '../../src/daemon/metrics/fleet-metrics.js';
import { connectFleet } from '../../src/fleet/connection.js';
import { openObjects } from '../../src/fleet/objects.js';
import { openProfileStore } from '../../src/fleet/profile-store.js';
import { fleetConfig } from '../harness/fleet.js';
import { valueIn } from '../harness/metrics.js';
import { natsServer } from '../harness/nats.js';
import { keepLog } from '../harness/server.js';

t.test('the messages of one account and its newest copy; nothing while NATS does not answer', async (t) => {
  const server = await natsServer(t);
  const config = fleetConfig(server);
  const fleet = await connectFleet(config, { name: 'test', log: keepLog() });
  t.teardown(() => fleet.nats.close());
  const objects = await openObjects(fleet, config);
  const profiles = openProfileStore(fleet, objects.profiles);
  const facts = () => streamFacts({ fleet, account: 'shop', profiles });
  t.same(await facts(), { sendsInStream: 0, newestCopyMs: 0 });

  for (const account of ['shop', 'shop', 'other']) await fleet.streams.publish(`wad.send.${account}`, '{}');
  const made = '2026-11-30T08:00:00.000Z';
  const about = { machine: 'a', browser: null, wad: '0.2.0' };
  const bytes = async function* () {
    yield new Uint8Array(3);
  };
  await profiles.put('shop', { ...about, epoch: 1, made: '2026-11-29T08:00:00.000Z' }, bytes());
  await profiles.put('shop', { ...about, epoch: 2, made }, bytes());
  t.same(await facts(), { sendsInStream: 2, newestCopyMs: Date.parse(made) });
  const shared = await streamFacts({ fleet, account: 'shop', profiles: null });
  t.same(shared, { sendsInStream: 2, newestCopyMs: null }, 'machines that share a disk make no copies');

  await server.freeze();
  t.teardown(() => server.thaw());
  t.same(await facts(), { sendsInStream: null, newestCopyMs: null });
});

t.test('a daemon that stands by answers a scrape', async (t) => {
  const values: FleetValues = {
    ...{ epoch: null, sendsInStream: 2, sendsAccepted: 0, eventsBehind: null },
    ...{ newestCopyMs: 0, copyEveryMs: 0 },
  };
  const settings = {
    ...{ account: 'shop', address: [] },
    config: { fleet: { machine: 'b' }, reconnect: { maxAttempts: 5 }, browser: { sandbox: true } },
  } as never;
  const parts = { settings, log: keepLog() as never, doors: {} as never, holder: () => 'a' };
  const dispatch = standbyDispatch({ ...parts, values: async () => values });
  const call = { peer: {} as never, signal: new AbortController().signal };
  const { text } = (await dispatch('daemon.metrics', {}, call)) as { readonly text: string };
  t.equal(valueIn(text, 'wad_state_reason{reason="standby"}'), 1);
  t.equal(valueIn(text, 'wad_fleet_sends_in_stream'), 2);
  t.equal(valueIn(text, 'wad_fleet_lease_held'), 0);
  await t.rejects(dispatch('outbox.list', {}, call), { kind: 'standby', message: /Machine a/ });
});
