/** The real library in a real Chromium links with the simulator, sends, receives, and returns without QR. */
import t from 'tap';
import { BareClient } from '../../simulator/bare-client.js';
import { LinkRefused } from '../../simulator/pairing-service.js';
import { Simulator } from '../../simulator/simulator.js';

t.test(
  'whatsapp-web.js links by QR, sends with acks 1, 2, 3, receives, and restores without a QR',
  async (t) => {
    await using sim = await Simulator.start();
    const phone = sim.createPhone({ number: '15550001111', pushname: 'Shop' });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });

    const first = await BareClient.start(sim);
    t.teardown(() => first.remove());
    const [qr] = await first.wait<[string]>('qr');
    t.equal(qr, await sim.waitForQr(), 'the page shows the QR that the library reports');
    await phone.scan(qr);
    await first.wait('ready');
    t.equal(first.client.info.wid._serialized, '15550001111@c.us');
    t.equal(first.client.info.pushname, 'Shop');
    t.equal(first.client.info.platform, 'android');

    const sent = await first.client.sendMessage('15550002222@c.us', 'hello');
    t.match(sent?.id.id, /^3EB0[0-9A-F]{18}$/);
    const arrived = await ana.waitForMessage(({ body }) => body === 'hello');
    t.equal(arrived.id, sent.id.id);
    for (const level of [1, 2, 3]) {
      await first.wait('message_ack', (message, ack) => message.id.id === sent.id.id && ack === level);
    }
    t.ok(
      first.seen.some(({ event, args }) => event === 'message_create' && args[0]),
      'own messages are also reported',
    );

    const id = await ana.send('and back');
    const [message] = await first.wait('message', ({ body }) => body === 'and back');
    t.equal(message.id.id, id);
    t.equal(message.from, '15550002222@c.us');
    await ana.waitForDelivery(id);

    const chat = await message.getChat();
    t.equal(chat.name, 'Ana');
    t.same(
      (await chat.fetchMessages({ limit: 10 })).map((one: { type: string; body: string }) => [
        one.type,
        one.body,
      ]),
      // The library takes the notice for a message: it filters by a property that models of the page no longer have.
      [
        ['e2e_notification', ''],
        ['chat', 'hello'],
        ['chat', 'and back'],
      ],
    );
    await chat.sendSeen();
    await ana.waitForRead(id);

    await first.close();
    const again = await BareClient.start(sim, { directory: first.directory });
    t.teardown(() => again.remove());
    await again.wait('ready');
    t.equal(again.count('qr'), 0, 'no QR is shown after a restart');
    await again.client.sendMessage('15550002222@c.us', 'still here');
    await ana.waitForMessage(({ body }) => body === 'still here');
    t.equal(phone.devices.length, 1);
    t.same(sim.missing, [], 'the page has every module that the library requires');
  },
);

t.test('whatsapp-web.js links by pairing code', async (t) => {
  await using sim = await Simulator.start();
  const phone = sim.createPhone({ number: '15550001111' });
  const bare = await BareClient.start(sim, { pairWithPhoneNumber: { phoneNumber: '15550001111' } });
  t.teardown(() => bare.remove());
  const [code] = await bare.wait<[string]>('code');
  t.match(code, /^[A-Z0-9]{8}$/);
  await t.rejects(phone.enterCode('AAAAAAAA'), new LinkRefused('unknown', 'the code is wrong'));
  await phone.enterCode(code);
  await bare.wait('ready');
  t.equal(bare.count('qr'), 0);
});
