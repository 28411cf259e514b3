/** Changes of chats and messages use the page's own functions, and each has a time limit. */
import t from 'tap';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';

t.test('changes work without the main screen of the page, and respect their time limits', async (t) => {
  await using sim = await Simulator.start({
    generation: '2026-09',
    knobs: { dialog: false, mainScreen: false },
  });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const group = sim.createGroup({ subject: 'Team', participants: [phone.wid, ana.wid] });
  const wad = await home.start();
  await wad.link(phone);
  await ana.send('hello');
  const { data } = await wad.event('message', ({ body }) => body === 'hello');
  const key = String(data.key);
  for (const args of [
    ['chat', 'archive', ana.number],
    ['chat', 'pin', ana.number],
    ['chat', 'read', ana.number],
    ['chat', 'unread', ana.number],
    ['star', key],
    ['delete', key, '--for-me'],
  ])
    t.match(await wad.wactl(args), { code: 0 }, args.join(' '));
  const { id } = await wad.request('message.send', { to: ana.number, text: 'a slip' });
  await wad.request('message.wait', { id, for: 'sent' });
  t.match(await wad.wactl(['delete', id]), { code: 0, stdout: /for everybody/ });

  await ana.send('another');
  await wad.event('message', ({ body }) => body === 'another');
  await sim.set('seenFault', 'hangs');
  await sim.set('mexFault', 'hangs');
  const ends = await Promise.all(
    [
      ['chat', 'read', ana.number],
      ['group', 'invite', group.id],
    ].map((args) => wad.wactl(['--timeout', '60', ...args], { timeoutMs: 90_000 })),
  );
  t.match(ends, [
    { code: 6, stderr: /did not answer within 15 s: the receipt for the chat/ },
    { code: 1, stderr: /did not answer within 15 s: the invitation/ },
  ]);
  await wad.stop();
});
