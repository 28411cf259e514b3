/** Two daemons on the simulator behind the built gateway: sends, events of both in one stream, and a daemon that is killed. */
import t from 'tap';
import { eventually } from '../harness/eventually.js';
import { GatewayHome } from '../harness/gateway.js';
import { Home } from '../harness/home.js';
import { Stream } from '../harness/in-process-gateway.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

/** The bound on noticing a daemon that has died. */
const SEEN_MS = 2_000;

t.test('two accounts of a machine through the gateway', async (t) => {
  await using sim = await Simulator.start();
  await using machine = await GatewayHome.make();
  await using shop = await Home.make(sim, { t, socket: await machine.socketOf('shop') });
  await using support = await Home.make(sim, { t, socket: await machine.socketOf('support') });
  const phones = {
    shop: sim.createPhone({ number: '15550001111' }),
    support: sim.createPhone({ number: '15550003333' }),
  };
  sim.createContact({ number: '15550002222', pushname: 'Ana' });
  await shop.saveSession(phones.shop);
  const wads = {
    shop: await shop.start({ args: ['--account', 'shop', '--client-id', 'default'] }),
    support: await support.start({ args: ['--account', 'support'] }),
  };
  await wads.support.link(phones.support);
  await wads.shop.until('ready');
  const gateway = await machine.start();
  const token = await gateway.token('me', 'read,send');
  const headers = { authorization: `Bearer ${token}` };
  const send = (account: string, key: string) =>
    fetch(`${gateway.url}/api/accounts/${account}/messages`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ to: '+15550002222', text: `from ${account}` }),
    });
  const sent = (stream: Stream) =>
    stream.items.flatMap(({ type, data }) => (type === 'message' ? [String(data.account)] : [])).sort();

  await t.test('a message that is sent twice under one key reaches the phone once', async (t) => {
    using stream = await Stream.open(`${gateway.url}/api/events?types=message`, headers);
    const [first, second] = [await send('shop', 'order-1'), await send('shop', 'order-1')];
    t.match([first.status, second.status], [202, 202]);
    t.match(await second.json(), { id: ((await first.json()) as { id: string }).id });
    await send('support', 'order-1');
    await stream.until((its) => sent(its).length === 2, 'both messages are events');
    t.same(sent(stream), ['shop', 'support'], 'of each account one, although the keys are equal');
  });

  await t.test(
    'a daemon that is killed is seen at once, and its events continue after its restart',
    async (t) => {
      const stream = await Stream.open(`${gateway.url}/api/events?types=message`, headers);
      const begin = performance.now();
      wads.shop.child.kill('SIGKILL');
      await stream.until(
        (its) =>
          its.items.some(
            ({ type, data }) => type === 'account' && data.account === 'shop' && data.running === false,
          ),
        'the loss is reported',
      );
      t.ok(performance.now() - begin < SEEN_MS);
      const { lastEventId } = stream;
      stream[Symbol.dispose]();
      await send('support', 'while-away');
      const again = await shop.start({ args: ['--account', 'shop', '--client-id', 'default'] });
      await again.until('ready');
      await eventually(
        async () => (await send('shop', 'after')).status === 202,
        'the gateway has found the daemon',
      );
      using resumed = await Stream.open(`${gateway.url}/api/events?types=message`, {
        ...headers,
        'last-event-id': lastEventId,
      });
      await resumed.until((its) => sent(its).length === 2, 'what happened meanwhile');
      t.same(sent(resumed), ['shop', 'support']);
      t.equal(new Set(resumed.cursors).size, resumed.cursors.length, 'each event once');
    },
  );

  t.equal(await gateway.stop(), 0);
});
