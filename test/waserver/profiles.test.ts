/** Baileys reads and changes what people show of themselves, and the settings of the account. */
import t from 'tap';
import { makeCertificate } from '../simulator/certificate.js';
import { Baileys } from './baileys.js';
import { linkedWorld } from './world.js';

const tls = await makeCertificate('127.0.0.1');
/** The server does not look into it. Baileys would need a package to make one of another size. */
const FILE = Buffer.from('a picture');

t.test('the texts of people about themselves, also hidden ones', async (t) => {
  const { phone, ana, client } = await linkedWorld(t);
  const about = async () => (await client.socket.fetchStatus(ana.jid))?.[0];
  t.match(await about(), { id: ana.jid, status: { status: 'Hey there! I am using WhatsApp.' } });
  ana.setAbout('at the sea');
  t.match(await about(), { status: { status: 'at the sea' } });
  ana.setAbout(null);
  t.match(await about(), { status: { status: '' } });
  await client.socket.updateProfileStatus('at work');
  t.equal(phone.about, 'at work');
});

t.test('pictures of people, of the account and of groups', async (t) => {
  const { server, phone, ana, client } = await linkedWorld(t, { tls });
  await t.rejects(client.socket.profilePictureUrl(ana.jid), /item-not-found/);
  ana.setPicture(FILE);
  await client.until('picture of Ana', () => client.contacts.find(({ imgUrl }) => imgUrl === 'changed'));
  const url = await client.socket.profilePictureUrl(ana.jid, 'image');
  t.same(server.file(new URL(url ?? '').pathname), FILE);
  ana.setPicture(null);
  await client.until('its removal', () => client.contacts.find(({ imgUrl }) => imgUrl === 'removed'));

  const set = (target?: string) =>
    client.socket.query({
      tag: 'iq',
      attrs: {
        to: 's.whatsapp.net',
        type: 'set',
        xmlns: 'w:profile:picture',
        ...(target === undefined ? {} : { target }),
      },
      content: [{ tag: 'picture', attrs: { type: 'image' }, content: FILE }],
    });
  const answer = await set();
  t.match(answer, { content: [{ tag: 'picture', attrs: { id: phone.picture?.id } }] });
  t.match(await client.socket.profilePictureUrl(phone.jid), phone.picture?.url ?? '');
  await client.socket.removeProfilePicture(phone.jid);
  t.equal(phone.picture, null);

  const { id } = await client.socket.groupCreate('Friends', [ana.jid]);
  await set(id);
  t.ok(await client.socket.profilePictureUrl(id));
  await t.rejects(set(ana.jid), /forbidden/, 'nobody else changes the picture of a person');
});

t.test('a person who is blocked writes in vain, until it is not', async (t) => {
  const { server, phone, ana, client } = await linkedWorld(t);
  const second = new Baileys(server);
  t.teardown(() => second.stop());
  await second.link(phone);
  t.same(await client.socket.fetchBlocklist(), []);
  await client.socket.updateBlockStatus(ana.jid, 'block');
  t.same(await client.socket.fetchBlocklist(), [ana.jid]);
  t.same([...phone.blocked], [ana.number]);
  await second.until('block list', () => second.blocked.find((one) => one === `${ana.lidJid} add`));
  const lost = ana.send('in vain');
  await client.socket.updateBlockStatus(ana.jid, 'unblock');
  t.same(await client.socket.fetchBlocklist(), []);
  ana.send('received');
  await client.message('received');
  t.notOk(client.messages.some(({ key }) => key.id === lost));
  t.match(
    ana.sent.map(({ delivered }) => delivered),
    [false, Boolean],
  );
});

t.test('the block list of a migrated account is by LID, with the numbers', async (t) => {
  const { ana, client } = await linkedWorld(t, { lidMigrated: true });
  await client.socket.query({
    tag: 'iq',
    attrs: { to: 's.whatsapp.net', type: 'set', xmlns: 'blocklist' },
    content: [{ tag: 'item', attrs: { action: 'block', jid: ana.lidJid, pn_jid: ana.jid } }],
  });
  const list = await client.socket.query({
    tag: 'iq',
    attrs: { to: 's.whatsapp.net', type: 'get', xmlns: 'blocklist' },
  });
  t.match(list, {
    content: [
      { attrs: { addressing_mode: 'lid' }, content: [{ attrs: { jid: ana.lidJid, pn_jid: ana.jid } }] },
    ],
  });
});

t.test('privacy settings and the time after which messages disappear are kept', async (t) => {
  const { phone, client } = await linkedWorld(t);
  t.match(await client.socket.fetchPrivacySettings(true), { last: 'all', readreceipts: 'all' });
  await client.socket.updateLastSeenPrivacy('contacts');
  t.match(await client.socket.fetchPrivacySettings(true), { last: 'contacts', readreceipts: 'all' });
  t.equal(phone.privacy.get('last'), 'contacts');
  await client.socket.updateDefaultDisappearingMode(86_400);
  const mine = await client.socket.fetchDisappearingDuration(phone.jid);
  t.match(mine, [{ disappearing_mode: { duration: 86_400 } }]);
});
