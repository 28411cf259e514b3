// A client that reads the journal of an account over NATS, where an answer has 1 MiB at most.
import t from 'tap';
import { connectFleet } from '../../src/fleet/connection.js';
import { FleetClient } from '../../src/fleet/fleet-client.js';
import { openObjects } from '../../src/fleet/objects.js';
import { RpcServer } from '../../src/fleet/rpc-server.js';
import { eventually } from '../harness/eventually.js';
import { fleetConfig } from '../harness/fleet.js';
import { natsServer } from '../harness/nats.js';
import { keepLog } from '../harness/server.js';

t.test('a journal of long events is read in shorter pages, each event once and in order', async (t) => {
  const server = await natsServer(t);
  const config = fleetConfig(server);
  const log = keepLog();
  const fleet = await connectFleet(config, { name: 'test', log });
  t.teardown(() => fleet.nats.close());
  await openObjects(fleet, config);
  const last = 120;
  const limits: number[] = [];
  const served = new RpcServer({
    ...{ fleet, account: 'shop', log },
    dispatch: async (_method, params) => {
      const { after, limit } = params as { readonly after: number; readonly limit: number };
      limits.push(limit);
      const next = Math.min(after + limit, last);
      const event = (_: unknown, n: number) => ({
        cursor: after + 1 + n,
        type: 'alert',
        says: 'x'.repeat(40_000),
      });
      return { events: Array.from({ length: next - after }, event), next };
    },
  });
  t.teardown(() => served.close());
  await fleet.nats.flush();
  const client = new FleetClient(fleet, 'shop');
  t.teardown(() => client.close());
  const cursors: number[] = [];
  client.onEvent(({ cursor }) => cursors.push(cursor));
  let isClosed = false;
  void client.closed.then(() => {
    isClosed = true;
  });
  await client.request('events.subscribe', { after: 0 });
  await eventually(() => isClosed || cursors.at(-1) === last, 'the last event');
  t.same(
    cursors,
    Array.from({ length: last }, (_, n) => n + 1),
  );
  t.same(limits.slice(0, 3), [200, 50, 13], 'as short as it must be');
});
