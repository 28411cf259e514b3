/** The journal of an account reaches the stream of events: each event once, in order, whatever breaks. */
import t, { type Test } from 'tap';
import { connectFleet } from '../../src/fleet/connection.js';
import { EventPublisher, type EventSource, newestCursor } from '../../src/fleet/event-publisher.js';
import { openObjects } from '../../src/fleet/objects.js';
import type { WireEvent } from '../../src/protocol/events/index.js';
import { EVENTS } from '../../src/protocol/events/index.js';
import { eventually } from '../harness/eventually.js';
import { fleetConfig } from '../harness/fleet.js';
import { type NatsServer, natsServer } from '../harness/nats.js';
import { keepLog } from '../harness/server.js';

const connect = async (t: Test, server: NatsServer) => {
  const config = fleetConfig(server);
  const fleet = await connectFleet(config, { name: 'test', log: keepLog() });
  t.teardown(() => fleet.nats.close());
  await openObjects(fleet, config);
  return fleet;
};
type Fleet = Awaited<ReturnType<typeof connect>>;

/** A journal in memory, as the daemon's reader shows it. */
class Journal implements EventSource {
  readonly events: WireEvent[] = [];
  place: number | null = null;
  readonly #watchers = new Set<() => void>();

  constructor(readonly account = 'shop') {}

  get last(): number {
    return this.events.at(-1)?.cursor ?? 0;
  }

