/** Baileys makes a channel, posts in it, and follows those of others. */
import t from 'tap';
import { Baileys } from './baileys.js';
import { ANA, linkedWorld, ME } from './world.js';

t.test('a channel of the account: made, posted to, changed and deleted', async (t) => {
  const { server, phone, client } = await linkedWorld(t);
  const second = new Baileys(server);
  t.teardown(() => second.stop());
  await second.link(phone);
  const made = await client.socket.newsletterCreate('News', 'of the shop');
  t.match(made, { name: 'News', description: 'of the shop', subscribers: 0 });
  const [channel] = server.channels;
  t.equal(made.id, channel?.jid);
  const sent = await client.socket.sendMessage(made.id, { text: 'first' });
  t.match(await second.message('first'), { key: { remoteJid: made.id, id: sent?.key.id } });
  t.match(channel?.posts, [{ body: 'first', by: ME, serverId: 100 }]);

  await client.socket.newsletterUpdateName(made.id, 'Good news');
  await client.socket.newsletterUpdateDescription(made.id, 'of every day');
  t.match(await client.socket.newsletterMetadata('jid', made.id), {
    thread_metadata: { name: { text: 'Good news' }, description: { text: 'of every day' } },
    viewer_metadata: { role: 'OWNER' },
  });
  await t.rejects(client.socket.newsletterUnfollow(made.id), /forbidden/, 'the owner stays');
  await client.socket.newsletterDelete(made.id);
  await t.rejects(client.socket.newsletterMetadata('jid', made.id), /not found/);
});

t.test('a channel of somebody else: found, followed, read, reacted to, muted and left', async (t) => {
  const { server, client } = await linkedWorld(t);
  const channel = server.createChannel({ name: "Ana's", owner: ANA, description: 'about Ana' });
  const early = server.postIn(channel, 'before');
  const found = await client.socket.newsletterMetadata('invite', channel.inviteCode);
  t.match(found, { id: channel.jid, viewer_metadata: { role: 'GUEST' } });
  await client.socket.newsletterFollow(channel.jid);
  t.equal(channel.roleOf(ME), 'subscriber');
  const { id } = server.postIn(channel, 'after');
  t.match(await client.message('after'), { key: { id, remoteJid: channel.jid, fromMe: false } });

  await client.socket.newsletterReactMessage(channel.jid, String(early.serverId), '👍');
  t.same([...early.reactions], [[ME, '👍']]);
  const before = await client.socket.newsletterFetchMessages(channel.jid, 10, 0, 0);
  t.match(before, {
    content: [
      {
        tag: 'message_updates',
        content: [
          {
            tag: 'messages',
            content: [
              {
                attrs: { server_id: '100' },
                content: [
                  { tag: 'plaintext' },
                  { tag: 'views_count' },
                  { tag: 'reactions', content: [{ attrs: { code: '👍', count: '1' } }] },
                ],
              },
              { attrs: { server_id: '101' } },
            ],
          },
        ],
      },
    ],
  });
  await client.socket.newsletterReactMessage(channel.jid, String(early.serverId));
  t.same([...early.reactions], []);
  t.match(await client.socket.subscribeNewsletterUpdates(channel.jid), { duration: '300' });
  await client.socket.newsletterMute(channel.jid);
  t.ok(channel.muted.has(ME));
  await client.socket.newsletterUnmute(channel.jid);
  t.notOk(channel.muted.has(ME));

  const newsletter_id = channel.jid;
  for (const value of ['ON', 'OFF']) {
    const input = { newsletter_id, type: 'MUTE_ADMIN_ACTIVITY', value };
    await client.graphql('31938993655691868', { input });
    t.equal(channel.muted.has(ME), value === 'ON', 'as the page mutes');
  }

  const own = await client.socket.sendMessage(channel.jid, { text: 'not mine' });
  await client.updated(own?.key.id ?? '', 0);
  t.equal(channel.posts.length, 2, 'only admins post');
  await client.socket.newsletterUnfollow(channel.jid);
  t.equal(channel.roleOf(ME), 'guest');
});
