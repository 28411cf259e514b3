/** The account's own parts over NATS: its outbox, its sender, its journal and its methods. */
import t, { type Test } from 'tap';
import { Feed } from '../../src/daemon/events/feed.js';
import { messageIds } from '../../src/daemon/fleet/message-ids.js';
import { Traffic } from '../../src/daemon/fleet/traffic.js';
import { Outbox } from '../../src/daemon/outgoing/outbox.js';
import { Recipients } from '../../src/daemon/outgoing/recipients.js';
import { Sender } from '../../src/daemon/outgoing/sender.js';
import type { Seal } from '../../src/fleet/account-secret.js';
import { connectFleet } from '../../src/fleet/connection.js';
import { newestCursor } from '../../src/fleet/event-publisher.js';
import { openObjects } from '../../src/fleet/objects.js';
import { RpcClient } from '../../src/fleet/rpc-client.js';
import type { Dispatch } from '../../src/protocol/dispatch.js';
import { Fault } from '../../src/protocol/fault.js';
import { fleetConfig } from '../harness/fleet.js';
import { type NatsServer, natsServer } from '../harness/nats.js';
import { keepLog } from '../harness/server.js';
import { A, FAST, Page, rest, until } from '../unit/daemon/outgoing/sending.js';
import { opened, scratch, WID } from '../unit/store/scratch.js';

const connect = async (t: Test, server: NatsServer) => {
  const config = fleetConfig(server);
  const fleet = await connectFleet(config, { name: 'test', log: keepLog() });
  t.teardown(() => fleet.nats.close());
  return { fleet, objects: await openObjects(fleet, config) };
};

/** A seal that shows what was sealed with which key. */
const seal = (key: string, former = key): Seal => ({
  isRotating: former !== key,
  seal: async (plain) => Buffer.from(`${key}:${Buffer.from(plain).toString('hex')}`),
  open: async (sealed) => {
    const [by, hex] = Buffer.from(sealed).toString().split(':');
    if (by !== key && by !== former) throw new Fault('wrong_key');
    return Buffer.from(hex ?? '', 'hex');
  },
});

/** One tenure of the account on a machine with this disk. */
async function tenure(t: Test, server: NatsServer, epoch: number, directory: string) {
  const { fleet, objects } = await connect(t, server);
  const store = opened(t, directory, Date.now);
  if (store.account.wid === null) store.writeNow((tx) => store.account.link(tx, WID, 0));
  const log = keepLog();
  const feed = new Feed({ account: 'shop', store, log });
  const { accounts } = objects;
  const ids = await messageIds({ accounts, account: 'shop', stateDir: directory, seal: seal('k') });
  const outbox = new Outbox(store, log, Date.now, ids);
  const page = new Page();
  page.textOf = (messageId) => String(outbox.get(messageId).payload.text);
  const recipients = new Recipients(async (recipient) => recipient);
  const sender = new Sender({ store, outbox, page, recipients, log, pacing: FAST, restriction: () => null });
  await sender.start();
  const dispatch: Dispatch = async (method, params) => {
    if (method !== 'message.send') return { method };
    const { to, text, key } = params as Record<string, string>;
    if (text === undefined || key === undefined) throw new Fault('invalid_params');
    const chatId = `${to}@c.us` as const;
    const { id, messageId, state } = await outbox.accept({
      ...{ wid: WID, recipient: chatId, chatId, kind: 'text', payload: { text }, key },
      ...{ notBeforeMs: null, expiresAtMs: null },
    });
    return { id, messageId, state };
  };
  const parts = { fleet, account: 'shop', epoch, dispatch, feed, store, outbox, log };
  const traffic = new Traffic({ ...parts, isHeld: () => true });
  const left = async () => (await fleet.manager.streams.info(fleet.names.sends)).state.messages;
  let isEnded = false;
  const end = async () => {
    if (isEnded) return;
    isEnded = true;
    sender.stop();
    await traffic.close();
    store.close();
    await fleet.nats.close();
  };
  t.teardown(end);
  return { fleet, store, feed, outbox, page, sender, traffic, left, end };
}

