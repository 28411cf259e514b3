// NATS servers that die, and servers that have forgotten everything.
import t from 'tap';
import { eventually } from '../harness/eventually.js';
import { KeptFleet } from '../harness/kept-fleet.js';
import type { NatsServer } from '../harness/nats.js';

t.setTimeout(300_000);

/** Its holder gives up after 13 s: another leader is elected before that. */
const LEASE_S = 20;
const BACK_MS = LEASE_S * 1_000 + 50_000;

/** The server that leads the bucket of leases. */
async function leader({ fleet, pair }: KeptFleet): Promise<NatsServer> {
  const name = await eventually(async () => {
    const { cluster } = await fleet.manager.streams.info(`KV_${fleet.names.leases}`);
    return cluster?.leader;
  }, 'the bucket has a leader');
  return pair.servers[Number(name.slice(1))] as NatsServer;
}

t.test('three servers', async (t) => {
  const fleet = await KeptFleet.make(t, { leaseSeconds: LEASE_S, servers: 3 });
  await fleet.on('b');
  const { servers } = fleet.pair;

  await t.test('kill -9 of the leader', async (t) => {
    const holder = fleet.wad(await fleet.holder());
    const killed = await leader(fleet);
    await killed.kill();
    await fleet.arrives(await fleet.publish(), BACK_MS);
    await fleet.hears('without the leader');
    await killed.start();
    await fleet.drained(30_000);
    t.same(fleet.wrongs(), []);
    t.equal(fleet.wad(await fleet.holder()), holder, 'the account stays where it is');
    t.equal(holder.child.exitCode, null);
  });

  await t.test('kill -9 of two of three', async (t) => {
    const killed = servers.slice(0, 2);
    await Promise.all(killed.map((server) => server.kill()));
    const { a, b } = fleet.pair.homes;
    const browsers = async () => [...(await a.browsers()), ...(await b.browsers())];
    const none = async () => (await browsers()).length === 0;
    await eventually(none, 'nobody runs without a majority', LEASE_S * 1_000);
    await Promise.all(killed.map((server) => server.start()));
    await fleet.arrives(await fleet.publish(), BACK_MS);
    await fleet.hears('with two servers again');
    t.same(fleet.wrongs(), []);
  });
  await fleet.drained(30_000);
  await fleet.readEvents();
  t.same(fleet.wrongs(), [], 'at the end');
});

t.test('NATS is started again empty', async (t) => {
  const fleet = await KeptFleet.make(t, { leaseSeconds: 6 });
  const second = await fleet.on('b');
  // The disks of both have the session: the stored copies will be lost.
  await second.logged('fleet.held');
  await fleet.off('a');
  await fleet.arrives(await fleet.publish(), BACK_MS);
  await (await fleet.on('a')).logged('fleet.held');
  const { server } = fleet.pair;
  await fleet.hears('before');
  await fleet.drained(30_000);
  await server.kill();
  await server.wipe();
  fleet.forgotten();
  await server.start();
  // The streams are there again once a daemon has started.
  await fleet.arrives(await fleet.publish(), BACK_MS);
  await fleet.hears('after');
  t.same(fleet.wrongs(), []);

  const holder = await fleet.holder();
  const other = fleet.wad(fleet.other(holder));
  await fleet.off(holder);
  t.ok(await other.logged('profile.restored'), 'a profile of after is newer than a disk from before');
  await fleet.arrives(await fleet.publish(), BACK_MS);
  await fleet.hears('moved');
  t.same(fleet.wrongs(), []);
});
