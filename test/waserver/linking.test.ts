/** Baileys links to our server, comes back, and leaves it in every way. */
import { once } from 'node:events';
import { type BinaryNode, getBinaryNodeChild, getBinaryNodeChildren } from 'baileys';
import t from 'tap';
import { WaServer } from '../../src/waserver/wa-server.js';
import { Baileys } from './baileys.js';
import { linkedWorld, ME, startWorld } from './world.js';

t.test('links by QR code and opens', async (t) => {
  const { phone, client } = await startWorld(t);
  client.connect();
  const device = await phone.scan(await client.qr());
  t.equal(await client.closed(), 515, 'it is asked to connect again');
  client.connect();
  await client.open();
  t.equal(client.socket.user?.id, device.jid);
  t.equal(client.socket.user?.lid, device.lidJid);
  t.same(phone.devices, [await phone.waitForOnline()]);
  t.ok(device.keys.count > 0, 'it has uploaded its one-time keys');
});

t.test('links by a pairing code', async (t) => {
  const { phone, client } = await startWorld(t);
  client.connect();
  const code = await client.pairingCode(phone.number);
  t.match(code, /^[1-9A-Z]{8}$/);
  const device = await phone.enterCode(`${code.slice(0, 4)}-${code.slice(4)}`);
  t.equal(await client.closed(), 515, 'it is asked to connect again');
  client.connect();
  await client.open();
  t.equal(client.socket.user?.id, device.jid);
});

t.test('a wrong pairing code links nothing, and the right one can be entered after it', async (t) => {
  const { server, phone, client } = await startWorld(t);
  await t.rejects(phone.enterCode('AAAAAAAA'), { message: 'no client waits for a code of this number' });
  client.connect();
  const code = await client.pairingCode(phone.number);
  await t.rejects(server.createPhone({ number: '15550100008' }).enterCode(code), /no client waits/);
  const wrong = code === 'AAAAAAAA' ? 'BBBBBBBB' : 'AAAAAAAA';
  await t.rejects(phone.enterCode(wrong), { message: 'the client shows another code' });
  t.same(phone.devices, []);
  t.equal((await phone.enterCode(code)).id, 1);
});

t.test('a code that no client shows cannot be scanned', async (t) => {
  const { phone } = await startWorld(t);
  await t.rejects(phone.scan('2@unknown,a,b,c,1'), { message: 'no client shows this code' });
});

t.test('reconnects without a code', async (t) => {
  const { phone, client } = await linkedWorld(t);
  await client.stop();
  await phone.waitForOffline();
  client.connect();
  await client.open();
  await phone.waitForOnline();
  t.equal(phone.devices.length, 1);
});

t.test('a connection that is cut is reported, and the next one works', async (t) => {
  const { phone, client } = await linkedWorld(t);
  phone.cut();
  t.equal(await client.closed(), 428);
  client.connect();
  await client.open();
  t.equal(phone.devices.length, 1);
});

t.test('the phone unlinks it: at once when it is online, at its next login when it is not', async (t) => {
  const online = await linkedWorld(t);
  online.phone.unlink();
  t.equal(await online.client.closed(), 401);

  const offline = await linkedWorld(t);
  await offline.client.stop();
  await offline.phone.waitForOffline();
  offline.phone.unlink();
  offline.client.connect();
  t.equal(await offline.client.closed(), 401);
});

t.test('it logs out itself', async (t) => {
  const { phone, client } = await linkedWorld(t);
  await client.socket.logout();
  await phone.waitForUnlinked();
  t.same(phone.devices, []);
});

t.test('another connection of the same device replaces it', async (t) => {
  const { phone, client } = await linkedWorld(t);
  phone.conflict();
  t.equal(await client.closed(), 440);
});

for (const code of [402, 403, 406] as const)
  t.test(`a login is refused with ${code}`, async (t) => {
    const { phone, client } = await linkedWorld(t);
    phone.ban(code);
    t.equal(await client.closed(), 428);
    client.connect();
    t.equal(await client.closed(), code);
    phone.unban();
    client.connect();
    await client.open();
  });

