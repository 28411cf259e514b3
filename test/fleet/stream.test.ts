// Messages of the stream of sends reach WhatsApp once and in order while the account moves and its machines are lost, and every
// event is in the stream of events once.
import t from 'tap';
import { connectFleet } from '../../src/fleet/connection.js';
import { HEADER } from '../../src/fleet/names.js';
import { eventually } from '../harness/eventually.js';
import { fleetConfig } from '../harness/fleet.js';
import { FleetPair } from '../harness/fleet-pair.js';
import { keepLog } from '../harness/server.js';

t.setTimeout(300_000);

const COUNT = 60;

t.test(`${COUNT} keyed messages over a move and the loss of a machine with its disk`, async (t) => {
  const pair = await FleetPair.make(t, { profile: 'local' });
  const { sim, server } = pair;
  const people = [1, 2, 3].map((n) => sim.createContact({ number: `1555000200${n}`, pushname: `P${n}` }));
  const fleet = await connectFleet(fleetConfig(server), { name: 'test', log: keepLog() });
  t.teardown(() => fleet.nats.close());
  const first = await pair.ready('a');
  const second = await pair.stands('b');
  const publish = async (from: number, to: number): Promise<void> => {
    for (let n = from; n < to; n++) {
      const body = JSON.stringify({ to: people[n % 3]?.number, text: String(n) });
      await fleet.streams.publish(fleet.names.send('default'), body, { msgID: `order-${n}` });
    }
  };
  await publish(0, COUNT / 3);
  await first.request('fleet.handOver', { to: 'b' });
  await publish(COUNT / 3, (2 * COUNT) / 3);
  await second.listening();
  await second.until('ready');
  await first.ended();
  const third = await pair.stands('a');
  await publish((2 * COUNT) / 3, COUNT);
  await pair.lose(second, 'b');
  await third.listening();
  await third.until('ready');
  const left = async () => (await fleet.manager.streams.info(fleet.names.sends)).state.messages;
  await eventually(async () => (await left()) === 0, 'nothing waits in the stream', 60_000);
  for (const [at, person] of people.entries()) {
    const expected = Array.from({ length: COUNT / 3 }, (_, n) => String(n * 3 + at));
    t.same(
      person.received.map(({ body }) => body),
      expected,
      `once and in order: ${person.wid}`,
    );
  }
  await third.stop();
  const seen: number[] = [];
  const { messages } = (await fleet.manager.streams.info(fleet.names.events)).state;
  for (let seq = 1; seq <= messages; seq++) {
    const stored = await fleet.manager.streams.getMessage(fleet.names.events, { seq });
    seen.push(Number(stored?.header.get(HEADER.cursor)));
  }
  t.same(
    seen,
    [...new Set(seen)].sort((a, b) => a - b),
    'every cursor once, in order',
  );
});
