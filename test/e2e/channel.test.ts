/** Channel posts are sent once, under our id, with link preview and files, and only to permitted channels. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { FILES } from '../harness/sample-files.js';
import type { Wad } from '../harness/wad.js';
import type { Channel } from '../simulator/channel.js';
import type { Contact, Received } from '../simulator/contact.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';

async function posted(
  t: Test,
  wad: Wad,
  channel: Channel,
  follower: Contact,
  args: string[],
): Promise<Received> {
  const end = await wad.wactl(['send', channel.id, ...args, '-o', 'json'], { timeoutMs: 60_000 });
  t.equal(end.code, 0, `${args.join(' ')}: ${end.stderr}`);
  const row = JSON.parse(end.stdout) as { id: string; messageId: string };
  t.match(row, { chatId: channel.id, state: 'sent', ack: 1, error: null, messageId: /^3EB0[0-9A-F]{18}$/ });
  const seen = await follower.waitForMessage(({ id }) => id === row.messageId);
  t.equal(channel.posts.filter(({ id }) => id === row.messageId).length, 1, 'the post arrives once');
  return seen;
}

async function refusals(t: Test, wad: Wad, dir: string, channel: Channel): Promise<void> {
  const before = channel.posts.length;
  const rows: readonly (readonly [string[], RegExp])[] = [
    [
      ['--poll', 'When?', '--option', 'now', '--option', 'later'],
      /A message to a channel must be .*, not poll/,
    ],
    [['--file', join(dir, 'table.csv')], /must be .*, not document/],
    [['yes', '--reply-to', '3EB0C0FFEE0123456789'], /cannot answer a message/],
    [['hi @15550002222', '--mention', '15550002222'], /cannot mention anybody/],
    [['read me', '--wait', 'delivered'], /is sent, and never delivered or read/],
  ];
  for (const [args, stderr] of rows)
    t.match(await wad.wactl(['send', channel.id, ...args]), { code: 2, stdout: '', stderr }, args.join(' '));
  t.match(await wad.wactl(['send', '12@newsletter', 'hi']), {
    code: 2,
    stderr: /"12@newsletter" is no id of a channel/,
  });
  t.equal(channel.posts.length, before, 'nothing was posted');
}

for (const generation of ['2026-04', '2026-09'] as const) {
  t.test(`a channel receives texts, links and files (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
    const news = sim.createChannel({ name: 'News', owner: phone.wid, followers: [ana.wid] });
    const wad = await home.start();
    await wad.link(phone);
    for (const [name, bytes] of Object.entries(FILES)) await writeFile(join(home.dir, name), bytes);
    const post = (...args: string[]) => posted(t, wad, news, ana, args);

    t.match(await post('good morning'), { body: 'good morning', from: news.id, message: { to: news.id } });
    const plain = await post('see https://example.org/');
    t.equal(plain.message.extra?.title, undefined, 'there is no preview unless it is requested');
    const linked = await post('look at https://example.org/', '--preview');
    t.match(linked.message.extra, { title: 'A page', matchedText: 'https://example.org/' });
    t.match(news.posts.at(-1), { card: true }, 'the link has a card');
    const image = await post('--file', join(home.dir, 'dot.png'), 'a dot');
    t.match(image, { type: 'image', message: { extra: { caption: 'a dot' } } });
    t.equal(ana.download(image).subarray(0, 2).toString('hex'), 'ffd8');
    const film = await post('--file', join(home.dir, 'film.mp4'));
    t.same([film.type, ana.download(film)], ['video', FILES['film.mp4']]);
    const note = await post('--file', join(home.dir, 'note.ogg'), '--as', 'voice');
    t.same([note.type, ana.download(note)], ['ptt', FILES['note.ogg']]);
    t.same(ben.received, [], 'a person who does not follow the channel receives nothing');
    t.match((await wad.status()).capabilities['send.channel'], /^(ok|patched)$/);

    await sim.set('previewFault', 'throws');
    t.equal((await post('and https://example.org/ too', '--preview')).message.extra?.title, undefined);
    await sim.set('previewFault', 'none');
    await refusals(t, wad, home.dir, news);

    const theirs = sim.createChannel({ name: 'Theirs', owner: ben.wid, followers: [phone.wid, ana.wid] });
    const unknown = '120363999999999999@newsletter';
    for (const [to, code, stderr] of [
      [theirs.id, 1, /neither the owner nor an admin/],
      [unknown, 7, /There is no channel 120363999999999999@newsletter/],
    ] as const) {
      const end = await wad.wactl(['send', to, 'hello', '-o', 'json']);
      t.match(end, { code, stderr }, to);
      t.match(
        JSON.parse(end.stderr),
        { data: { kind: code === 1 ? 'not_allowed' : 'no_such_chat' } },
        'the post is refused at once',
      );
    }
    t.same(theirs.posts, []);
    theirs.admins.add(phone.wid);
    await posted(t, wad, theirs, ana, ['now I may']);

    // The page permits the post, and the server refuses it.
    await sim.faults.ack('error');
    const end = await wad.wactl(['send', news.id, 'refused', '-o', 'json']);
    t.match(end, { code: 1, stderr: /WhatsApp refused a post .*\(500\)/ });
    await sim.faults.ack('none');

    // The connection drops after a post, and the page sends it again. The server recognises its id.
    await sim.faults.ack('never');
    const cut = await wad.request('message.send', { to: news.id, text: 'and the line went' });
    await ana.waitForMessage(({ id }) => id === cut.messageId);
    await sim.faults.ack('none');
    sim.faults.dropSockets();
    t.match(await wad.request('message.wait', { id: cut.id, timeoutMs: 30_000 }), { state: 'sent', ack: 1 });
    t.equal(news.posts.filter(({ id }) => id === cut.messageId).length, 1, 'the post arrives once');

    const lost = await wad.request('message.send', { to: news.id, text: 'last' });
    t.match(await wad.request('message.wait', { id: lost.id, for: 'read' }), { state: 'sent', ack: 1 });
    t.match(await wad.wactl(['edit', lost.id, 'at last']), { code: 1, stderr: /stays as it was posted/ });
    t.match(await wad.status(), { status: 'ready', outbox: { queued: 0, unknown: 0 } });
    await wad.stop();
    t.same(await wad.leftBehind({ profile: 'kept' }), []);
  });

  t.test(
    `a message to a channel in flight when the browser dies is posted once (${generation})`,
    async (t) => {
      await using sim = await Simulator.start({ generation });
      await using home = await Home.make(sim, { t });
      const phone = sim.createPhone({ number: NUMBER });
      const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
      const news = sim.createChannel({ name: 'News', owner: phone.wid, followers: [ana.wid] });
      const wad = await home.startLinked(phone, { env: { WAD_RECONNECT_DELAYS_MS: '100' } });
      for (const fault of ['hangs-after-send', 'hangs-after-store', 'hangs-before-store'] as const) {
        await sim.faults.send(fault);
        const sent = await wad.request('message.send', { to: news.id, text: fault });
        if (fault === 'hangs-after-send') await ana.waitForMessage(({ body }) => body === fault);
        await wad.logged('message.state', ({ id, to }) => id === sent.id && to === 'sending');
        if (fault !== 'hangs-after-send')
          await eventually(
            async () => ((await sim.pages[0]?.look()) as { hanging?: number } | undefined)?.hanging === 1,
            'the page has reached the fault',
          );
        const after = await wad.mark();
        for (const pid of await home.browsers()) process.kill(pid, 'SIGKILL');
        await wad.became('reconnecting', { after });
        await wad.logged('message.state', ({ id, to }) => id === sent.id && to === 'unknown');
        await sim.faults.send('none');
        await wad.became('ready', { after });
        const end = await wad.request('message.wait', { id: sent.id, timeoutMs: 30_000 });
        t.match(end, { state: 'sent', ack: 1, error: null, messageId: sent.messageId }, fault);
        t.match(
          news.posts.filter(({ message }) => message.body === fault),
          [{ id: sent.messageId }],
          `${fault}: the post arrives once`,
        );
      }
      t.match(await wad.status(), { outbox: { queued: 0, unknown: 0, failed: 0 } });
      await wad.stop();
      t.same(await wad.leftBehind({ profile: 'kept' }), []);
    },
  );
}
