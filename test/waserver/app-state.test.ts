/** Two clients of one account share their app state by our server, which cannot read it. */
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { Baileys } from './baileys.js';
import { linkedWorld } from './world.js';

t.test('a chat that one device archives is archived on the other', async (t) => {
  const { server, phone, ana, client } = await linkedWorld(t);
  const second = new Baileys(server);
  t.teardown(() => second.stop());
  await second.link(phone);
  ana.send('hello');
  const message = await client.message('hello');
  await second.message('hello');
  // The phone gives its devices a key to encrypt with.
  const keyId = Buffer.from([0, 0, 0, 0, 0, 1]);
  phone.shareStateKey(keyId, randomBytes(32));
  for (const one of [client, second])
    await one.until('key of the app state', () => one.stateKeyId === keyId.toString('base64') || undefined);
  await client.socket.chatModify({ archive: true, lastMessages: [message] }, ana.jid);
  t.match(await second.until('archived chat', () => second.chats.find(({ archived }) => archived)), {
    id: ana.jid,
  });
});
