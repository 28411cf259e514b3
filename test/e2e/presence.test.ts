/** By default a send marks no chat as read, and the account does not appear online. */
import t from 'tap';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const up = (sim: Simulator, type: string) =>
  sim.log
    .filter((one) => one.direction === 'up' && one.type === type)
    .map((one) => JSON.stringify(one.detail));

t.test('a send marks nothing as read, and the account does not appear online', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-09', knobs: { dialog: false } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const [ana, ben] = ['15550002222', '15550003333'].map((number) => sim.createContact({ number }));
  if (!ana || !ben) throw new Error('there is no contact');
  const wad = await home.start();
  await wad.link(phone);
  for (const one of [ana, ben]) {
    await one.send('are you there?');
    await wad.event('message', ({ from }) => from === one.wid);
    await wad.wactl(['send', one.number, 'yes']);
    await one.waitForMessage(({ body }) => body === 'yes');
  }
  const unread = async (number: string) => (await wad.request('chat.get', { chat: number })).unread;
  t.equal(await unread(ana.number), 1);
  t.same(up(sim, 'seen'), [], 'no receipt was sent');
  t.match(up(sim, 'presence').at(-1), '"available":false');

  // Marks one chat as read. The chats that were written to stay unread.
  t.match(await wad.wactl(['chat', 'read', ana.number]), { code: 0 });
  t.equal(await unread(ana.number), 0);
  t.equal(await unread(ben.number), 1);
  t.equal(up(sim, 'seen').length, 1);
  t.match(up(sim, 'presence').at(-1), '"available":false');
  await wad.stop();
  t.same(wad.strayLines, []);
});

t.test('with the setting a send marks the chat as read, and the account appears online', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-09', knobs: { dialog: false } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const ana = sim.createContact({ number: '15550002222' });
  const wad = await home.start({
    env: { WAD_PRESENCE_ONLINE: 'true', WAD_PRESENCE_SEND_MARKS_READ: 'true' },
  });
  await wad.link(phone);
  t.match(up(sim, 'presence').at(-1), '"available":true');
  await ana.send('are you there?');
  await wad.event('message', ({ from }) => from === ana.wid);
  await wad.wactl(['send', ana.number, 'yes']);
  await ana.waitForMessage(({ body }) => body === 'yes');
  await sim.pages[0]?.look();
  t.equal((await wad.request('chat.get', { chat: ana.number })).unread, 0);
  t.equal(up(sim, 'seen').length, 1);
  await wad.stop();
});

t.test(
  'a build without the presence modules keeps the behaviour of the page and is still ready',
  async (t) => {
    const missingModules = ['WAWebUpdateUnreadChatAction', 'WAWebStreamModel'];
    await using sim = await Simulator.start({
      generation: '2026-09',
      knobs: { dialog: false, missingModules },
    });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222' });
    const wad = await home.start();
    await wad.link(phone);
    t.match(await wad.logged('whatsapp.presence'), { missing: missingModules });
    t.match(await wad.wactl(['send', ana.number, 'hello']), { code: 0 });
    t.match((await wad.status()).capabilities, { 'session.receive': 'ok' });
    await wad.stop();
  },
);
