/** The phone tells Baileys of old chats when it is linked. */
import t from 'tap';
import { makeCertificate } from '../../src/canary/certificate.js';
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

t.test('old messages arrive as they are: files, edited texts, and nothing that was revoked', async (t) => {
  const { phone, ana, client } = await startWorld(t, { tls: makeCertificate(['127.0.0.1']) });
  const edited = ana.send('an old message');
  ana.edit(edited, 'a better message');
  ana.revoke(ana.send('a mistake'));
  const id = ana.sendFile({
    bytes: Buffer.from('x'),
    mimetype: 'image/jpeg',
    type: 'image',
    caption: 'look',
  });
  ana.sendContent({ reactionMessage: { key: { remoteJid: phone.jid, fromMe: false, id }, text: '👍' } });
  await client.link(phone);
  await client.until('history', () => client.history[0]);
  const found = new Map(client.history.map(({ key, message }) => [key.id, message]));
  t.same([...found.keys()].sort(), [edited, id].sort());
  t.match(found.get(edited), { conversation: 'a better message' });
  t.match(found.get(id), { imageMessage: { caption: 'look', mimetype: 'image/jpeg' } });
});
