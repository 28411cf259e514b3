/** Admins of channels: invited by a message, listed, removed; invitations of others accepted; pictures of channels. */

import t from 'tap';
import type { Fault } from '../../src/protocol/fault.js';
import { Home } from '../harness/home.js';
import { PIXEL } from '../harness/sample-files.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const kind = (error: Fault): string => error.kind;

for (const generation of ['2026-04', '2026-09', '2026-10'] as const) {
  t.test(`the owner of a channel invites and removes admins (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: '15550001111', pushname: 'Me' });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
    const ours = sim.createChannel({ name: 'Ours', owner: phone.wid, admins: [ben.wid] });
    const theirs = sim.createChannel({ name: 'Theirs', owner: ana.wid, followers: [phone.wid] });
    const channel = ours.id;
    const wad = await home.start();
    await wad.link(phone);

    const invitation = { to: ana.number, channelInvite: { channel, text: 'join us' }, key: 'ana' };
    const sent = await wad.request('message.send', invitation);
    t.match(await wad.request('message.wait', { id: sent.id }), { state: 'sent' });
    t.match(await wad.request('message.send', invitation), { id: sent.id }, 'the key makes them one');
    const { message } = await ana.waitForMessage(({ id }) => id === sent.messageId);
    t.match(message, {
      type: 'newsletter_admin_invite',
      extra: { newsletterAdminInviteInfo: { newsletterName: 'Ours', inviteMessage: 'join us' } },
    });
    t.ok(ours.invited.has(ana.wid), 'the server has the invitation');

    const shown = await wad.request('channel.admins', { channel });
    t.match(shown, {
      admins: [
        { phone: '15550001111', role: 'owner' },
        { phone: ben.number, name: 'Ben', role: 'admin' },
      ],
      invited: [{ phone: ana.number, name: 'Ana' }],
    });
    t.match(await wad.wactl(['channel', 'admins', channel]), {
      code: 0,
      stdout: /owner[\s\S]*Ben .*admin[\s\S]*Ana .*invited/,
    });

    // Who is an admin already, and channels of others.
    t.match(await wad.wactl(['send', ben.number, '--admin-of', channel, 'you too']), { code: 1 });
    t.match(await wad.wactl(['send', ben.number, '--admin-of', theirs.id]), {
      code: 1,
      stderr: /Only the owner of a channel can invite admins/,
    });
    const wrong = [
      { to: '120363000000000000@g.us', channelInvite: { channel } },
      { to: ana.number, channelInvite: { channel: 'no' } },
      { to: channel, channelInvite: { channel } },
    ];
    for (const one of wrong) t.equal(await wad.request('message.send', one).catch(kind), 'invalid_params');
    t.equal(await wad.request('channel.admins', { channel: theirs.id }).catch(kind), 'not_allowed');
    t.equal(
      await wad.request('channel.revokeInvite', { channel: theirs.id, contact: ben.number }).catch(kind),
      'not_allowed',
    );

    const contact = ana.number;
    t.match(await wad.request('channel.revokeInvite', { channel, contact }), { revoked: true });
    t.notOk(ours.invited.has(ana.wid), 'the server has withdrawn it');
    t.match(await wad.wactl(['channel', 'withdraw', channel, contact]), { stdout: /no invitation/ });

    t.match(await wad.wactl(['channel', 'dismiss', channel, ben.number, '--yes']), { code: 0 });
    t.notOk(ours.admins.has(ben.wid), 'the server has removed the admin');
    t.match(await wad.request('channel.removeAdmin', { channel, contact: ben.number }), { removed: false });
    t.equal(await wad.request('channel.removeAdmin', { channel }).catch(kind), 'not_allowed', 'the owner');

    const put = await wad.request('media.put', { offset: 0, done: true, data: PIXEL, name: 'a.png' });
    const media = put.file?.id ?? '';
    t.match(await wad.request('channel.picture', { channel, media }), { picture: true });
    t.match(ours.picture, /^\/9j\//, 'a JPEG');
    t.equal(await wad.request('channel.picture', { channel: theirs.id, media }).catch(kind), 'not_allowed');
    t.equal(await wad.request('channel.picture', { channel }).catch(kind), 'invalid_params');
    t.match(await wad.wactl(['channel', 'picture', channel, '--remove']), { code: 0 });
    t.equal(ours.picture, null);

    // It survives a restart.
    await wad.stop();
    const again = await home.start();
    await again.until('ready');
    t.match(await again.request('channel.admins', { channel }), {
      admins: [{ role: 'owner' }],
      invited: [],
    });
    await again.stop();
    t.same([...wad.strayLines, ...again.strayLines], []);
  });

  t.test(`an invitation is an event, and is accepted; the admin resigns (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: '15550001111' });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const news = sim.createChannel({ name: 'News', owner: ana.wid });
    const wad = await home.start();
    await wad.link(phone);

    t.equal(await wad.request('channel.acceptInvite', { channel: news.id }).catch(kind), 'no_such_invite');
    news.invited.add(phone.wid);
    const inviteExpiration = Math.floor(Date.now() / 1000) + 86_400;
    await ana.send('', {
      type: 'newsletter_admin_invite',
      extra: {
        newsletterAdminInviteInfo: {
          newsletterId: { $wid: news.id },
          newsletterName: 'News',
          inviteExpiration,
          inviteMessage: 'join us',
          pictureThumbnail: null,
        },
      },
    });
    const event = await wad.event('message', ({ type }) => type === 'newsletter_admin_invite');
    const invite = event.data.details?.channelInvite;
    t.match(invite, { channelId: news.id, name: 'News', as: 'admin', expiresAt: String });

    t.match(await wad.wactl(['channel', 'accept', invite?.channelId ?? '']), { code: 0, stdout: /admin/ });
    t.ok(news.admins.has(phone.wid), 'the server knows');
    t.match(
      await wad.request('channel.acceptInvite', { channel: news.id }),
      { role: 'admin' },
      'twice is once',
    );
    const post = await wad.request('message.send', { to: news.id, text: 'hello' });
    t.match(await wad.request('message.wait', { id: post.id }), { state: 'sent' });
    t.match(await wad.request('channel.admins', { channel: news.id }), {
      admins: [{ phone: ana.number, role: 'owner' }, { role: 'admin' }],
      invited: null,
    });

    await wad.stop();
    const again = await home.start();
    await again.until('ready');
    t.match(await again.request('channel.list'), { channels: [{ id: news.id, role: 'admin' }] });
    t.equal(
      await again.request('channel.removeAdmin', { channel: news.id, contact: ana.number }).catch(kind),
      'not_allowed',
    );
    const resigned = await again.wactl(['channel', 'resign', news.id, '--yes']);
    t.match(resigned, { code: 0, stdout: 'no longer an admin\n' });
    t.notOk(news.admins.has(phone.wid));
    t.match(await again.request('channel.get', { channel: news.id }), { role: 'follower' });
    t.match(await again.request('channel.removeAdmin', { channel: news.id }), { removed: false });
    await again.stop();
    t.same([...wad.strayLines, ...again.strayLines], []);
  });
}

t.test('a build without the modules refuses by name, and a lost answer is unknown', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-09', knobs: { dialog: false } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111' });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const ours = sim.createChannel({ name: 'Ours', owner: phone.wid });
  ours.invited.add(ana.wid);
  const wad = await home.start();
  await wad.link(phone);
  const channel = ours.id;
  await sim.set('mexFault', 'hangs');
  t.equal(
    await wad.request('channel.acceptInvite', { channel: '120363999999999999@newsletter' }).catch(kind),
    'outcome_unknown',
  );
  await sim.set('mexFault', 'none');
  const lost = 'WAWebNewsletterSubscriberListQueryJob';
  await sim.set('missingModules', [lost]);
  const after = await wad.mark();
  await sim.pages[0]?.reload();
  await wad.became('ready', { after });
  t.match(await wad.request('channel.admins', { channel }).catch((error: Fault) => error), {
    kind: 'unsupported_now',
    message: /channel\.admins.*WAWebNewsletterSubscriberListQueryJob/,
  });
  t.match(
    await wad.request('channel.picture', { channel, remove: true }),
    { picture: false },
    'nothing else',
  );
  await wad.stop();
});
