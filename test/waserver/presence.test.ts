/** Baileys sees who is online and who writes, and people see it of Baileys. */
import t from 'tap';
import type { Baileys } from './baileys.js';
import { BEN, linkedWorld, ME } from './world.js';

const presence = (client: Baileys, jid: string, lastKnownPresence: string) =>
  client.until(`${lastKnownPresence} of ${jid}`, () =>
    client.presences.find((one) => one.id === jid && one.presence.lastKnownPresence === lastKnownPresence),
  );

t.test('the presence of people is told to who has asked for it, and to nobody else', async (t) => {
  const { server, ana, client } = await linkedWorld(t);
  const ben = server.createContact({ number: BEN, pushname: 'Ben' });
  await client.socket.sendPresenceUpdate('available');
  await client.socket.presenceSubscribe(ana.jid);
  t.match(await presence(client, ana.jid, 'unavailable'), { presence: { lastSeen: undefined } });
  ben.appear('available');
  ana.appear('available');
  await presence(client, ana.jid, 'available');
  ana.appear('unavailable', 1_700_000_000);
  await client.until('last seen', () =>
    client.presences.find(({ presence: { lastSeen } }) => lastSeen === 1_700_000_000),
  );
  t.notOk(client.presences.some(({ id }) => id === ben.jid));
});

t.test('an account that is not available itself is told nothing', async (t) => {
  const { ana, client } = await linkedWorld(t);
  await client.socket.sendPresenceUpdate('unavailable');
  await client.socket.presenceSubscribe(ana.jid);
  ana.appear('available');
  ana.appear('composing');
  // Presence would have come before this.
  ana.send('after');
  await client.message('after');
  t.same(client.presences, []);
});

t.test('typing and recording are told in both directions', async (t) => {
  const { ana, client } = await linkedWorld(t);
  await client.socket.sendPresenceUpdate('available');
  await ana.waitForObserved(({ from, state }) => from === ME && state === 'available');
  ana.appear('composing');
  await presence(client, ana.jid, 'composing');
  ana.appear('recording');
  await presence(client, ana.jid, 'recording');
  ana.appear('paused');
  await presence(client, ana.jid, 'available');
  for (const state of ['composing', 'recording', 'paused'] as const) {
    await client.socket.sendPresenceUpdate(state, ana.jid);
    await ana.waitForObserved((one) => one.state === state);
  }
  await client.socket.sendPresenceUpdate('unavailable');
  await ana.waitForObserved(({ state }) => state === 'unavailable');
});

t.test('a migrated account is told of people under their LIDs', async (t) => {
  const { ana, client } = await linkedWorld(t, { lidMigrated: true });
  await client.socket.sendPresenceUpdate('available');
  await client.socket.presenceSubscribe(ana.lidJid);
  ana.appear('available');
  await presence(client, ana.lidJid, 'available');
  ana.appear('composing');
  await presence(client, ana.lidJid, 'composing');
});
