// The example configuration of the servers: each role can do its work and nothing else.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { connectFleet } from '../../src/fleet/connection.js';
import { FleetClient } from '../../src/fleet/fleet-client.js';
import {
  AckPolicy,
  connect,
  jetstream,
  jetstreamManager,
  type NatsConnection,
} from '../../src/fleet/nats.js';
import { FleetWays } from '../../src/gateway/fleet-ways.js';
import { fleetConfig } from '../harness/fleet.js';
import { FleetPair } from '../harness/fleet-pair.js';
import { keepLog } from '../harness/server.js';
import { wactl } from '../harness/wactl.js';

t.setTimeout(200_000);

/** The roles in examples/nats-fleet.conf, for the account of the tests. */
async function roles(): Promise<string> {
  const file = fileURLToPath(new URL('../../../examples/nats-fleet.conf', import.meta.url));
  const text = await readFile(file, 'utf8');
  return text.slice(text.indexOf('authorization {')).replaceAll('.shop', '.default');
}

async function as(t: Test, url: string, user: string): Promise<NatsConnection> {
  const inboxPrefix = `_INBOX_${user}`;
  const pass = `${user.toUpperCase()}-PASSWORD`;
  const nats = await connect({ servers: url, user, pass, inboxPrefix, timeout: 5_000 });
  t.teardown(() => nats.close());
  return nats;
}

/** Whether the server refuses the subscription. */
async function isRefused(nats: NatsConnection, subject: string): Promise<boolean> {
  const subscription = nats.subscribe(subject, { callback: () => undefined });
  await nats.flush();
  const refused = await Promise.race([
    subscription.closed.then(() => true),
    nats
      .flush()
      .then(() => nats.flush())
      .then(() => subscription.isClosed()),
  ]);
  if (!subscription.isClosed()) subscription.unsubscribe();
  return refused;
}

t.test('the roles of examples/nats-fleet.conf', async (t) => {
  const credentials = (user: string): string => `${user}:${user.toUpperCase()}-PASSWORD\n`;
  const dir = t.testdir();
  for (const user of ['machine', 'operator'])
    await writeFile(join(dir, user), credentials(user), { mode: 0o600 });
  const pair = await FleetPair.make(t, {
    nats: { config: await roles() },
    env: { WAD_FLEET_CREDENTIALS_FILE: join(dir, 'machine') },
  });
  const { url } = pair.server;
  const ben = pair.sim.createContact({ number: '15550002222', pushname: 'Ben' });

  const wad = await pair.ready('a');
  t.pass('a machine makes the fleet and runs an account');

  const sender = await as(t, url, 'sender');
  const body = JSON.stringify({ to: ben.number, text: 'from the sender' });
  await jetstream(sender).publish('wad.send.default', body, { msgID: 'order-1' });
  await wad.event('message.ack', ({ ack }) => ack >= 1);
  t.equal(ben.received.length, 1, 'a sender sends');

  const reader = await as(t, url, 'reader');
  const consumers = async (account: string) => {
    const { consumers } = await jetstreamManager(reader, { checkAPI: false });
    // One filter, and a name: only then does the request's subject show what it asks for.
    const filter_subject = `wad.event.${account}.>`;
    return consumers.add('WAD_EVENTS', {
      name: `crm-${account}`,
      filter_subject,
      ack_policy: AckPolicy.Explicit,
    });
  };
  await consumers('default');
  const consumer = await jetstream(reader).consumers.get('WAD_EVENTS', 'crm-default');
  const event = await consumer.next({ expires: 10_000 });
  t.ok(event, 'a reader reads');
  event?.ack();

  const config = fleetConfig(pair.server, { credentialsFile: join(dir, 'operator') });
  const operator = await connectFleet(config, { name: 'test', log: keepLog() });
  t.teardown(() => operator.nats.close());
  const client = new FleetClient(operator, 'default');
  t.match(await client.request('session.status', {}), { status: 'ready' }, 'an operator asks');
  const env = { WAD_FLEET_SERVERS: url, WAD_FLEET_CREDENTIALS_FILE: join(dir, 'operator') };
  t.match(await wactl(['fleet', 'status'], { env }), { code: 0 });
  t.match(await wactl(['fleet', 'add', 'other', '--no-wait'], { env }), { code: 0 });

  const ways = await FleetWays.open(config, keepLog());
  t.teardown(() => ways.close());
  const link = await ways.ways.find(({ account }) => account === 'default')?.connect();
  t.ok(await link?.request('events.subscribe', {}), 'a gateway needs no more than an operator');
  await link?.close();

  const ask = '{"jsonrpc":"2.0","id":1,"method":"session.status"}';
  for (const [who, nats] of [
    ['sender', sender],
    ['reader', reader],
  ] as const) {
    await t.rejects(nats.request('wad.rpc.default', ask, { timeout: 2_000 }), `a ${who} asks nothing`);
    t.ok(await isRefused(nats, '_INBOX.>'), `a ${who} hears no answers to others`);
    t.ok(await isRefused(nats, 'wad.rpc.*'), `a ${who} hears no requests`);
    t.ok(await isRefused(nats, '$KV.>'), `a ${who} sees no leases and no secrets`);
    await t.rejects(jetstream(nats).publish('wad.send.another', body), `a ${who} sends for no other account`);
    await t.rejects(jetstream(nats).publish('wad.event.default.message', body), `a ${who} makes up no event`);
  }
  t.ok(await isRefused(sender, 'wad.event.>'), 'a sender reads no events');
  await t.rejects(jetstream(reader).publish('wad.send.default', body), 'a reader sends nothing');
  await t.rejects(consumers('another'), 'a reader reads no other account');
  await t.rejects(operator.manager.streams.delete('WAD_SEND'), 'an operator deletes no stream');
  await wad.stop();
});
