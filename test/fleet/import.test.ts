// A session is imported on a machine of a fleet only with the lease: no other machine runs the account meanwhile.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateIdentity } from 'age-encryption';
import t from 'tap';
import { connectFleet } from '../../src/fleet/connection.js';
import { leaseIn } from '../../src/fleet/lease-bucket.js';
import { openObjects } from '../../src/fleet/objects.js';
import { openProfileStore } from '../../src/fleet/profile-store.js';
import { fleetConfig } from '../harness/fleet.js';
import { Home } from '../harness/home.js';
import { natsServer } from '../harness/nats.js';
import { keepLog } from '../harness/server.js';
import { wactl } from '../harness/wactl.js';
import { Simulator } from '../simulator/simulator.js';

t.setTimeout(300_000);

t.test('a session is adopted with the lease, and the machine goes on with it', async (t) => {
  const server = await natsServer(t);
  const sim = await Simulator.start();
  t.teardown(() => sim[Symbol.asyncDispose]());
  const [old, home] = [await Home.make(sim, { t }), await Home.make(sim, { t })];
  for (const one of [old, home]) t.teardown(() => one[Symbol.asyncDispose]());
  await old.saveSession(sim.createPhone({ number: '15550001111' }));
  const config = fleetConfig(server, { leaseSeconds: 6 });
  const fleet = await connectFleet(config, { name: 'test', log: keepLog() });
  t.teardown(() => fleet.nats.close());
  const { leases, profiles } = await openObjects(fleet, config);
  const keyFile = join(t.testdir(), 'key');
  await writeFile(keyFile, `${await generateIdentity()}\n`, { mode: 0o600 });
  const env = {
    ...{ WAD_FLEET_SERVERS: server.url, WAD_FLEET_MACHINE: 'm1', WAD_FLEET_LEASE_SECONDS: '6' },
    WAD_FLEET_KEY_FILE: keyFile,
  };
  const adopt = () =>
    wactl(['-o', 'json', 'adopt', old.profile], {
      timeoutMs: 240_000,
      cwd: home.dir,
      env: {
        ...{ HOME: home.dir, TMPDIR: home.tmp, WAD_SOCKET: home.socket },
        ...{ STATE_DIRECTORY: home.stateDir, WAD_SESSION_DATA_PATH: home.authDir },
        ...{ WAD_BROWSER_PATH: home.browser, WAD_BROWSER_SANDBOX: 'false', ...env },
      },
    });
  const holder = async () => leaseIn((await leases.get('default'))?.value ?? new Uint8Array());
  const other = { machine: 'm2', host: 'h', daemon: 'd', since: '2026-11-30T08:00:00.000Z' };

  await t.test('not while another machine has the account', async (t) => {
    await leases.put('default', JSON.stringify(other));
    const { code, stderr } = await adopt();
    t.equal(code, 1);
    t.match(stderr, /"kind":"standby"/);
    t.match(stderr, /Machine m2 has the account default: stop it there first/);
    t.same(
      home.sessions().filter((name) => name.startsWith('.')),
      [],
    );
    await leases.put('default', JSON.stringify({ ...other, next: '*' }));
  });

  await t.test('not over a session that the fleet has', async (t) => {
    const store = openProfileStore(fleet, profiles);
    const facts = { epoch: 5, machine: 'm2', made: '2026-11-30T08:00:00.000Z', browser: null, wad: '0.1.0' };
    await store.put('default', facts, [new Uint8Array(9)] as unknown as AsyncIterable<Uint8Array>);
    const { code, stderr } = await adopt();
    t.equal(code, 1);
    t.match(stderr, /"kind":"already_linked"/);
    t.match(stderr, /stored by machine m2/);
    t.match(await holder(), { machine: 'm1', next: '*' }, 'any machine may go on');
    await store.remove('default');
  });

  await t.test('otherwise it is kept for this machine', async (t) => {
    const { code, stderr } = await adopt();
    t.equal(code, 0, stderr);
    t.match(await holder(), { machine: 'm1', next: 'm1' });
    const { epoch } = JSON.parse(await readFile(join(home.stateDir, 'wad.fleet.json'), 'utf8'));
    t.ok(epoch > 0);
    const wad = await home.start({ env, listening: false });
    await wad.listening();
    await wad.until('ready');
    t.notOk((await wad.states()).includes('linking'));
    await wad.stop();
    t.match(await openProfileStore(fleet, profiles).list('default'), [{ machine: 'm1' }]);
  });
});
