/** Baileys and the page's queries get answers in GraphQL's form. */
import t from 'tap';
import { linkedWorld, ME } from './world.js';

t.test('the limits of the account are told when they change, and when they are asked for', async (t) => {
  const { phone, client } = await linkedWorld(t);
  t.match(await client.socket.fetchAccountReachoutTimelock(), { isActive: false });
  t.match(await client.socket.fetchNewChatMessageCap(), { capping_status: 'NONE', used_quota: 0 });
  phone.lockReachOut(3_600_000);
  await client.until('notice of the lock', () => client.timeLock?.isActive || undefined);
  const lock = await client.socket.fetchAccountReachoutTimelock();
  t.ok(lock.isActive);
  t.ok(Number(lock.timeEnforcementEnds) > Date.now() + 3_500_000);
  phone.useUpNewChats();
  const cap = await client.until('notice of the cap', () => client.cap);
  t.match(cap, { capping_status: 'CAPPED' });
  t.match(await client.socket.fetchNewChatMessageCap(), { capping_status: 'CAPPED', used_quota: 500 });
});

t.test('a group, its invitation, and the text of a person', async (t) => {
  const { ana, client } = await linkedWorld(t, { lidMigrated: true });
  const { id } = await client.socket.groupCreate('Friends', [ana.lidJid]);
  const { data } = await client.graphql('26570027442651356', { id, query_context: 'INTERACTIVE' });
  t.match(data.xwa2_group_query_by_id, {
    id,
    subject: { value: 'Friends' },
    state: 'ACTIVE',
    properties: { lid_migration_state: { addressing_mode: 'LID' } },
    participants: {
      edges: [
        { node: { pn: `${ME}@s.whatsapp.net` }, role: 'SUPERADMIN_MEMBER' },
        { node: { id: ana.lidJid, pn: ana.jid }, role: 'MEMBER' },
      ],
    },
  });
  const invitation = await client.graphql('29247029834912157', { id, query_context: 'INVITE_CODE' });
  t.equal(invitation.data.xwa2_group_query_by_id.invite_code, await client.socket.groupInviteCode(id));
  ana.setAbout('at the sea');
  for (const user_id of [ana.number, ana.lid])
    t.match(await client.graphql('24535500086059408', { user: { user_id } }), {
      data: { xwa2_users_updates_since: [{ updates: [{ text: 'at the sea' }] }] },
    });
});

t.test('invitations: read, renewed, and accepted', async (t) => {
  const { server, ana, client } = await linkedWorld(t);
  const group = server.createGroup({ subject: "Ana's", creator: ana.number, members: [] });
  const { inviteCode } = group;
  t.match(await client.socket.groupGetInviteInfo(inviteCode), { id: group.jid, subject: "Ana's", size: 1 });
  await t.rejects(client.socket.groupAcceptInvite('unknown'), /item-not-found/);
  t.equal(await client.socket.groupAcceptInvite(inviteCode), group.jid);
  t.equal(group.members.get(ME), 'member');
  await t.rejects(client.socket.groupRevokeInvite(group.jid), /forbidden/, 'only admins renew it');
  server.changeGroup(group, ana.number, { what: 'promote', participants: [ME] });
  const renewed = await client.socket.groupRevokeInvite(group.jid);
  t.not(renewed, inviteCode);
  t.equal(renewed, await client.socket.groupInviteCode(group.jid));
});

t.test('a query that is not known, and one about nothing, are answered with an error', async (t) => {
  const { client } = await linkedWorld(t);
  t.match(await client.graphql('1', {}), { data: null, errors: [{ extensions: { error_code: 404 } }] });
  t.match(await client.graphql('26570027442651356', { id: '1@g.us' }), {
    errors: [{ extensions: { error_code: 404 } }],
  });
});
