// A client reaches an account on whichever machine runs it: requests, and events over a move.
import t from 'tap';
import { connectFleet } from '../../src/fleet/connection.js';
import { FleetClient } from '../../src/fleet/fleet-client.js';
import type { WireEvent } from '../../src/protocol/events/index.js';
import { eventually } from '../harness/eventually.js';
import { fleetConfig } from '../harness/fleet.js';
import { FleetPair } from '../harness/fleet-pair.js';
import { keepLog } from '../harness/server.js';

t.setTimeout(200_000);

t.test('requests and events over a move', async (t) => {
  const pair = await FleetPair.make(t);
  const ben = pair.sim.createContact({ number: '15550002222', pushname: 'Ben' });
  const fleet = await connectFleet(fleetConfig(pair.server), { name: 'test', log: keepLog() });
  t.teardown(() => fleet.nats.close());
  const client = new FleetClient(fleet, 'default');
  const events: WireEvent[] = [];
  client.onEvent((event) => events.push(event));
  await t.rejects(client.call('session.status'), { kind: 'unreachable', message: /No machine runs/ });

  const first = await pair.ready('a');
  t.match(await client.request('session.status', {}), { status: 'ready', fleet: { holder: 'a' } });
  const { subscription } = await client.request('events.subscribe', { after: 0 });
  await eventually(
    () => events.some((event) => event.type === 'state' && event.data.status === 'ready'),
    'earlier events',
  );
  const bodies = () => events.flatMap((event) => (event.type === 'message' ? [event.data.body] : []));
  await ben.send('to a');
  await eventually(() => bodies().includes('to a'), 'the message to a');

  const second = await pair.stands('b');
  await client.request('fleet.handOver', {});
  await second.listening();
  await second.until('ready');
  t.match(await client.request('session.status', {}), { fleet: { holder: 'b' } });
  await ben.send('to b');
  await eventually(() => bodies().includes('to b'), 'the message to b', 30_000);
  const cursors = events.map(({ cursor }) => cursor);
  t.same(
    cursors,
    [...new Set(cursors)].sort((a, b) => a - b),
    'each once, in order',
  );
  await client.request('events.unsubscribe', { subscription });
  await t.rejects(client.request('events.unsubscribe', { subscription }), {
    kind: 'no_such_subscription',
    message: /subscription/,
  });
  await client.close();
  await first.ended();
  await second.stop();
});
