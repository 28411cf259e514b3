/** Messages to send reach the outbox of whoever holds the account: each once by its key, in order, whatever breaks. */
import t, { type Test } from 'tap';
import { connectFleet } from '../../src/fleet/connection.js';
import { headers, type JsMsg } from '../../src/fleet/nats.js';
import { openObjects } from '../../src/fleet/objects.js';
import { SendConsumer, type SendLimits, type SendPort } from '../../src/fleet/send-consumer.js';
import { Fault } from '../../src/protocol/fault.js';
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

/** WhatsApp: an id that comes twice is one message. */
class WhatsApp {
  readonly sent: string[] = [];
  twice = 0;
  take(key: string): void {
    if (this.sent.includes(key)) this.twice += 1;
    else this.sent.push(key);
  }
}

/** The outbox of one machine, in memory: it is lost with the machine. */
class Outbox implements SendPort {
  readonly rows = new Map<string, { settled: boolean }>();
  /** Called before a message is accepted. */
  before: (params: Record<string, unknown>) => Promise<void> = async () => undefined;
  readonly #watchers = new Set<(id: string) => void>();

  constructor(
    readonly whatsApp: WhatsApp,
    readonly sendsAtOnce = true,
  ) {}

  async accept(params: Record<string, unknown>): Promise<string> {
    await this.before(params);
    const id = String(params.key);
    if (!this.rows.has(id)) {
      this.rows.set(id, { settled: false });
      if (this.sendsAtOnce) queueMicrotask(() => this.send(id));
    }
    return id;
  }

  /** As the lane of the chat does: in the order of acceptance. */
  send(id: string): void {
    this.whatsApp.take(id);
    this.settle(id);
  }

