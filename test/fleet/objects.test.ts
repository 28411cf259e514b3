// What a fleet finds on the NATS servers: created where it is missing, refused with a clear error where it does not fit.
import { writeFile } from 'node:fs/promises';
import t, { type Test } from 'tap';
import type { Config } from '../../src/config/keys.js';
import { connectFleet } from '../../src/fleet/connection.js';
import { jetstreamManager, Kvm, RetentionPolicy } from '../../src/fleet/nats.js';
import { openObjects } from '../../src/fleet/objects.js';
import type { FaultKind } from '../../src/protocol/fault-table.js';
import { fleetConfig } from '../harness/fleet.js';
import { type NatsServer, natsServer } from '../harness/nats.js';
import { keepLog } from '../harness/server.js';

const open = async (t: Test, server: Pick<NatsServer, 'url'>, more: Partial<Config['fleet']> = {}) => {
  const config = fleetConfig(server, more);
  const fleet = await connectFleet(config, { name: 'test', log: keepLog() });
  t.teardown(() => fleet.nats.close());
  return { fleet, objects: await openObjects(fleet, config) };
};

t.test('everything is created once, and found the second time', async (t) => {
  const server = await natsServer(t);
  await open(t, server);
  const { objects, fleet } = await open(t, server);
  t.ok(Number.isSafeInteger(await objects.leases.create('shop', 'x')));
  const { config } = await fleet.manager.streams.info('WAD_SEND');
  t.equal(config.retention, 'workqueue');
});

t.test('machines that begin at the same time make the same objects', async (t) => {
  const server = await natsServer(t);
  const all = await Promise.all(Array.from({ length: 8 }, () => open(t, server)));
  const created = await Promise.all(all.map(({ objects }) => objects.accounts.put('shop', 'x')));
  t.equal(new Set(created).size, 8);
});

t.test('servers that have forgotten everything give out larger revisions than before', async (t) => {
  const server = await natsServer(t);
  const before = await (await open(t, server)).objects.leases.create('shop', 'x');
  await server.kill();
  await server.wipe();
  await server.start();
  const after = await (await open(t, server)).objects.leases.create('shop', 'x');
  t.ok(after > before, `${after} after ${before}`);
});

t.test('what does not fit is refused', async (t) => {
  const refused = async (t: Test, opening: Promise<unknown>, kind: FaultKind, text: RegExp) =>
    t.rejects(opening, { kind, message: text });

  t.test('no server', (t) =>
    refused(t, open(t, { url: 'nats://127.0.0.1:1' }), 'fleet_unreachable', /127\.0\.0\.1:1/),
  );

  t.test('wrong credentials', async (t) => {
    const server = await natsServer(t, { config: 'authorization { user: wad, password: right-password }' });
    const credentialsFile = `${t.testdir()}/creds`;
    await writeFile(credentialsFile, 'wad:wrong-password\n', { mode: 0o600 });
    await refused(t, open(t, server, { credentialsFile }), 'fleet_refused', /refused/);
    await writeFile(credentialsFile, 'no credentials\n', { mode: 0o600 });
    await refused(t, open(t, server, { credentialsFile }), 'usage', /USER:PASSWORD/);
  });

  t.test('no permission', async (t) => {
    const users = '[{ user: wad, password: right-password, permissions: { publish: "x" } }]';
    const server = await natsServer(t, { config: `authorization { users: ${users} }` });
    const credentialsFile = `${t.testdir()}/creds`;
    await writeFile(credentialsFile, 'wad:right-password\n', { mode: 0o600 });
    await refused(t, open(t, server, { credentialsFile }), 'fleet_refused', /refused/);
  });

  t.test('no JetStream', async (t) => {
    const server = await natsServer(t, { jetstream: false });
    await refused(t, open(t, server), 'fleet_mismatch', /JetStream/);
  });

  t.test('a stream with another retention', async (t) => {
    const server = await natsServer(t);
    const fleet = await connectFleet(fleetConfig(server), { name: 'x', log: keepLog() });
    t.teardown(() => fleet.nats.close());
    const manager = await jetstreamManager(fleet.nats);
    await manager.streams.add({
      name: 'WAD_SEND',
      subjects: ['wad.send.*'],
      retention: RetentionPolicy.Limits,
    });
    await refused(t, open(t, server), 'fleet_mismatch', /WAD_SEND.*limits.*workqueue/);
  });

  t.test('a bucket of leases that do not expire', async (t) => {
    const server = await natsServer(t);
    const fleet = await connectFleet(fleetConfig(server), { name: 'x', log: keepLog() });
    t.teardown(() => fleet.nats.close());
    await new Kvm(fleet.nats).create('wad_leases');
    await refused(t, open(t, server), 'fleet_mismatch', /wad_leases.*0 s.*30 s/);
  });
});
