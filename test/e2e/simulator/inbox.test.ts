/** Messages arrive in open and closed pages and from groups, and later changes refer to them. */
import t from 'tap';
import wweb from 'whatsapp-web.js';
import { BareClient } from '../../simulator/bare-client.js';
import { Simulator } from '../../simulator/simulator.js';

// biome-ignore lint/suspicious/noExplicitAny: the library's values have other, wider types
type Any = any;

t.test(
  'messages that arrive while the device is away are stored after a restore, and not reported',
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
    t.equal(again.count('message'), 0, 'the library did not listen yet');
    const chat = await again.client.getChatById('15550002222@c.us');
    t.equal(chat.unreadCount, 1);
    t.same(
      (await chat.fetchMessages({ limit: 5 })).map(({ body }) => body),
      ['while you were out'],
    );
    await again.close();

    await sim.set('queuedItems', 'after');
    // Longer than the library needs to attach its listeners on a busy machine. It does not report earlier
    // messages.
    await sim.set('queuedItemsMs', 3_000);
    await ana.send('and once more');
    const third = await BareClient.start(sim, { directory: bare.directory });
    t.teardown(() => third.remove());
    await third.wait('message', ({ body }) => body === 'and once more');
  },
);

t.test('history from the phone is imported with a fresh link, and is not new', async (t) => {
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

t.test('messages are exchanged while the library listens', async (t) => {
  const sim = await Simulator.start();
  const phone = sim.createPhone({ number: '15550001111' });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
  const group = sim.createGroup({ subject: 'Team', participants: [phone.wid, ana.wid, ben.wid] });
  const bare = await BareClient.linked(t, sim, phone);

  t.test('a group message names its author, and ours reaches every member', async (t) => {
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

  t.test('the library creates a group and changes it', async (t) => {
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

  t.test('edits, revokes and reactions by others change their message', async (t) => {
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
    t.not(revoked.id.id, id, 'the revoked message has a new id');
  });

  t.test('our edits, revokes and reactions reach the recipient', async (t) => {
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

  t.test('captions can be edited in both directions, and a file without one cannot', async (t) => {
    const bytes = Buffer.from('%PDF-1.4');
    const id = await ana.sendMedia({ bytes, mimetype: 'application/pdf', caption: 'raed' });
    await bare.wait('message', (message) => message.id.id === id);
    await ana.edit(id, 'read');
    const [edited, now, before] = await bare.wait<[Any, string, string]>(
      'message_edit',
      (message) => message.id.id === id,
    );
    t.same([now, before, edited.body], ['read', 'raed', 'read']);
    const media = new wweb.MessageMedia('application/pdf', bytes.toString('base64'), 'a.pdf');
    const sent = await bare.client.sendMessage(ana.wid, media, { caption: 'tihs' });
    t.equal((await sent.edit(' this '))?.body, 'this', 'surrounding spaces are removed');
    t.match(
      await ana.waitForMessage(
        ({ type, message }) => type === 'edit' && message.extra?.target === sent.id.id,
      ),
      {
        message: { extra: { caption: 'this' } },
      },
    );
    const bare2 = await bare.client.sendMessage(ana.wid, media);
    t.equal(await bare2.edit('too late'), null);
  });

  t.test('a removed reaction is no longer listed', async (t) => {
    const id = await ana.send('like me');
    const [message] = await bare.wait('message', ({ body }) => body === 'like me');
    t.match(message, { hasReaction: false, isStarred: false, isForwarded: false });
    for (const [emoji, hasReaction] of [
      ['👍', true],
      ['', false],
    ] as const) {
      await ana.react(id, emoji);
      await bare.wait('message_reaction', (one) => one.msgId.id === id && one.reaction === emoji);
      await bare.untilMessage(message, { hasReaction });
    }
  });

  t.test('a message that was deleted for everybody has no content', async (t) => {
    const picture = { bytes: Buffer.from('x'), mimetype: 'application/pdf', caption: 'look' };
    for (const revokeKey of ['new', 'same'] as const) {
      await sim.set('revokeKey', revokeKey);
      const id = await ana.sendMedia(picture);
      const [message] = await bare.wait('message', (one) => one.id.id === id);
      await message.star();
      await ana.revoke(id);
      const [revoked, before] = await bare.wait<[Any, Any]>(
        'message_revoke_everyone',
        (one) => one.protocolMessageKey.id === id,
      );
      t.match(revoked, { type: 'revoked', body: '', isStarred: false });
      if (revokeKey === 'same') t.match(before, { id: { id }, body: 'look', isStarred: true });
      else t.equal(before, undefined, 'the library does not find it by another id');
    }
    await sim.set('revokeKey', 'new');
  });

  t.test("the sender's name is the one in the message", async (t) => {
    const cat = sim.createContact({ number: '15550004444', pushname: 'Cat', known: false });
    await cat.send('hi');
    const [hi] = await bare.wait('message', ({ body }) => body === 'hi');
    t.equal((await hi.getContact()).pushname, 'Cat');
    cat.wire.pushname = 'Cathy';
    await cat.send('me again');
    const [again] = await bare.wait('message', ({ body }) => body === 'me again');
    t.equal((await again.getContact()).pushname, 'Cathy');
  });

  t.test('a number is formatted as a person would write it', async (t) => {
    const { client } = bare;
    t.equal(await client.getFormattedNumber('15550002222'), '+1 (555) 000-2222');
    t.equal(await client.getFormattedNumber('4915550002222@c.us'), '+49 15550002222');
    t.equal(await client.getCountryCode('351912345678'), '351');
  });

  t.test('a ciphertext placeholder is decrypted later', async () => {
    await sim.set('ciphertext', 'decrypted-later');
    await ana.send('secret');
    await bare.wait('message_ciphertext');
    await bare.wait('message', ({ body }) => body === 'secret');
    await sim.set('ciphertext', 'no');
  });

  t.test('a message from the phone is reported as our own', async () => {
    await phone.send('from the phone', { to: ana.number });
    await bare.wait('message_create', ({ body, fromMe }) => body === 'from the phone' && fromMe);
    await ana.waitForMessage(({ body }) => body === 'from the phone');
  });

  t.test('a message from the other identity of a contact is reported', async (t) => {
    await sim.set('inboundAddress', 'lid');
    await ana.send('by lid');
    const [message] = await bare.wait('message', ({ body }) => body === 'by lid');
    t.equal(message.from, ana.wire.lid);
    const contact = await message.getContact();
    t.equal(contact.id._serialized, ana.wid);
    await sim.set('inboundAddress', 'pn');
  });

  t.test('a call is reported', async (t) => {
    await ana.call();
    const [call] = await bare.wait('call');
    t.equal(call.from._serialized ?? call.from, ana.wid);
  });
});