  settle(id: string): void {
    this.rows.set(id, { settled: true });
    for (const watcher of this.#watchers) watcher(id);
  }

  isSettled(id: string): boolean {
    return this.rows.get(id)?.settled ?? false;
  }

  watch(settled: (id: string) => void): () => void {
    this.#watchers.add(settled);
    return () => this.#watchers.delete(settled);
  }
}

const QUICK: Partial<SendLimits> = { retryMs: 5, maxRetryMs: 20, pollMs: 200 };

function consume(t: Test, fleet: Fleet, port: SendPort, limits = QUICK, account = 'shop') {
  const log = keepLog();
  const consumer = new SendConsumer({ fleet, account, port, log, limits });
  t.teardown(() => consumer.close());
  return Object.assign(consumer, { log });
}

const publish = (fleet: Fleet, key: string, body: unknown = { to: '+15550002222', text: key }, to = 'shop') =>
  fleet.streams.publish(
    fleet.names.send(to),
    typeof body === 'string' ? body : JSON.stringify(body),
    key === '' ? {} : { msgID: key },
  );

const left = async ({ manager, names }: Fleet): Promise<number> =>
  (await manager.streams.info(names.sends)).state.messages;

async function until(done: () => boolean | Promise<boolean>, what = done.toString()): Promise<void> {
  const lateMs = performance.now() + 60_000;
  while (!(await done())) {
    if (performance.now() > lateMs) throw new Error(`it did not come to that: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const keys = (count: number, from = 0) => Array.from({ length: count }, (_, n) => `k${from + n}`);

t.test('a message stays in the stream until it is settled; what comes later is taken at once', async (t) => {
  const fleet = await connect(t, await natsServer(t));
  await publish(fleet, 'k0');
  await publish(fleet, 'other', {}, 'office');
  const outbox = new Outbox(new WhatsApp(), false);
  const seen: unknown[] = [];
  outbox.before = async (params) => void seen.push(params);
  const consumer = consume(t, fleet, outbox, { ...QUICK, pollMs: 60_000 });
  await until(() => outbox.rows.size === 1);
  await publish(fleet, 'k1', { to: 'x', text: 'y', deadlineMs: 5 });
  await until(() => outbox.rows.size === 2);
  t.same(seen, [
    { deadlineMs: 60_000, to: '+15550002222', text: 'k0', key: 'k0' },
    { deadlineMs: 5, to: 'x', text: 'y', key: 'k1' },
  ]);
  t.equal(await left(fleet), 3);
  outbox.settle('k1');
  await until(async () => (await left(fleet)) === 2);
  outbox.settle('k0');
  await until(async () => (await left(fleet)) === 1);
  t.equal(consumer.unsettled, 0);
});

t.test('what can never be sent is kept apart, and blocks nothing', async (t) => {
  const fleet = await connect(t, await natsServer(t));
  const outbox = new Outbox(new WhatsApp());
  outbox.before = async ({ key }) => {
    if (key === 'wrong') throw new Fault('invalid_recipient', { reason: 'no\r\nnumber' });
    if (key === 'poison') throw new Fault('internal');
    if (key === 'file elsewhere') throw new Fault('no_such_media');
  };
  await publish(fleet, '', { to: 'x', text: 'y' });
  await publish(fleet, 'not JSON', '{"to":');
  await publish(fleet, 'no object', '[]');
  await publish(fleet, 'two keys', { key: 'k' });
  await publish(fleet, 'wrong');
  await publish(fleet, 'poison');
  await publish(fleet, 'file elsewhere');
  await publish(fleet, 'big', { text: 'x'.repeat(900_000) });
  await publish(fleet, 'last');
  consume(t, fleet, outbox);
  await until(() => outbox.rows.has('last'));
  await until(async () => (await left(fleet)) === 0);
  const order = ['', 'not JSON', 'no object', 'two keys', 'wrong', 'poison', 'file elsewhere'];
  const rank = (message: JsMsg | null) => order.indexOf(message?.headers?.get('Wad-Key') ?? '');
  const consumer = await fleet.streams.consumers.get(fleet.names.events);
  const refused: (JsMsg | null)[] = [];
  for (let n = 0; n < order.length; n += 1) refused.push(await consumer.next({ expires: 5_000 }));
  // Those to different recipients may overtake one another.
  refused.sort((a, b) => rank(a) - rank(b));
  const header = (name: string) => refused.map((message) => message?.headers?.get(name));
  t.same(header('Wad-Key'), order);
  t.same(header('Wad-Fault'), [
    ...['invalid_params', 'invalid_params', 'invalid_params', 'invalid_params'],
    ...['invalid_recipient', 'internal', 'no_such_media'],
  ]);
  t.equal(header('Wad-Reason')[4], 'no number');
  t.equal(refused[1]?.string(), '{"to":');
  t.equal(refused[4]?.subject, 'wad.refused.shop');
  t.ok(outbox.rows.has('big'), 'NATS gives back what it has taken');
});

t.test('a fault that passes is waited for, in order', async (t) => {
  const fleet = await connect(t, await natsServer(t));
  const whatsApp = new WhatsApp();
  const outbox = new Outbox(whatsApp);
  const kinds = ['not_linked', 'disk_full', 'busy', 'banned', 'not_ready'] as const;
  let tries = 0;
  outbox.before = async ({ key }) => {
    if (key !== 'k1' || tries >= 40) return;
    tries += 1;
    throw new Fault(kinds[tries % kinds.length] ?? 'busy');
  };
  for (const key of keys(5)) await publish(fleet, key);
  consume(t, fleet, outbox);
  await until(async () => (await left(fleet)) === 0);
  t.equal(tries, 40);
  t.same(whatsApp.sent, keys(5));
});

t.test('a full window waits for a message to be settled', async (t) => {
  const fleet = await connect(t, await natsServer(t));
  const outbox = new Outbox(new WhatsApp(), false);
  for (const key of keys(5)) await publish(fleet, key);
  consume(t, fleet, outbox, { ...QUICK, window: 2 });
  await until(() => outbox.rows.size === 2);
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.equal(outbox.rows.size, 2);
  outbox.settle('k1');
  await until(() => outbox.rows.size === 3);
});

t.test('a key that is published again much later is one message, and both leave the stream', async (t) => {
  const fleet = await connect(t, await natsServer(t));
  const outbox = new Outbox(new WhatsApp(), false);
  await publish(fleet, 'k0');
  // As after the window of duplicates.
  const more = headers();
  more.set('Nats-Msg-Id', 'k0');
  await fleet.manager.streams.purge(fleet.names.events);
  await fleet.manager.streams.update(fleet.names.sends, { duplicate_window: 100_000_000 });
  await until(async () => {
    await publish(fleet, 'k0');
    return (await left(fleet)) === 2;
  });
  consume(t, fleet, outbox);
  await until(() => outbox.rows.size === 1);
  outbox.settle('k0');
  await until(async () => (await left(fleet)) === 0);
});

t.test('a stream that was lost and made anew loses no message of the new one', async (t) => {
  const server = await natsServer(t);
  const fleet = await connect(t, server);
  const outbox = new Outbox(new WhatsApp(), false);
  for (const key of keys(5)) await publish(fleet, key);
  consume(t, fleet, outbox);
  await until(() => outbox.rows.size === 5);
  await server.kill();
  await server.wipe();
  await server.start();
  const again = await connect(t, server);
  for (const key of keys(3, 10)) await publish(again, key);
  await until(() => outbox.rows.size === 8);
  // They had the numbers 1 to 5, which are others now.
  for (const key of keys(5)) outbox.settle(key);
  await publish(again, 'k99');
  await until(() => outbox.rows.has('k99'));
  t.equal(await left(again), 4);
});

t.test(
  '1 000 messages, with tenures that end anywhere: none lost, none twice by key, in order',
  async (t) => {
    const server = await natsServer(t);
    const fleet = await connect(t, server);
    const whatsApp = new WhatsApp();
    const COUNT = 1_000;
    let random = 7;
    const chance = () => {
      random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
      return random / 2_147_483_648;
    };
    const publishing = (async () => {
      for (const key of keys(COUNT))
        await until(() =>
          publish(fleet, key).then(
            () => true,
            () => false,
          ),
        );
    })();
    let tenures = 0;
    let outbox = new Outbox(whatsApp);
    while (whatsApp.sent.length < COUNT) {
      tenures += 1;
      // Every second machine is lost with its disk.
      if (tenures % 2 === 0) outbox = new Outbox(whatsApp);
      const mine = outbox;
      // Sent somewhat later than accepted, so that the end of the tenure comes between.
      mine.before = () => new Promise((resolve) => setTimeout(resolve, chance() < 0.05 ? 2 : 0));
      const near = await connect(t, server);
      const consumer = consume(t, near, mine);
      const stopAt = Math.min(COUNT, whatsApp.sent.length + 20 + Math.floor(chance() * 60));
      await until(() => whatsApp.sent.length >= stopAt);
      if (tenures % 5 === 0) {
        await server.kill();
        await server.start();
      }
      // A process that is killed says nothing.
      await near.nats.close();
      await consumer.close();
    }
    await publishing;
    const last = consume(t, await connect(t, server), outbox);
    await until(() =>
      left(fleet).then(
        (n) => n === 0,
        () => false,
      ),
    );
    await last.close();
    t.ok(tenures > 10, `${tenures} tenures`);
    t.same(whatsApp.sent, keys(COUNT));
    t.comment(`${whatsApp.twice} repetitions under the same id`);
  },
);
