/** Baileys sends to people and receives from them, on our server. */
import t from 'tap';
import { Baileys, textOf } from './baileys.js';
import { ANA, linkedWorld } from './world.js';

const ANA_JID = `${ANA}@s.whatsapp.net`;
/** WebMessageInfo.Status of Baileys */
const ERROR = 0;
const DELIVERED = 3;
const READ = 4;

t.test('a text is received by the person, and its receipts by the sender', async (t) => {
  const { phone, ana, client } = await linkedWorld(t);
  const sent = await client.socket.sendMessage(ANA_JID, { text: 'hello Ana' });
  const id = sent?.key.id ?? '';
  const received = await ana.waitForMessage((one) => one.id === id);
  t.match(received, { body: 'hello Ana', type: 'chat', from: phone.number, encryption: 'pkmsg' });
  await client.updated(id, DELIVERED);
  ana.read(received);
  await client.updated(id, READ);
  t.match(phone.messages, [{ id, body: 'hello Ana', from: phone.number }], 'the phone shows it, too');
});

t.test('a text of a person is received, and its receipts by the person', async (t) => {
  const { ana, client } = await linkedWorld(t);
  const id = ana.send('hello');
  const message = await client.message('hello');
  t.match(message, { key: { id, remoteJid: ANA_JID, fromMe: false }, pushName: 'Ana' });
  await ana.waitForDelivery(id);
  await client.socket.readMessages([message.key]);
  t.ok((await ana.waitForRead(id)).read);
});

t.test('who writes gives the account a token of trust, once', async (t) => {
  const { ana, client } = await linkedWorld(t);
  for (const text of ['one', 'two']) await ana.waitForDelivery(ana.send(text));
  const { keys } = client.socket.authState;
  const stored = await keys.get('tctoken', [ana.jid, ana.lidJid]);
  t.same(
    Object.values(stored).map(({ token }) => token.length),
    [16],
  );
});

t.test('a conversation goes on in one session', async (t) => {
  const { ana, client } = await linkedWorld(t);
  ana.autoReply = ({ body }) => `you said ${body}`;
  for (const number of [1, 2, 3, 4, 5]) {
    await client.socket.sendMessage(ANA_JID, { text: `message ${number}` });
    await client.message(`you said message ${number}`);
  }
  t.same(
    ana.received.map(({ body, encryption }) => [body, encryption]),
    [
      ['message 1', 'pkmsg'],
      ['message 2', 'msg'],
      ['message 3', 'msg'],
      ['message 4', 'msg'],
      ['message 5', 'msg'],
    ],
  );
});

t.test('what was sent to it while it was away waits for it, in order', async (t) => {
  const { phone, ana, client } = await linkedWorld(t);
  await client.stop();
  await phone.waitForOffline();
  const texts = Array.from({ length: 20 }, (_, number) => `while away ${number}`);
  for (const body of texts) ana.send(body);
  client.connect();
  await client.open();
  await client.message('while away 19');
  t.same(
    client.messages.map(textOf).filter((text) => text?.startsWith('while away')),
    texts,
  );
  const last = ana.sent.at(-1);
  await ana.waitForDelivery(last?.id ?? '');
});

t.test('a person who is away gets messages later', async (t) => {
  const { ana, client } = await linkedWorld(t);
  ana.offline();
  const sent = await client.socket.sendMessage(ANA_JID, { text: 'for later' });
  // The server answers in order, so the message has arrived when this is answered.
  await client.socket.fetchPrivacySettings(true);
  t.same(ana.received, []);
  t.notOk(client.updates.some(({ update }) => update.status === DELIVERED));
  ana.online();
  t.match(await ana.waitForMessage(({ id }) => id === sent?.key.id), { body: 'for later' });
});

t.test('reaction, edit and revocation, in both directions', async (t) => {
  const { ana, client } = await linkedWorld(t);
  const sent = await client.socket.sendMessage(ANA_JID, { text: 'first' });
  if (sent == null) throw new Error('nothing was sent');
  // Baileys writes into the keys that it is given.
  const key = { ...sent.key };
  await client.socket.sendMessage(ANA_JID, { react: { text: '👍', key: { ...key } } });
  await client.socket.sendMessage(ANA_JID, { text: 'second', edit: { ...key } });
  await client.socket.sendMessage(ANA_JID, { delete: { ...key } });
  await ana.waitForMessage(({ type }) => type === 'revoke');
  t.match(ana.received, [
    { type: 'chat', body: 'first' },
    { type: 'reaction', body: '👍', about: key.id },
    { type: 'edit', body: 'second', about: key.id },
    { type: 'revoke', about: key.id },
  ]);

  const id = ana.send('one');
  await client.message('one');
  ana.edit(id, 'two');
  ana.revoke(id);
  await client.until('revocation', () =>
    client.updates.find(({ key, update }) => key.id === id && update.message === null),
  );
});

t.test('a message that a device cannot read is sent again', async (t) => {
  const { ana, client } = await linkedWorld(t);
  ana.send('before');
  await client.message('before');
  await client.socket.sendMessage(ANA_JID, { text: 'answer' });
  await ana.waitForMessage(({ body }) => body === 'answer');
  // A device that has lost its session, as after a restored backup. Baileys keeps it under the LID.
  await client.socket.authState.keys.set({ session: { [`${ana.lid}_1.0`]: null, [`${ANA}.0`]: null } });
  const id = ana.send('after');
  t.match(await client.message('after'), { key: { id } });
  t.equal((await ana.waitForDelivery(id)).retries, 1);
});

t.test('a person without WhatsApp is not found', async (t) => {
  const { server, client } = await linkedWorld(t);
  server.createContact({ number: '15550100009' }).registered = false;
  t.same(await client.socket.onWhatsApp('15550100009', ANA), [
    // Baileys leaves the others out.
    { jid: ANA_JID, exists: true },
  ]);
});

t.test(
  'under a restriction, strangers are refused with 463 or 475, and people who have written are not',
  async (t) => {
    const { server, phone, ana, client } = await linkedWorld(t);
    const ben = server.createContact({ number: '15550100003', pushname: 'Ben' });
    ben.send('hi');
    await client.message('hi');
    const refused = async (code: string): Promise<void> => {
      const sent = await client.socket.sendMessage(ANA_JID, { text: `refused with ${code}` });
      const { messageStubParameters } = await client.updated(sent?.key.id ?? '', ERROR);
      t.equal(messageStubParameters?.[0], code);
    };
    phone.useUpNewChats();
    await refused('475');
    phone.lockReachOut(3_600_000);
    await refused('463');
    await client.socket.sendMessage(ben.jid, { text: 'hello Ben' });
    await ben.waitForMessage(({ body }) => body === 'hello Ben');
    t.same(ana.received, []);
  },
);

t.test('a message of one device is received by the other', async (t) => {
  const { server, phone, ana, client } = await linkedWorld(t);
  const second = new Baileys(server);
  t.teardown(() => second.stop());
  await second.link(phone);
  await client.socket.sendMessage(ANA_JID, { text: 'from the first' });
  await ana.waitForMessage(({ body }) => body === 'from the first');
  t.match(await second.message('from the first'), { key: { fromMe: true, remoteJid: ANA_JID } });
  ana.send('to both');
  await Promise.all([client.message('to both'), second.message('to both')]);
});
