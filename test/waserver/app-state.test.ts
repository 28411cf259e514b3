/** Baileys reads the app state of the phone, and two of them share theirs by our server, which cannot read it. */
import t from 'tap';
import { Baileys } from './baileys.js';
import { linkedWorld } from './world.js';

t.test('the names of the address book come with the app state', async (t) => {
  const { ana, client } = await linkedWorld(t);
  t.match(await client.until('contact', () => client.contacts.find(({ name }) => name === 'Ana')), {
    id: ana.jid,
  });
});

t.test('a chat that one device archives is archived on the other', async (t) => {
  const { server, phone, ana, client } = await linkedWorld(t);
  const second = new Baileys(server);
  t.teardown(() => second.stop());
  await second.link(phone);
  ana.send('hello');
  const message = await client.message('hello');
  await second.message('hello');
  await client.socket.chatModify({ archive: true, lastMessages: [message] }, ana.jid);
  t.match(await second.until('archived chat', () => second.chats.find(({ archived }) => archived)), {
    id: ana.jid,
  });
});
