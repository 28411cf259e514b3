/** A day of the organiser of a community, with wactl: groups, requests to join, announcements, an event, a channel, and older messages. */
import t from 'tap';
import { Home } from '../harness/home.js';
import type { Wad } from '../harness/wad.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const LONG = { timeoutMs: 120_000 };
/** What was written in the garden's group before the computer was linked. */
const OLD = 70;

t.test('a day of the organiser of a community', async (t) => {
  const knobs = { historyLimit: 20 };
  await using sim = await Simulator.start({ generation: '2026-09', knobs });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111', pushname: 'Olga' });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
  const cleo = sim.createContact({ number: '15550004444', name: 'Cleo' });
  const garden = sim.createGroup({
    subject: 'Garden',
    participants: [phone.wid, ana.wid],
    owner: phone.wid,
  });
  const began = Math.floor(Date.now() / 1_000) - 10_000;
  for (let n = 0; n < OLD; n++) {
    const body = n === 3 ? 'Who brings the tulips?' : `old ${n}`;
    await ana.send(body, { group: garden.id, malformed: { t: began + n } });
  }
  const news = sim.createChannel({ name: 'News', owner: phone.wid, followers: [ana.wid] });

  let wad: Wad = await home.startLinked(phone);
  /** Runs wactl, which must succeed, and returns what it prints. */
  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await wad.wactl(args, LONG);
    t.equal(code, 0, `wactl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const send = async (...args: string[]): Promise<{ id: string; messageId: string }> =>
    JSON.parse(await run('send', ...args, '-o', 'json'));

  const community = (await run('community', 'create', 'Our street', 'Everybody who lives here')).trim();
  let announcements = '';
  await t.test('a community is made, and gets its groups', async (t) => {
    const made = JSON.parse(await run('group', 'create', 'Playground', ana.number, '-o', 'json'));
    const playground = String(made.group.id);
    t.match(await run('community', 'link', community, garden.id, playground), /done\n.*done\n/);
    const shown = JSON.parse(await run('community', 'show', community, '-o', 'json'));
    t.match(shown, {
      admin: true,
      groups: [{ announcements: true }, { name: 'Garden', member: true }, { name: 'Playground' }],
    });
    announcements = String(shown.announcements);
    t.match(await run('community', 'list'), /Our street/);
  });

  await t.test('those who ask to join are let in, or refused', async (t) => {
    await run('group', 'approve-joins', garden.id);
    t.match(await run('group', 'invite', garden.id), `https://chat.whatsapp.com/${garden.inviteCode}`);
    const asks = async (who: typeof ben): Promise<void> => {
      sim.askToJoin(garden, who.wire.lid);
      const { data } = await wad.event(
        'group',
        ({ change, author }) => change === 'membership_approval_request' && author === who.wire.lid,
      );
      t.match(data, { chatId: garden.id, sender: { phone: who.number, name: who.wire.name } });
    };
    await asks(ben);
    await asks(cleo);
    t.match(await run('group', 'requests', garden.id), /Ben[\s\S]*Cleo|Cleo[\s\S]*Ben/);
    t.match(await run('group', 'approve', garden.id, ben.number), /^approved: 1\n/);
    await wad.event('group', ({ change, chatId }) => change === 'add' && chatId === garden.id);
    t.match(await run('group', 'refuse', garden.id, cleo.number), /^refused: 1\n/);
    t.match(await run('group', 'requests', garden.id), 'nobody waits');
    t.ok(garden.has(ben.wid, ben.wire.lid), 'Ben is in the group');
    t.notOk(garden.has(cleo.wid, cleo.wire.lid), 'Cleo is not');
  });

  await t.test('announcements, an event and a post reach everybody', async (t) => {
    const party = await send(announcements, 'The street party is on Saturday.');
    t.match(await ana.waitForMessage(({ id }) => id === party.messageId), { group: announcements });
    const event = await send(
      ...[garden.id, '--event', 'Spring clean', '--starts', '2027-03-06T10:00Z'],
      ...['--place', 'The garden', '--describe', 'Bring gloves.'],
    );
    for (const who of [ana, ben])
      t.match(await who.waitForMessage(({ id }) => id === event.messageId), {
        group: garden.id,
        type: 'event_creation',
      });
    await ben.send('I come to the spring clean', { group: garden.id });
    const { data } = await wad.event('message', ({ body }) => body === 'I come to the spring clean');
    t.match(data, { chatId: garden.id, sender: { phone: ben.number }, chat: { name: 'Garden' } });
    const post = await send(news.id, 'Party on Saturday');
    t.match(await ana.waitForMessage(({ id }) => id === post.messageId), { from: news.id });
    t.equal(news.posts.length, 1);
  });

  // The power fails.
  await wad.kill();
  await ana.send('What did I miss?', { group: garden.id });
  sim.askToJoin(garden, cleo.wire.lid);
  wad = await home.start();
  await wad.until('ready');

  await t.test('after a crash, the day and the older messages are there', async (t) => {
    await wad.event('message', ({ body }) => body === 'What did I miss?');
    t.match(await run('group', 'approve', garden.id), /^approved: 1\n/, 'Cleo has asked again meanwhile');
    t.ok(garden.has(cleo.wid, cleo.wire.lid));
    t.match(await run('community', 'show', community), /announcements[\s\S]*Garden[\s\S]*Playground/);

    await run('history', garden.id, '--count', '200');
    const events = await run('events', '--type', 'message,message.history', '-o', 'jsonl');
    const told = events
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).data)
      .filter(({ chatId }) => chatId === garden.id)
      .map(({ key, body }) => ({ key: String(key), body: String(body) }));
    t.equal(told.filter(({ body }) => /^old \d+$/.test(body)).length, OLD - 1, 'each older message once');
    t.equal(new Set(told.map(({ key }) => key)).size, told.length, 'nothing is reported twice');
    t.match(await run('search', 'tulips', '--chat', garden.id), /Ana +Garden .*Who brings the tulips\?/);
  });
  await wad.stop();
  t.same(wad.strayLines, []);
});
