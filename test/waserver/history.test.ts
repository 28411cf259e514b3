/** The phone tells Baileys of old chats when it is linked. */
import t from 'tap';
import { startWorld } from './world.js';

t.test('old messages of both directions arrive with the link', async (t) => {
  const { phone, ana, client } = await startWorld(t);
  const old = ana.send('an old message');
  await client.link(phone);
  const found = await client.until('history', () => client.history.find(({ key }) => key.id === old));
  t.match(found, { key: { remoteJid: ana.jid, fromMe: false }, message: { conversation: 'an old message' } });
  t.same(
    client.messages.filter(({ key }) => key.id === old),
    [],
    'it is history and not news',
  );
});
