/** Groups through the bare library: creation, changes by others, leaving, and the events of each change. */
import t from 'tap';
import { BareClient } from '../../simulator/bare-client.js';
import { Simulator } from '../../simulator/simulator.js';

// biome-ignore lint/suspicious/noExplicitAny: the library's values have other, wider types
type Any = any;

t.test('the bare library manages groups', async (t) => {
  const sim = await Simulator.start();
  const phone = sim.createPhone({ number: '15550001111' });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
  const shy = sim.createContact({ number: '15550004444', name: 'Shy' });
  shy.addable = false;
  const bare = await BareClient.linked(t, sim, phone);

  t.test('a person who does not allow being added is reported with a code', async (t) => {
    const made = (await bare.client.createGroup('Team', [ana.wid, shy.wid], {
      autoSendInviteV4: false,
    } as Any)) as Any;
    t.equal(made.participants[ana.wid].statusCode, 200);
    t.equal(Number(made.participants[shy.wid].statusCode), 403);
    const chat = (await bare.client.getChatById(made.gid._serialized)) as Any;
    t.equal(chat.participants.length, 2);
    const added = await chat.addParticipants([shy.wid], { autoSendInviteV4: false });
    t.equal(added[shy.wid].code, 403);
    const first = await chat.getInviteCode();
    t.not(await chat.revokeInvite(), first, 'the code is new');
    t.equal(await chat.setInfoAdminsOnly(true), true);
  });

  t.test('changes by others are reported once, with their type', async (t) => {
    const group = sim.createGroup({ subject: 'Theirs', participants: [ana.wid, phone.wid] });
    const [made] = await bare.wait('group_update', (one: Any) => one.chatId === group.id);
    t.match(
      made,
      { type: 'create', author: ana.wid, body: 'Theirs' },
      'a new group that includes us is reported',
    );
    sim.changeGroup(group, ana.wid, { what: 'add', participants: [ben.wid] });
    const [join] = await bare.wait('group_join', (one: Any) => one.chatId === group.id);
    t.match(join, { type: 'add', author: ana.wid, recipientIds: [ben.wid] });
    sim.changeGroup(group, ana.wid, { what: 'promote', participants: [phone.wid] });
    await bare.wait('group_admin_changed', (one: Any) => one.type === 'promote');
    sim.changeGroup(group, ana.wid, { what: 'subject', value: 'Ours' });
    const [update] = await bare.wait('group_update', (one: Any) => one.type === 'subject');
    t.equal(update.body, 'Ours');
    sim.changeGroup(group, ben.wid, { what: 'leave' });
    await bare.wait('group_leave', (one: Any) => one.type === 'leave');
    const chat = (await bare.client.getChatById(group.id)) as Any;
    t.equal(chat.unreadCount, 0, 'a notice is not an unread message');
    t.equal(chat.name, 'Ours');
    t.equal(bare.count('message'), 0, 'a notice is not reported as a message');
  });

  t.test('an invitation lists the members, and a person who accepts it is reported as invited', async (t) => {
    const group = sim.createGroup({ subject: 'By link', participants: [ana.wid, ben.wid] });
    const info = (await bare.client.getInviteInfo(group.inviteCode)) as Any;
    t.match(info, { subject: 'By link', size: 2, owner: { _serialized: ana.wid } });
    t.match(info.participants, [
      { id: { _serialized: ana.wid }, isAdmin: true, isSuperAdmin: true },
      { id: { _serialized: ben.wid }, isAdmin: false, isSuperAdmin: false },
    ]);
    t.equal(await bare.client.acceptInvite(group.inviteCode), group.id);
    const [join] = await bare.wait('group_join', (one: Any) => one.chatId === group.id);
    t.match(join, { type: 'invite', author: phone.wid, recipientIds: [phone.wid] });
  });

  t.test('a message that is deleted for oneself no longer exists', async (t) => {
    await ana.send('for the bin');
    const [message] = await bare.wait('message', ({ body }: Any) => body === 'for the bin');
    await message.delete(false);
    const chat = (await bare.client.getChatById(ana.wid)) as Any;
    t.match(await chat.fetchMessages({ limit: 5 }), [{ type: 'e2e_notification' }]);
  });

  t.test('typing is sent to the chat, and a link has a preview', async (t) => {
    const chat = (await bare.client.getChatById(ana.wid)) as Any;
    await chat.sendStateTyping();
    const sent = (await bare.client.sendMessage(ana.wid, 'see https://example.org/')) as Any;
    const got = await ana.waitForMessage(({ id }) => id === sent.id.id);
    t.match(got.message.extra, { title: 'A page', subtype: 'url' });
    // The page sends the typing notice without waiting. The message was sent after it.
    t.ok(sim.log.some(({ type }) => type === 'chat-state'));
  });
});
