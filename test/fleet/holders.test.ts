// Who has each account, as the gateway sees it on a real server.
import t from 'tap';
import { FRESH } from '../../src/fleet/accounts.js';
import { connectFleet } from '../../src/fleet/connection.js';
import { Holders } from '../../src/fleet/holders.js';
import { openObjects } from '../../src/fleet/objects.js';
import { eventually } from '../harness/eventually.js';
import { fleetConfig } from '../harness/fleet.js';
import { natsServer } from '../harness/nats.js';
import { keepLog } from '../harness/server.js';

t.test('an account is held, is taken over from a daemon that died, and is stopped', async (t) => {
  const server = await natsServer(t);
  const config = fleetConfig(server);
  const log = keepLog();
  const fleet = await connectFleet(config, { name: 'test', log });
  t.teardown(() => fleet.nats.close());
  const { accounts, leases } = await openObjects(fleet, config);
  const by = (daemon: string, more: object = {}) =>
    leases.put('shop', JSON.stringify({ machine: 'a', host: 'a', daemon, since: '', ...more }));
  await accounts.put('shop', JSON.stringify(FRESH));
  const holders = await Holders.open(fleet, log);
  t.teardown(() => holders.close());
  const becomes = (isHeld: boolean, isWanted: boolean, lost: number) =>
    eventually(
      () => JSON.stringify(holders.standing('shop')) === JSON.stringify({ isHeld, isWanted, lost }),
      `held ${isHeld}, wanted ${isWanted}, lost ${lost}`,
    );
  await becomes(false, true, 0);
  await by('1');
  await becomes(true, true, 0);
  await by('1', { next: '*' });
  await becomes(false, true, 0);
  await by('2');
  await becomes(true, true, 0);
  await by('3');
  await becomes(true, true, 1);
  await accounts.put('shop', JSON.stringify({ ...FRESH, run: false }));
  await becomes(true, false, 1);
  await accounts.put('shop', JSON.stringify(FRESH));
  await becomes(true, true, 1);
  t.same(holders.accounts, ['shop']);
});
