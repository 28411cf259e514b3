/** Baileys makes a community, links groups to it, and takes them out. */
import t from 'tap';
import { ANA, linkedWorld, ME } from './world.js';

t.test('a community and its groups', async (t) => {
  const { server, ana, client } = await linkedWorld(t);
  const { id: friends } = await client.socket.groupCreate('Friends', [ana.jid]);
  const made = await client.socket.communityCreate('Town', 'all of us');
  const [, community, announcements] = server.groups;
  t.equal(made?.id, community?.jid);
  t.match(made, { subject: 'Town', desc: 'all of us', isCommunity: true });
  t.match(announcements, { parent: community, hasAnnouncements: true, announcement: true });

  const id = made?.id ?? '';
  await client.socket.communityLinkGroup(friends, id);
  t.match(await client.socket.groupMetadata(friends), { linkedParent: id });
  t.same([...(announcements?.members.keys() ?? [])], [ME, ANA], 'members of a group hear announcements');
  const quarter = await client.socket.communityCreateGroup('Quarter', [ana.jid], id);
  t.match(quarter, { subject: 'Quarter', linkedParent: id });
  const listed = await client.socket.communityFetchLinkedGroups(id);
  t.same(
    listed.linkedGroups.map((one) => one.subject),
    ['Friends', 'Town', 'Quarter'],
  );
  t.match(await client.socket.communityFetchLinkedGroups(friends), { communityJid: id, isCommunity: false });

  await client.socket.communityUnlinkGroup(friends, id);
  t.equal((await client.socket.groupMetadata(friends)).linkedParent, undefined);
  await t.rejects(client.socket.communityLinkGroup(quarter?.id ?? '', friends), /item-not-found/);

  const left = { tag: 'linked_groups', attrs: { parent_group_jid: id } };
  await client.socket.query({
    tag: 'iq',
    attrs: { to: 'g.us', type: 'set', xmlns: 'w:g2' },
    content: [{ tag: 'leave', attrs: {}, content: [left] }],
  });
  t.same(
    server.groups.filter(({ members }) => members.has(ME)).map(({ subject }) => subject),
    ['Friends'],
    'who leaves a community leaves its groups',
  );
});

t.test('only admins link groups', async (t) => {
  const { server, client } = await linkedWorld(t);
  const community = server.createCommunity({ subject: "Ana's", creator: ANA });
  const group = server.createGroup({ subject: 'Mine', creator: ME, members: [] });
  await t.rejects(client.socket.communityLinkGroup(group.jid, community.jid), /forbidden/);
});
