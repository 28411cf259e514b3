/** Channels are found, followed, muted, read and left; posts are reacted to and deleted. */
import t from 'tap';
import type { Fault } from '../../src/protocol/fault.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const kind = (error: Fault): string => error.kind;

for (const generation of ['2026-04', '2026-09', '2026-10'] as const) {
  t.test(`a channel is followed, read and left (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: '15550001111', pushname: 'Me' });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
    const news = sim.createChannel({
      name: 'News',
      owner: ana.wid,
      followers: [ben.wid],
      description: 'What is new',
    });
    const link = `https://whatsapp.com/channel/${news.inviteCode}`;
    const strict = sim.createChannel({
      name: 'Strict',
      owner: ana.wid,
      followers: [phone.wid],
      reactions: 'none',
    });
    for (const body of ['one', 'two', 'three']) sim.postIn(news, body);
    const wad = await home.start();
    await wad.link(phone);

    // By its link, without following it.
    const shown = { id: news.id, name: 'News', description: 'What is new', followers: 1, link };
    t.match(await wad.request('channel.get', { channel: link }), { ...shown, role: 'none', muted: false });
    const before = await wad.request('channel.posts', { channel: link, limit: 2 });
    t.match(before, { channel: news.id, next: before.posts[0]?.serverId });
    t.same(
      before.posts.map(({ message }) => message.body),
      ['two', 'three'],
    );
    t.match(await wad.request('channel.list'), {
      total: 1,
      channels: [{ name: 'Strict', role: 'follower' }],
    });
    t.equal(await wad.request('channel.mute', { channel: news.id }).catch(kind), 'not_allowed');
    for (const channel of ['120363999999999999@newsletter', 'https://whatsapp.com/channel/0029VaNobody00'])
      for (const method of ['channel.get', 'channel.follow'] as const)
        t.equal(await wad.request(method, { channel }).catch(kind), 'no_such_chat', `${method} ${channel}`);
    t.equal(await wad.request('channel.get', { channel: 'no' }).catch(kind), 'invalid_params');
    t.notOk(news.followers.has(phone.wid), 'nothing was followed so far');

    const followed = await wad.wactl(['channel', 'follow', link]);
    t.match(followed, { code: 0, stdout: new RegExp(`News {2}${news.id}[\\s\\S]*follower`) });
    t.ok(news.followers.has(phone.wid), 'the server knows');
    t.match(await wad.request('channel.follow', { channel: news.id }), { role: 'follower' }, 'twice is once');
    t.match(await wad.request('channel.list', { query: 'new' }), { total: 1, channels: [{ id: news.id }] });

    // A post that arrives is an event.
    const after = await wad.mark();
    const id = sim.postIn(news, 'four');
    const event = await wad.event('message', (one) => one.messageId === id, { after });
    t.match(event.data, { chatId: news.id, fromMe: false, body: 'four', key: `false_${news.id}_${id}` });

    t.match(await wad.wactl(['channel', 'mute', news.id]), { code: 0, stdout: /follower, muted/ });
    t.ok(news.muted.has(phone.wid));
    t.match(await wad.request('channel.mute', { channel: news.id, muted: false }), { muted: false });
    t.notOk(news.muted.has(phone.wid));

    // Posts with their counts, page by page; each can be reacted to.
    const last = await wad.request('channel.posts', { channel: news.id, limit: 2 });
    t.same(
      last.posts.map(({ message }) => message.body),
      ['three', 'four'],
    );
    const [oldest] = last.posts;
    const first = await wad.request('channel.posts', { channel: news.id, before: oldest?.serverId ?? 0 });
    t.match(first, {
      next: null,
      posts: [{ message: { body: 'one' }, views: 1 }, { message: { body: 'two' } }],
    });
    const one = first.posts[0]?.message.key ?? '';
    t.match(await wad.wactl(['react', one, '🎉']), { code: 0, stdout: /reacted/ });
    t.same([...(news.posts[0]?.reactions ?? [])], [[phone.wid, '🎉']]);
    t.match(await wad.request('channel.posts', { channel: news.id }), {
      posts: [
        { reactions: [{ emoji: '🎉', count: 1 }], reaction: '🎉' },
        { reactions: [], reaction: null },
        {},
        {},
      ],
    });
    t.match(await wad.request('message.react', { id: event.data.key, emoji: '👍' }), { emoji: '👍' });
    await sim.faults.ack('error');
    t.equal(await wad.request('message.react', { id: one, emoji: '👎' }).catch(kind), 'outcome_unknown');
    await sim.faults.ack('none');
    sim.postIn(strict, 'quiet please');
    const quiet = (await wad.request('channel.posts', { channel: strict.id })).posts[0]?.message.key ?? '';
    t.equal(await wad.request('message.react', { id: quiet, emoji: '👍' }).catch(kind), 'not_allowed');
    t.equal(await wad.request('message.delete', { id: quiet }).catch(kind), 'not_allowed', 'it is not ours');
    const table = await wad.wactl(['channel', 'posts', news.id, '--limit', '2']);
    t.match(table, { code: 0, stdout: /three[\s\S]*four\n\(older ones: --before \d+\)/ });

    // It survives a restart.
    await wad.stop();
    const again = await home.start();
    await again.until('ready');
    t.match(await again.request('channel.list'), {
      channels: [{ name: 'News', role: 'follower' }, { name: 'Strict' }],
    });
    t.match(await again.request('channel.posts', { channel: news.id }), { posts: [{ reaction: '🎉' }] });
    t.match(await again.request('message.react', { id: one, emoji: '' }), { emoji: '' });
    t.same([...(news.posts[0]?.reactions ?? [])], []);

    // Without an answer of GraphQL, what is known is shown.
    await sim.set('mexFault', 'hangs');
    t.match(await again.request('channel.get', { channel: news.id }), { name: 'News', role: 'follower' });
    await sim.set('mexFault', 'none');
    t.match(await again.wactl(['channel', 'unfollow', news.id]), { code: 0, stdout: 'unfollowed\n' });
    t.notOk(news.followers.has(phone.wid));
    t.match(await again.request('channel.unfollow', { channel: link }), {
      channel: news.id,
      unfollowed: false,
    });
    t.match(await again.request('channel.list'), { total: 1 });
    await again.stop();
    t.same([...wad.strayLines, ...again.strayLines], []);
  });

  t.test(`a channel is found, and one of ours made, changed and deleted (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: '15550001111' });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const theirs = sim.createChannel({ name: 'Garden news', owner: ana.wid, followers: [phone.wid] });
    const other = sim.createChannel({ name: 'News of the world', owner: ana.wid });
    const wad = await home.start();
    await wad.link(phone);

    t.match(await wad.request('channel.search', { query: 'news' }), {
      channels: [
        { id: theirs.id, role: 'follower' },
        { id: other.id, name: 'News of the world', role: 'none', muted: false },
      ],
    });
    t.match(await wad.request('channel.search', { query: 'news', limit: 1 }), {
      channels: [{ id: theirs.id }],
    });
    t.match(await wad.wactl(['channel', 'search', 'nothing']), {
      ...{ code: 0, stdout: '', stderr: 'wactl: no channels\n' },
    });
    t.match(await wad.request('channel.list'), { total: 1 }, 'searching follows nothing');

    const made = await wad.request('channel.create', { name: 'Ours', description: 'first' });
    t.match(made, {
      name: 'Ours',
      description: 'first',
      role: 'owner',
      link: /^https:\/\/whatsapp.com\/channel\//,
    });
    const sent = await wad.request('message.send', { to: made.id, text: 'hello' });
    t.match(await wad.request('message.wait', { id: sent.id }), { state: 'sent' });
    t.match(await wad.wactl(['channel', 'name', made.id, 'Ours too']), { code: 0, stdout: /Ours too/ });
    t.match(await wad.request('channel.update', { channel: made.id, description: 'second' }), {
      name: 'Ours too',
      description: 'second',
    });
    t.equal(await wad.request('channel.update', { channel: made.id }).catch(kind), 'invalid_params');
    for (const ask of [
      wad.request('channel.update', { channel: theirs.id, name: 'Mine' }),
      wad.request('channel.delete', { channel: theirs.id }),
      wad.request('channel.delete', { channel: other.id }),
    ])
      t.equal(await ask.catch(kind), 'not_allowed');
    t.match(await wad.wactl(['channel', 'delete', made.id]), { code: 2, stderr: /--yes/ });
    t.match(await wad.wactl(['channel', 'delete', made.id, '--yes']), { code: 0, stdout: 'deleted\n' });
    t.notOk(
      sim.channels.some(({ id }) => id === made.id),
      'the server has deleted it',
    );
    t.match(await wad.request('channel.list'), { total: 1, channels: [{ id: theirs.id }] });
    await wad.stop();
    t.same(wad.strayLines, []);
  });

  t.test(`a post and a status of ours are deleted for everybody (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: '15550001111' });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const ours = sim.createChannel({ name: 'Ours', owner: phone.wid, followers: [ana.wid] });
    const wad = await home.start();
    await wad.link(phone);

    const sent = await wad.request('message.send', { to: ours.id, text: 'wrong' });
    await wad.request('message.wait', { id: sent.id });
    t.match(await wad.request('message.react', { id: sent.id, emoji: '👍' }), { messageId: sent.messageId });
    t.match(await wad.wactl(['edit', sent.id, 'right']), { code: 1, stderr: /stays as it was posted/ });
    const forMe = { id: sent.id, for: 'me' as const };
    t.equal(await wad.request('message.delete', forMe).catch(kind), 'not_allowed');
    await sim.faults.ack('error');
    t.equal(await wad.request('message.delete', { id: sent.id }).catch(kind), 'outcome_unknown');
    t.equal(ours.posts[0]?.revoked, false);
    await sim.faults.ack('none');
    t.match(await wad.wactl(['delete', sent.id]), { code: 0 });
    t.equal(ours.posts[0]?.revoked, true, 'the server has deleted it');
    t.match(await wad.request('channel.posts', { channel: ours.id }), { posts: [] });
    t.equal(await wad.request('channel.unfollow', { channel: ours.id }).catch(kind), 'not_allowed');
    t.equal(await wad.request('channel.mute', { channel: ours.id }).catch(kind), 'not_allowed');

    const status = await wad.request('message.send', { to: 'status@broadcast', text: 'oops' });
    await wad.request('message.wait', { id: status.id });
    await sim.faults.ack('error');
    t.equal(await wad.request('message.delete', { id: status.id }).catch(kind), 'outcome_unknown');
    await sim.faults.ack('none');
    t.match(await wad.request('message.delete', { id: status.id }), {
      messageId: status.messageId,
      for: 'all',
    });
    const gone = await ana.waitForMessage(
      ({ type, message }) => type === 'revoke' && message.extra?.target === status.messageId,
    );
    t.equal(gone.message.to, 'status@broadcast', 'the viewers are told');
    t.equal(await wad.request('message.delete', { id: status.id }).catch(kind), 'no_such_message');
    await wad.stop();
    t.same(wad.strayLines, []);
  });
}