const TO = A.slice(0, -5);

t.test(
  'a message goes from the stream to the page, and leaves the stream when WhatsApp has it',
  async (t) => {
    const server = await natsServer(t);
    const one = await tenure(t, server, 1, scratch(t));
    const { fleet, page, sender, outbox, store, feed, traffic } = one;
    const publish = (key: string) =>
      fleet.streams.publish('wad.send.shop', JSON.stringify({ to: TO, text: key }), { msgID: key });
    for (const key of ['k1', 'k2']) await publish(key);
    sender.open(WID);
    await until(() => page.sent.length === 1);
    t.equal(page.last().text, 'k1');
    t.equal(await one.left(), 2);
    page.last().answer({ outcome: 'accepted', ack: 1 });
    await until(() => page.sent.length === 2);
    while ((await one.left()) !== 1);
    t.equal(traffic.status.unsettled, 1);
    await outbox.take(page.last().messageId, { type: 'absent' }, { error: new Fault('not_allowed') });
    while ((await one.left()) !== 0);
    t.equal(
      await new RpcClient(fleet, 'shop').call('daemon.ping').then((answer) => JSON.stringify(answer)),
      '{"method":"daemon.ping"}',
    );
    await rest(store);
    feed.append('alert', { reason: 'disk_full', says: 'x', hint: 'df -h' });
    await one.traffic.close();
    const far = await connect(t, server);
    t.equal(await newestCursor(far.fleet, 'shop'), feed.last, 'the last event was published before the end');
    t.equal(store.consumers.place('fleet:events'), feed.last);
    await t.rejects(new RpcClient(far.fleet, 'shop').call('daemon.ping'), { message: /No machine/ });
  },
);

t.test('the next machine has another disk: the same message has the same id', async (t) => {
  const server = await natsServer(t);
  const first = await tenure(t, server, 1, scratch(t));
  for (const key of ['k1', 'k2'])
    await first.fleet.streams.publish('wad.send.shop', JSON.stringify({ to: TO, text: key }), { msgID: key });
  first.sender.open(WID);
  await until(() => first.page.sent.length === 1);
  // The machine is lost while WhatsApp is getting the message.
  const { messageId } = first.page.last();
  await first.end();
  const second = await tenure(t, server, 2, scratch(t));
  second.sender.open(WID);
  await until(() => second.page.sent.length === 1);
  t.equal(second.page.last().messageId, messageId);
  t.equal(second.page.last().text, 'k1', 'and comes first again');
  second.page.last().answer({ outcome: 'accepted', ack: 1 });
  await until(() => second.page.sent.length === 2);
  t.equal(second.page.last().text, 'k2');
});

t.test('the secret of the ids outlives every disk, and the servers', async (t) => {
  const server = await natsServer(t);
  const { accounts } = (await connect(t, server)).objects;
  const ids = async (stateDir: string, by: Seal | null = seal('k'), account = 'shop') =>
    (await messageIds({ accounts, account, stateDir, seal: by }))(WID, 'key');
  const [a, b, c] = [scratch(t), scratch(t), scratch(t)];
  const first = await ids(a);
  t.equal(await ids(b), first, 'another machine');
  t.not(await ids(b, seal('k'), 'office'), first, 'another account');
  await t.rejects(ids(c, seal('other')), { kind: 'wrong_key', message: /does not open/ });
  t.equal(await ids(scratch(t), seal('new', 'k')), first, 'a new key beside the former one');
  t.equal(await ids(scratch(t), seal('new')), first, 'and from then on alone');
  t.equal(await ids(scratch(t), seal('k', 'new')), first);
  await accounts.purge('secret.shop');
  t.equal(await ids(b), first, 'the machine remembers it');
  t.equal(await ids(c), first, 'and the fleet has it again');
  const shared = scratch(t);
  const alone = await ids(shared, null);
  t.equal(await ids(shared, null), alone, 'without a key, on a shared disk');
  const at = await Promise.all([scratch(t), scratch(t)].map((dir) => ids(dir, seal('k'), 'new')));
  t.equal(at[0], at[1], 'two at the same time');
});
