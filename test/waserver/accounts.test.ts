/** Two accounts on one server: their devices write to each other, and their phones see it. */
import { proto } from 'baileys';
import t from 'tap';
import { WaServer } from '../../src/waserver/wa-server.js';
import { Baileys } from './baileys.js';
import { ANA, linkedWorld, ME } from './world.js';

const OTHER = '15550100009';
const { DELIVERY_ACK, READ } = proto.WebMessageInfo.Status;

async function twoAccounts(t: Parameters<typeof linkedWorld>[0]) {
  const world = await linkedWorld(t);
  const otherPhone = world.server.createPhone({ number: OTHER, pushname: 'Other' });
  const other = new Baileys(world.server);
  t.teardown(() => other.stop());
  await other.link(otherPhone);
  await otherPhone.waitForOnline();
  return { ...world, other, otherPhone };
}

t.test('a message of one is read by the other, which is reported', async (t) => {
  const { phone, client, other, otherPhone } = await twoAccounts(t);
  const sent = await client.socket.sendMessage(otherPhone.jid, { text: 'hello' });
  const id = sent?.key.id ?? '';
  const { key } = await other.message('hello');
  await client.updated(id, DELIVERY_ACK);
  await other.socket.readMessages([key]);
  await client.updated(id, READ);
  t.match(otherPhone.messages, [{ id, body: 'hello', from: phone.number, to: undefined }]);
  await other.socket.sendMessage(phone.jid, { text: 'hello yourself' });
  await client.message('hello yourself');
});

t.test('a message to a group reaches the devices of every account in it', async (t) => {
  const { server, client, ana, other, otherPhone } = await twoAccounts(t);
  const { id } = await client.socket.groupCreate('Friends', [ana.jid, `${OTHER}@s.whatsapp.net`]);
  const [group] = server.groups;
  if (group === undefined) throw new Error('no group');
  ana.send('from Ana', { group });
  await Promise.all([client, other].map((one) => one.message('from Ana')));
  await client.socket.sendMessage(id, { text: 'to all' });
  t.match(await other.message('to all'), { key: { remoteJid: id } });
  await ana.waitForMessage(({ body }) => body === 'to all');
  await other.socket.sendMessage(id, { text: 'from the other' });
  t.match(await client.message('from the other'), { key: { remoteJid: id } });
  t.match(await ana.waitForMessage(({ body }) => body === 'from the other'), { from: OTHER });
  group.members.delete(OTHER);
  ana.send('without the other', { group });
  await client.message('without the other');
  t.notOk(otherPhone.messages.some(({ body }) => body === 'without the other'));
});

t.test('what the phone cannot read is noted, and the message goes out all the same', async (t) => {
  const server = await WaServer.start();
  t.teardown(() => server.close());
  const phone = server.createPhone({ number: ME });
  server.createContact({ number: ANA });
  const client = new Baileys(server);
  t.teardown(() => client.stop());
  await client.link(phone);
  const broken = Buffer.from('33aabbccddeeff00112233445566', 'hex');
  const enc = [{ tag: 'enc', attrs: { v: '2', type: 'msg' }, content: broken }];
  const acked = new Promise((done) => client.socket.ws.once('CB:ack,class:message', done));
  await client.socket.sendNode({
    tag: 'message',
    attrs: { id: 'A1', to: `${ANA}@s.whatsapp.net`, type: 'text' },
    content: [
      { tag: 'participants', attrs: {}, content: [{ tag: 'to', attrs: { jid: phone.jid }, content: enc }] },
    ],
  });
  t.match(await acked, { attrs: { id: 'A1' } });
  t.match(server.problems, [/^15550100001 cannot read A1: /]);
  t.ok(phone.devices[0]?.online, 'the device stays connected');
});
