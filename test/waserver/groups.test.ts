/** Baileys makes groups on our server, writes and reads in them. */
import t from 'tap';
import { ANA, BEN, linkedWorld, ME, startWorld } from './world.js';

t.test('a group is made, written to and read', async (t) => {
  const { server, ana, client } = await linkedWorld(t);
  const ben = server.createContact({ number: BEN, pushname: 'Ben' });
  const made = await client.socket.groupCreate('Friends', [ana.jid, ben.jid]);
  const [group] = server.groups;
  t.equal(made.id, group?.jid);
  t.match(made, { subject: 'Friends' });
  t.same(
    new Map(group?.members),
    new Map([
      [ME, 'superadmin'],
      [ANA, 'member'],
      [BEN, 'member'],
    ]),
  );

  for (const text of ['first', 'second', 'third']) await client.socket.sendMessage(made.id, { text });
  for (const person of [ana, ben]) {
    await person.waitForMessage(({ body }) => body === 'third');
    t.match(person.received, [
      { body: 'first', group: made.id, encryption: 'skmsg' },
      { body: 'second', encryption: 'skmsg' },
      { body: 'third', encryption: 'skmsg' },
    ]);
  }

  if (group === undefined) throw new Error('no group');
  // WhatsApp Web sends it in WAWebSendNotSpamJob; Baileys never does.
  const ack = {
    tag: 'iq',
    attrs: { to: made.id, xmlns: 'w:g2', type: 'set' },
    content: [{ tag: 'ack', attrs: {} }],
  };
  t.match((await client.socket.query(ack)).attrs, { type: 'result', from: made.id });
  for (const body of ['from Ana', 'from Ana again']) {
    const id = ana.send(body, { group });
    t.match(await client.message(body), { key: { id, remoteJid: made.id, participant: ana.jid } });
    await ana.waitForDelivery(id);
  }
  ben.send('from Ben', { group });
  await client.message('from Ben');
});

t.test('members are added, promoted and removed, and the subject is changed', async (t) => {
  const { server, ana, client } = await linkedWorld(t);
  const ben = server.createContact({ number: BEN, pushname: 'Ben' });
  const { id } = await client.socket.groupCreate('Friends', [ana.jid]);
  await client.socket.groupParticipantsUpdate(id, [ben.jid], 'add');
  await client.socket.groupParticipantsUpdate(id, [ana.jid], 'promote');
  await client.socket.groupUpdateSubject(id, 'Good friends');
  await client.socket.groupSettingUpdate(id, 'announcement');
  const metadata = await client.socket.groupMetadata(id);
  t.match(metadata, { subject: 'Good friends', announce: true });
  t.same(
    metadata.participants.map(({ id, admin }) => [id, admin]),
    [
      [`${ME}@s.whatsapp.net`, 'superadmin'],
      [ana.jid, 'admin'],
      [ben.jid, null],
    ],
  );
  await client.socket.groupParticipantsUpdate(id, [ana.jid], 'remove');
  await client.socket.sendMessage(id, { text: 'without Ana' });
  await ben.waitForMessage(({ body }) => body === 'without Ana');
  t.same(ana.received, []);
});

t.test('an account that left a group gets nothing more from it', async (t) => {
  const { server, ana, client } = await linkedWorld(t);
  const { id } = await client.socket.groupCreate('Friends', [ana.jid]);
  await client.socket.groupLeave(id);
  t.notOk(server.groups[0]?.members.has(ME));
  await t.rejects(client.socket.groupMetadata(id), /forbidden/);
});

t.test('a group of somebody else is among the groups of the account', async (t) => {
  const { server, ana, client } = await linkedWorld(t);
  const group = server.createGroup({ subject: "Ana's", creator: ANA, members: [ME] });
  t.same(Object.keys(await client.socket.groupFetchAllParticipating()), [group.jid]);
  ana.send('welcome', { group });
  t.match(await client.message('welcome'), { key: { remoteJid: group.jid } });
  await client.socket.groupUpdateSubject(group.jid, 'ours');
  t.equal(group.subject, 'ours', 'members change it');
  group.locked = true;
  await t.rejects(client.socket.groupUpdateSubject(group.jid, 'mine'), /forbidden/, 'unless it is locked');
  const add = client.socket.groupParticipantsUpdate(group.jid, [ana.jid], 'remove');
  await t.rejects(add, /forbidden/, 'only admins change its members');
});

t.test('a change of members concerns only those whom it can concern, and says so', async (t) => {
  const { server, phone, ana, client } = await linkedWorld(t);
  const ben = server.createContact({ number: BEN, pushname: 'Ben' });
  const { id } = await client.socket.groupCreate('Friends', [phone.jid, ana.jid]);
  const [group] = server.groups;
  const change = async (who: string, what: 'add' | 'remove' | 'promote' | 'demote') => {
    const [answer] = await client.socket.groupParticipantsUpdate(id, [who], what);
    return answer?.status;
  };
  t.equal(group?.members.get(ME), 'superadmin', 'also if it names itself');
  t.equal(await change(ana.jid, 'promote'), '200');
  t.equal(await change(ana.jid, 'add'), '409', 'she is a member');
  for (const what of ['remove', 'promote', 'demote'] as const)
    t.equal(await change(ben.jid, what), '404', `${what}: he is none`);
  for (const what of ['remove', 'demote'] as const) t.equal(await change(phone.jid, what), '406', what);
  await client.socket.groupAcceptInvite(group?.inviteCode ?? '');
  t.same(
    group?.members,
    new Map([
      [ME, 'superadmin'],
      [ANA, 'admin'],
    ]),
  );
});

t.test('groups and channels of people who do not exist are refused', async (t) => {
  const { server } = await startWorld(t);
  const nobody = { message: 'nobody has the number "1"' };
  t.throws(() => server.createGroup({ subject: 'x', creator: ANA, members: ['1'] }), nobody);
  t.throws(() => server.createGroup({ subject: 'x', creator: '1', members: [] }), nobody);
  t.throws(() => server.createCommunity({ subject: 'x', creator: '1' }), nobody);
  t.throws(() => server.createChannel({ name: 'x', owner: '1' }), nobody);
  const group = server.createGroup({ subject: 'x', creator: ANA, members: [] });
  t.throws(() => server.changeGroup(group, ANA, { what: 'add', participants: ['1'] }), nobody);
  t.throws(() => server.changeGroup(group, '1', { what: 'leave' }), nobody);
  t.throws(() => server.changeGroup(group, ANA, { what: 'remove', participants: [ME] }), {
    message: `${ME} is no member: cannot remove`,
  });
});
