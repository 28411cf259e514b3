/** What comes in: while the page is there, while it is away, from groups, and what points at it afterwards. */
import t from 'tap';
import { BareClient } from '../simulator/bare-client.js';
import { Simulator } from '../simulator/simulator.js';

t.test(
  'what comes while the device is away is in the store after a restore, and nobody is told',
  async (t) => {
    await using sim = await Simulator.start();
    const phone = sim.createPhone({ number: '15550001111' });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const bare = await BareClient.start(sim);
    t.teardown(() => bare.remove());
    await phone.scan(await sim.waitForQr());
    await bare.wait('ready');
    await bare.close();
    const id = await ana.send('while you were out');
    t.equal(phone.devices[0]?.waiting, 1);

    const again = await BareClient.start(sim, { directory: bare.directory });
    t.teardown(() => again.remove());
    await again.wait('ready');
    await ana.waitForDelivery(id);
    t.equal(again.count('message'), 0, 'the library was not listening yet');
    const chat = await again.client.getChatById('15550002222@c.us');
    t.equal(chat.unreadCount, 1);
    t.same(
      (await chat.fetchMessages({ limit: 5 })).map(({ body }) => body),
      ['while you were out'],
    );
    await again.close();

    await sim.set('queuedItems', 'after');
    // Longer than the library takes to attach its listeners on a busy machine: what comes sooner, it does not tell.
    await sim.set('queuedItemsMs', 3_000);
    await ana.send('and once more');
    const third = await BareClient.start(sim, { directory: bare.directory });
    t.teardown(() => third.remove());
    await third.wait('message', ({ body }) => body === 'and once more');
  },
);

t.test('history of the phone comes along with a fresh link, and is not new', async (t) => {
  await using sim = await Simulator.start();
  const phone = sim.createPhone({ number: '15550001111' });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  for (let n = 0; n < 120; n++) await ana.send(`old ${n}`);
  await phone.send('answered on the phone', { to: '15550002222' });
  const bare = await BareClient.start(sim);
  t.teardown(() => bare.remove());
  await phone.scan(await sim.waitForQr());
  await bare.wait('ready');
  const chat = await bare.client.getChatById('15550002222@c.us');
  const messages = await chat.fetchMessages({ limit: 200 });
  t.equal(messages.length, 121);
  t.equal(messages.filter(({ fromMe }) => fromMe).length, 1);
  t.equal(bare.count('message'), 0);
});

t.test('live traffic', async (t) => {
  const sim = await Simulator.start();
  const phone = sim.createPhone({ number: '15550001111' });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
  const group = sim.createGroup({ subject: 'Team', participants: [phone.wid, ana.wid, ben.wid] });
  const bare = await BareClient.start(sim);
  t.teardown(async () => {
    await bare.remove();
    await sim.close();
  });
  await phone.scan(await sim.waitForQr());
  await bare.wait('ready');

  t.test('a message of a group names its author; ours reaches everybody in it', async (t) => {
    await ana.send('to all', { group: group.id });
    const [message] = await bare.wait('message', ({ body }) => body === 'to all');
    t.equal(message.from, group.id);
    t.equal(message.author, ana.wid);
    t.equal(message.id.participant._serialized ?? message.id.participant, ana.wid);
    const chat = await message.getChat();
    t.equal(chat.name, 'Team');
    t.equal(chat.isGroup, true);
    t.equal(chat.participants.length, 3);
    await message.reply('seen');
    for (const one of [ana, ben]) {
      const got = await one.waitForMessage(({ body }) => body === 'seen');
      t.equal(got.group, group.id);
    }
  });

  t.test('the library makes a group and changes it', async (t) => {
    const made = await bare.client.createGroup('Trip', [ana.wid]);
    if (typeof made === 'string') return t.fail(made);
    const chat = await bare.client.getChatById(
      String((made.gid as unknown as { _serialized: string })._serialized),
    );
    t.equal(
      await (chat as unknown as { setSubject(text: string): Promise<boolean> }).setSubject('Journey'),
      true,
    );
    await (chat as unknown as { addParticipants(ids: string[]): Promise<unknown> }).addParticipants([
      ben.wid,
    ]);
    const wire = sim.groups.at(-1)?.wire;
    t.equal(wire?.subject, 'Journey');
    t.equal(wire?.participants.length, 3);
  });

  t.test('edits, revokes and reactions find their message', async (t) => {
    const id = await ana.send('helo');
    await bare.wait('message', ({ body }) => body === 'helo');
    await ana.edit(id, 'hello');
    const [, now, before] = await bare.wait<[{ id: { id: string } }, string, string]>(
      'message_edit',
      (message) => message.id.id === id,
    );
    t.same([now, before], ['hello', 'helo']);
    await ana.react(id, '👍');
    const [reaction] = await bare.wait('message_reaction');
    t.equal(reaction.reaction, '👍');
    t.equal(reaction.msgId.id, id);
    await ana.revoke(id);
    const [revoked] = await bare.wait('message_revoke_everyone');
    t.equal(revoked.protocolMessageKey.id, id);
    t.not(revoked.id.id, id, 'goes on under a new id');
  });

  t.test('our edits, revokes and reactions reach the other side', async (t) => {
    const sent = await bare.client.sendMessage(ana.wid, 'tpyo');
    await ana.waitForMessage(({ body }) => body === 'tpyo');
    await sent.edit('typo');
    t.match(await ana.waitForMessage(({ type }) => type === 'edit'), { body: 'typo' });
    await sent.react('🙂');
    t.match(await ana.waitForMessage(({ type }) => type === 'reaction'), { body: '🙂' });
    await sent.delete(true);
    t.match(await ana.waitForMessage(({ type }) => type === 'revoke'), {
      message: { extra: { target: sent.id.id } },
    });
  });

  t.test('a ciphertext placeholder is decrypted later', async () => {
    await sim.set('ciphertext', 'decrypted-later');
    await ana.send('secret');
    await bare.wait('message_ciphertext');
    await bare.wait('message', ({ body }) => body === 'secret');
    await sim.set('ciphertext', 'no');
  });

  t.test('what is written on the phone is told as our own', async () => {
    await phone.send('from the phone', { to: ana.number });
    await bare.wait('message_create', ({ body, fromMe }) => body === 'from the phone' && fromMe);
    await ana.waitForMessage(({ body }) => body === 'from the phone');
  });

  t.test('a message from the other identity of a contact', async (t) => {
    await sim.set('inboundAddress', 'lid');
    await ana.send('by lid');
    const [message] = await bare.wait('message', ({ body }) => body === 'by lid');
    t.equal(message.from, ana.wire.lid);
    const contact = await message.getContact();
    t.equal(contact.id._serialized, ana.wid);
    await sim.set('inboundAddress', 'pn');
  });

  t.test('a call', async (t) => {
    await ana.call();
    const [call] = await bare.wait('call');
    t.equal(call.from._serialized ?? call.from, ana.wid);
  });
});