t.test('two clients are two devices of one phone', async (t) => {
  const { server, phone, client } = await linkedWorld(t);
  const second = new Baileys(server);
  t.teardown(() => second.stop());
  const told = once(client.socket.ws, 'CB:notification,type:account_sync', {
    signal: AbortSignal.timeout(10_000),
  });
  await second.link(phone);
  t.equal(phone.devices.length, 2);
  const [notice] = (await told) as [BinaryNode];
  t.same(
    getBinaryNodeChildren(getBinaryNodeChild(notice, 'devices'), 'device').map(({ attrs }) => attrs.jid),
    [client.socket.user?.id.replace(/:.*@/, '@'), ...phone.devices.map(({ jid }) => jid)],
    'every device is told of all',
  );
  const [first] = phone.devices;
  phone.unlink(first);
  t.equal(await client.closed(), 401);
  await second.socket.sendPresenceUpdate('available');
  t.equal(phone.devices.length, 1, 'the other one stays');
});

t.test('a client that goes before it signs, or whose code is scanned again, ends the linking', async (t) => {
  const server = await WaServer.start();
  t.teardown(() => server.close());
  const phone = server.createPhone({ number: ME });
  const client = new Baileys(server);
  client.connect();
  const qr = await client.qr();
  const first = t.rejects(phone.scan(qr), { message: 'the code was scanned again' });
  const second = t.rejects(phone.scan(qr), { message: 'the client is gone' });
  await client.stop();
  await Promise.all([first, second]);
  t.same(phone.devices, []);
});

t.test('a client that goes while its pairing code is entered ends the linking', async (t) => {
  const server = await WaServer.start();
  t.teardown(() => server.close());
  const phone = server.createPhone({ number: ME });
  const client = new Baileys(server);
  client.connect();
  const code = await client.pairingCode(phone.number);
  const entered = t.rejects(phone.enterCode(code), { message: 'the client is gone' });
  await client.stop();
  await entered;
});

/** It receives what the server sends, and nothing that it sends arrives. */
const mute = (client: Baileys): void => {
  const { socket } = client.socket.ws as unknown as {
    socket: { send(bytes: Buffer, done: () => void): void };
  };
  socket.send = (_bytes, done) => done();
};

t.test('a client that stays and does not sign ends the linking when its time is over', async (t) => {
  const { phone, client } = await startWorld(t);
  client.connect();
  const qr = await client.qr();
  mute(client);
  await t.rejects(phone.scan(qr, { timeoutMs: 50 }), { message: 'no signature of the client within 50 ms' });
  t.same(phone.devices, []);
  t.equal(await client.closed(), 428, 'its connection is closed');
  client.connect();
  t.equal(await client.closed(), 401, 'it is no device');
});

t.test('a client that stays and does not take up a pairing code ends the linking in time', async (t) => {
  const { phone, client } = await startWorld(t);
  client.connect();
  const code = await client.pairingCode(phone.number);
  mute(client);
  const message = 'no key bundle of the client within 50 ms';
  await t.rejects(phone.enterCode(code, { timeoutMs: 50 }), { message });
  t.same(phone.devices, []);
});

t.test('a client that is not linked has its pings answered, and other requests refused', async (t) => {
  const { server, client } = await startWorld(t);
  client.connect();
  await client.qr();
  const ask = (xmlns: string, tag = 'ping', attrs = {}) =>
    client.socket.query({
      tag: 'iq',
      attrs: { to: 's.whatsapp.net', type: 'get', xmlns },
      content: [{ tag, attrs }],
    });
  t.match(await ask('w:p'), { attrs: { type: 'result' } });
  t.match(await ask('md', 'link_code_companion_reg', { stage: 'get_country_code' }), {
    content: [{ tag: 'country_code', attrs: { iso: 'US' } }],
  });
  await t.rejects(ask('w:nothing'), { message: 'feature-not-implemented' });
  t.ok(server.unknown.delete('w:nothing get ping'));
});