  add(count: number, text = ''): void {
    for (let n = 0; n < count; n += 1) {
      const data = { reason: 'disk_full', says: text, hint: 'df -h' } as const;
      const time = '2026-01-01T00:00:00.000Z';
      this.events.push({ cursor: this.last + 1, type: 'alert', time, account: this.account, data });
    }
    for (const wake of this.#watchers) wake();
  }

  async keep(place: number): Promise<void> {
    this.place = Math.max(this.place ?? 0, place);
  }

  page(after: number) {
    const events = this.events.filter(({ cursor }) => cursor > after).slice(0, 100);
    return { events, next: events.at(-1)?.cursor ?? after };
  }

  watch(wake: () => void): () => void {
    this.#watchers.add(wake);
    return () => this.#watchers.delete(wake);
  }
}

function publish(t: Test, fleet: Fleet, source: Journal, epoch = 1, isHeld = () => true) {
  const log = keepLog();
  const publisher = new EventPublisher({ fleet, account: source.account, epoch, isHeld, source, log });
  t.teardown(() => publisher.close());
  return Object.assign(publisher, { log });
}

/** What a reader of the stream gets. */
async function stream({ streams, names, manager }: Fleet, subject = `${names.events}`) {
  const { messages } = (await manager.streams.info(subject)).state;
  const consumer = await streams.consumers.get(names.events);
  const found = [];
  for (let n = 0; n < messages; n += 1) {
    const message = await consumer.next({ expires: 5_000 });
    if (message === null) break;
    found.push(message);
  }
  return found;
}

const never = new AbortController().signal;
const cursors = (messages: readonly { json(): unknown }[]) =>
  messages.map((message) => (message.json() as WireEvent).cursor);
const upTo = (last: number) => Array.from({ length: last }, (_, n) => n + 1);

t.test('each event has its subject, its headers and the form of the socket', async (t) => {
  const fleet = await connect(t, await natsServer(t));
  const journal = new Journal();
  journal.add(2);
  const publisher = publish(t, fleet, journal, 42);
  await publisher.settled(never);
  t.equal(publisher.behind, 0);
  const [first, second] = await stream(fleet);
  t.equal(first?.subject, 'wad.event.shop.alert');
  t.same(first?.json(), journal.events[0]);
  const header = (name: string) => second?.headers?.get(name);
  t.same([header('Nats-Msg-Id'), header('Wad-Cursor'), header('Wad-Epoch')], ['shop.2', '2', '42']);
  await publisher.close();
  t.equal(journal.place, 2);
});

t.test('another machine continues behind the newest event in the stream', async (t) => {
  const fleet = await connect(t, await natsServer(t));
  const journal = new Journal();
  journal.add(150);
  const first = publish(t, fleet, journal);
  await first.settled(never);
  await first.close();
  // The disk of the first machine was lost with its place.
  journal.place = null;
  journal.add(150);
  const office = new Journal('office');
  office.add(3);
  const second = publish(t, fleet, journal, 2);
  await Promise.all([second.settled(never), publish(t, fleet, office).settled(never)]);
  const messages = await stream(fleet);
  const shop = messages.filter(({ subject }) => subject.startsWith('wad.event.shop.'));
  t.same(cursors(shop), upTo(300));
  t.equal(await newestCursor(fleet, 'shop'), 300);
  t.equal(await newestCursor(fleet, 'office'), 3);
  t.equal(await newestCursor(fleet, 'sho'), null);
});

t.test('a stream that has expired, or was lost, does not get everything again', async (t) => {
  const fleet = await connect(t, await natsServer(t));
  const journal = new Journal();
  journal.add(5);
  journal.place = 4;
  await publish(t, fleet, journal).settled(never);
  t.same(cursors(await stream(fleet)), [5]);
});

t.test('a journal that is behind the stream is reported, and publishes nothing twice', async (t) => {
  const fleet = await connect(t, await natsServer(t));
  const journal = new Journal();
  journal.add(10);
  await publish(t, fleet, journal).settled(never);
  const restored = new Journal();
  restored.add(4);
  const publisher = publish(t, fleet, restored, 2);
  await publisher.settled(never);
  t.match(publisher.log.lines, [{ level: 'error', event: 'fleet.journal_behind' }]);
  t.same(cursors(await stream(fleet)), upTo(10));
});

t.test('a server that is killed again and again', async (t) => {
  const server = await natsServer(t);
  const fleet = await connect(t, server);
  const journal = new Journal();
  const publisher = publish(t, fleet, journal);
  for (let round = 0; round < 4; round += 1) {
    journal.add(200);
    while ((publisher.behind ?? 0) > 100) await new Promise((resolve) => setTimeout(resolve, 1));
    await server.kill();
    journal.add(50);
    await server.start();
  }
  await publisher.settled(AbortSignal.timeout(60_000));
  t.same(cursors(await stream(await connect(t, server))), upTo(1_000));
});

t.test('the end does not wait for a server that does not answer', async (t) => {
  const server = await natsServer(t);
  const fleet = await connect(t, server);
  const journal = new Journal();
  const publisher = publish(t, fleet, journal);
  await publisher.settled(never);
  await server.freeze();
  journal.add(1);
  await publisher.settled(AbortSignal.timeout(50));
  t.equal(publisher.behind, 1);
  server.thaw();
  await publisher.settled(never);
  t.equal(publisher.behind, 0);
});

t.test('an event that NATS does not carry becomes a gap, and blocks nothing', async (t) => {
  const fleet = await connect(t, await natsServer(t, { config: 'max_payload: 65536' }));
  const journal = new Journal();
  journal.add(1, 'x'.repeat(70_000));
  journal.add(1);
  await publish(t, fleet, journal).settled(never);
  const [gap, next] = await stream(fleet);
  t.equal(gap?.subject, 'wad.event.shop.gap');
  t.match(gap?.json(), { cursor: 1, type: 'gap', data: { reason: 'damaged', after: 0, oldest: 2 } });
  t.match(next?.json(), { cursor: 2, type: 'alert' });
});

t.test('no event carries what links a phone', async (t) => {
  t.same(Object.keys(EVENTS.qr.example).sort(), ['expiresAt', 'number']);
});

t.test('nothing is published once the lease is lost, also in the middle of a page', async (t) => {
  const fleet = await connect(t, await natsServer(t));
  const journal = new Journal();
  journal.add(5);
  let checks = 0;
  const publisher = publish(t, fleet, journal, 1, () => {
    checks += 1;
    return checks <= 2;
  });
  await eventually(
    () => publisher.log.lines.some(({ event }) => event === 'fleet.events_wait'),
    'the publisher has stopped',
  );
  await publisher.close();
  t.equal((await stream(fleet)).length, 2);
});
