// Messages published to the fleet while its machines are killed: each goes out once, in the order of its chat, and what
// happens is in the stream of events once.
import t from 'tap';
import { connectFleet } from '../../src/fleet/connection.js';
import { openObjects } from '../../src/fleet/objects.js';
import { RpcClient } from '../../src/fleet/rpc-client.js';
import type { WireEvent } from '../../src/protocol/events/index.js';
import { fleetConfig } from '../harness/fleet.js';
import { Home } from '../harness/home.js';
import { natsServer } from '../harness/nats.js';
import { keepLog } from '../harness/server.js';
import { Simulator } from '../simulator/simulator.js';

t.setTimeout(300_000);

const COUNT = 40;

t.test('kill -9 in the middle of forty messages', async (t) => {
  const server = await natsServer(t);
  const sim = await Simulator.start();
  const a = await Home.make(sim, { t });
  const b = await Home.make(sim, { t, sharing: a });
  t.teardown(async () => {
    await a[Symbol.asyncDispose]();
    await b[Symbol.asyncDispose]();
    await sim[Symbol.asyncDispose]();
  });
  await a.saveSession(sim.createPhone({ number: '15550001111', pushname: 'Ada' }));
  const contacts = ['15550002222', '15550003333'].map((number) => sim.createContact({ number }));
  const config = fleetConfig(server);
  const fleet = await connectFleet(config, { name: 'sender', log: keepLog() });
  t.teardown(() => fleet.nats.close());
  await openObjects(fleet, { ...config, leaseSeconds: 6 });
  // Nothing runs yet.
  for (let n = 0; n < COUNT; n += 1) {
    const to = contacts[n % 2]?.number;
    const body = JSON.stringify({ to, text: `message ${n}` });
    await fleet.streams.publish('wad.send.default', body, { msgID: `order-${n}` });
  }
  const start = (home: Home, machine: string) =>
    home.start({
      env: {
        WAD_FLEET_SERVERS: server.url,
        WAD_FLEET_PROFILE: 'shared',
        WAD_FLEET_LEASE_SECONDS: '6',
        WAD_FLEET_MACHINE: machine,
      },
      listening: false,
    });
  const received = () => contacts.reduce((sum, { received }) => sum + received.length, 0);
  const first = await start(a, 'a');
  const second = await start(b, 'b');
  const patient = AbortSignal.timeout(120_000);
  while (received() < 8 && !patient.aborted) await new Promise((resolve) => setTimeout(resolve, 10));
  t.match(await new RpcClient(fleet, 'default').call('session.status'), { status: 'ready' });
  await first.kill();
  await second.listening();
  const left = async () => (await fleet.manager.streams.info('WAD_SEND')).state.messages;
  while ((await left()) > 0 && !patient.aborted) await new Promise((resolve) => setTimeout(resolve, 100));
  t.equal(await left(), 0);
  for (const [chat, contact] of contacts.entries())
    t.same(
      contact.received.map(({ body }) => body),
      Array.from({ length: COUNT / 2 }, (_, n) => `message ${2 * n + chat}`),
    );
  const ids = sim.ledger.map(({ id }) => id);
  t.equal(new Set(ids).size, COUNT);
  await second.stop();
  const consumer = await fleet.streams.consumers.get('WAD_EVENTS');
  const { messages } = (await fleet.manager.streams.info('WAD_EVENTS')).state;
  const cursors: number[] = [];
  for (let n = 0; n < messages; n += 1) {
    const message = await consumer.next({ expires: 5_000 });
    if (message !== null) cursors.push((message.json() as WireEvent).cursor);
  }
  t.ok(messages >= COUNT, `${messages} events`);
  t.same(
    cursors,
    [...new Set(cursors)].sort((x, y) => x - y),
  );
});
