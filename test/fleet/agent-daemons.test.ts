// Two real agents with real daemons as their children: an account moves with its profile, without a QR code, when its machine is
// drained and when an agent ends.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateIdentity } from 'age-encryption';
import t from 'tap';
import { eventually } from '../harness/eventually.js';
import { FleetMachine } from '../harness/fleet-machine.js';
import { natsServer } from '../harness/nats.js';
import { wactl } from '../harness/wactl.js';
import { Simulator } from '../simulator/simulator.js';

const WAIT_MS = 120_000;

t.setTimeout(400_000);

t.test('an account moves between real daemons with its link', async (t) => {
  const server = await natsServer(t);
  const sim = await Simulator.start();
  t.teardown(() => sim[Symbol.asyncDispose]());
  const phone = sim.createPhone({ number: '15550001111', pushname: 'Ada' });
  const keys = await mkdtemp(join(tmpdir(), 'wad-fleet-key-'));
  t.teardown(() => rm(keys, { recursive: true, force: true }));
  const keyFile = join(keys, 'fleet.key');
  await writeFile(keyFile, `${await generateIdentity()}\n`, { mode: 0o600 });
  const fleet = {
    ...{ WAD_FLEET_SERVERS: server.url, WAD_FLEET_KEY_FILE: keyFile, WAD_FLEET_LEASE_SECONDS: '6' },
  };
  const a = await FleetMachine.make(t, sim, { name: 'a', env: fleet });
  const b = await FleetMachine.make(t, sim, { name: 'b', env: fleet });

  a.start();
  await eventually(
    async () => (await wactl(['fleet', 'machines'], { env: a.env })).code === 0,
    'a fleet',
    30_000,
  );
  t.match(await a.wactl('fleet', 'add', 'shop'), /^shop runs$/m);
  await eventually(
    async () => (await wactl(['-a', 'shop', 'wait', 'linking'], { env: a.env })).code === 0,
    'a QR code',
    WAIT_MS,
  );
  await phone.scan(await sim.waitForQr({ timeoutMs: 60_000 }));
  await a.ready('shop');

  b.start();
  await eventually(
    async () => /^b +ok/m.test(await a.wactl('fleet', 'machines')),
    'the second machine',
    30_000,
  );
  const drainedAt = performance.now();
  t.match(await b.wactl('fleet', 'drain', 'a'), /^a runs no account$/m);
  await b.ready('shop');
  t.comment(`drained and ready: ${Math.round(performance.now() - drainedAt)} ms`);
  t.equal(phone.devices.length, 1, 'linked once');
  t.match(await b.wactl('fleet', 'accounts'), /^shop +held +b/m);

  await b.wactl('fleet', 'undrain', 'a');
  t.equal(await b.stop(), 0);
  await a.ready('shop');
  t.equal(phone.devices.length, 1, 'linked once');
  t.match(await a.wactl('fleet', 'stop', 'shop'), /^shop is stopped$/m);
  t.equal(phone.devices.length, 1, 'a stop keeps the link');
  t.equal(await a.stop(), 0);
});
