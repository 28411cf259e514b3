// Who may take an account that is given away: a machine that is there, and whose browser can open the profile.
import { rename, writeFile } from 'node:fs/promises';
import t from 'tap';
import { connectFleet } from '../../src/fleet/connection.js';
import { openObjects } from '../../src/fleet/objects.js';
import { fleetConfig } from '../harness/fleet.js';
import { FleetPair } from '../harness/fleet-pair.js';
import { keepLog } from '../harness/server.js';

t.setTimeout(300_000);

t.test('only a machine that is there, and has a browser that is new enough, takes the account', async (t) => {
  const pair = await FleetPair.make(t, { profile: 'local' });
  const fleet = await connectFleet(fleetConfig(pair.server), { name: 'test', log: keepLog() });
  t.teardown(() => fleet.nats.close());
  const { machines } = await openObjects(fleet, fleetConfig(pair.server, { leaseSeconds: 6 }));
  const first = await pair.ready('a');
  await machines.put('c', '{}');
  await t.rejects(first.request('fleet.handOver', { to: 'm1' }), { kind: 'no_such_machine', message: /m1/ });
  t.match(await first.request('session.status', {}), { status: 'ready' });
  await machines.purge('c');
  const { browser } = pair.homes.b;
  await rename(browser, `${browser}.new`);
  const old = `#!/bin/sh\ncase "$1" in --version) echo "Chromium 90.0.1.2" ;; *) exec "${browser}.new" "$@" ;; esac\n`;
  await writeFile(browser, old, { mode: 0o755 });
  const second = await pair.stands('b');
  t.match(await first.request('fleet.handOver', { to: 'b' }), { message: /to b \(not checked/ });
  t.equal((await first.ended()).code, 0);
  t.equal((await second.ended()).code, 78);
  t.match(await second.logged('daemon.failed'), { kind: 'newer_profile', hint: /chromium/ });
  const third = await pair.ready('a');
  t.notOk((await third.states()).includes('linking'));
  await third.stop();
});
