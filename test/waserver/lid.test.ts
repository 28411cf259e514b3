/** Baileys on an account whose chats are kept by LID, and people who write under theirs. */
import t from 'tap';
import { Baileys } from './baileys.js';
import { ANA, BEN, linkedWorld, ME, startWorld } from './world.js';

/** WebMessageInfo.Status of Baileys */
const DELIVERED = 3;
const READ = 4;

t.test('on a migrated account, people write and are written to under their LIDs', async (t) => {
  const { ana, client } = await linkedWorld(t, { lidMigrated: true });
  const id = ana.send('hello');
  const message = await client.message('hello');
  t.match(message, { key: { id, remoteJid: ana.lidJid, remoteJidAlt: ana.jid, addressingMode: 'lid' } });
  await ana.waitForDelivery(id);
  await client.socket.readMessages([message.key]);
  await ana.waitForRead(id);

  const sent = await client.socket.sendMessage(ana.lidJid, { text: 'hello Ana' });
  const received = await ana.waitForMessage(({ body }) => body === 'hello Ana');
  t.match(received, { addressing: 'lid', from: ME });
  await client.updated(sent?.key.id ?? '', DELIVERED);
  ana.read(received);
  await client.updated(sent?.key.id ?? '', READ);
});

t.test('receipts come from the name that was written to', async (t) => {
  const { ana, client } = await linkedWorld(t, { lidMigrated: true });
  const from: (string | undefined)[] = [];
  client.socket.ws.on('CB:receipt', ({ attrs }) => from.push(attrs.from));
  for (const jid of [ana.jid, ana.lidJid]) {
    const sent = await client.socket.sendMessage(jid, { text: 'hello' });
    await client.updated(sent?.key.id ?? '', DELIVERED);
  }
  t.same(from, [ana.jid, ana.lidJid]);
});

t.test('the old chats of a migrated account are by LID, with the number', async (t) => {
  const { phone, ana, client } = await startWorld(t, { lidMigrated: true });
  const old = ana.send('an old message');
  const linked = client.link(phone);
  const found = await client.until('history', () => client.history.find(({ key }) => key.id === old));
  t.match(found, { key: { remoteJid: ana.lidJid } });
  await linked;
});

t.test('a device of a migrated account is told of what another one has sent, by LID', async (t) => {
  const { server, phone, ana, client } = await linkedWorld(t, { lidMigrated: true });
  const second = new Baileys(server);
  t.teardown(() => second.stop());
  await second.link(phone);
  await client.socket.sendMessage(ana.lidJid, { text: 'from the first' });
  t.match(await second.message('from the first'), {
    key: { fromMe: true, remoteJid: ana.lidJid, remoteJidAlt: ana.jid },
  });
});

t.test('one person can write under its LID to an account that is not migrated', async (t) => {
  const { ana, client } = await linkedWorld(t);
  ana.writesUnder = 'lid';
  ana.send('under my LID');
  t.match(await client.message('under my LID'), {
    key: { remoteJid: ana.lidJid, remoteJidAlt: ana.jid, addressingMode: 'lid' },
  });
});

t.test('a group of a migrated account is by LID', async (t) => {
  const { server, ana, client } = await linkedWorld(t, { lidMigrated: true });
  const ben = server.createContact({ number: BEN, pushname: 'Ben' });
  const made = await client.socket.groupCreate('Friends', [ana.lidJid, ben.jid]);
  t.match(made, { addressingMode: 'lid', owner: client.socket.user?.lid?.replace(/:\d+/, '') });
  t.same(made.participants.map(({ id, phoneNumber }) => [id, phoneNumber]).slice(1), [
    [ana.lidJid, ana.jid],
    [ben.lidJid, ben.jid],
  ]);
  await client.socket.sendMessage(made.id, { text: 'to the group' });
  for (const person of [ana, ben])
    t.match(await person.waitForMessage(({ body }) => body === 'to the group'), {
      group: made.id,
      addressing: 'lid',
    });
  const [group] = server.groups;
  if (group === undefined) throw new Error('no group');
  ana.send('from Ana', { group });
  t.match(await client.message('from Ana'), {
    key: { participant: ana.lidJid, participantAlt: ana.jid, addressingMode: 'lid' },
  });
});

t.test('the other name of a person is found in both directions', async (t) => {
  const { ana, client } = await linkedWorld(t);
  const ask = async (user: Record<string, string>, contact: Record<string, string> = {}) => {
    const query = [
      { tag: 'contact', attrs: contact },
      { tag: 'lid', attrs: {} },
    ];
    const answer = await client.socket.query({
      tag: 'iq',
      attrs: { to: 's.whatsapp.net', type: 'get', xmlns: 'usync' },
      content: [
        {
          tag: 'usync',
          attrs: { sid: '1', mode: 'query', context: 'interactive', index: '0', last: 'true' },
          content: [
            { tag: 'query', attrs: {}, content: query },
            { tag: 'list', attrs: {}, content: [{ tag: 'user', attrs: user }] },
          ],
        },
      ],
    });
    // biome-ignore lint/suspicious/noExplicitAny: an answer as it comes from the server
    const [, list] = (answer as any).content[0].content;
    return list.content[0];
  };
  t.match(await ask({ jid: ana.jid }), {
    attrs: { jid: ana.jid },
    content: [{ attrs: { type: 'in' } }, { tag: 'lid', attrs: { val: ana.lidJid } }],
  });
  t.match(await ask({ jid: ana.lidJid }), { attrs: { jid: ana.lidJid, pn_jid: ana.jid } });
  t.match(await ask({ jid: ana.jid }, { addressing_mode: 'lid' }), {
    attrs: { jid: ana.lidJid, pn_jid: ana.jid },
  });
  t.equal(ana.number, ANA);
});
