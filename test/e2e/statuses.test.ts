/** Statuses of others are read on request, not soon after linking, and marked as seen only on request. */
import t from 'tap';
import type { Fault } from '../../src/protocol/fault.js';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const kind = (error: Fault): string => error.kind;
const NUMBER = '15550001111';

for (const generation of ['2026-04', '2026-09', '2026-10'] as const) {
  t.test(`statuses are listed, read and marked as seen (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation, knobs: { statusReadUnlinks: false } });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const ben = sim.createContact({ number: '15550003333', known: false, pushname: 'Ben' });
    const env = { WAD_STATUSES_READ_AFTER_MS: '0' };
    const wad = await home.start({ env });
    await wad.link(phone);
    t.match(await wad.request('status.list'), { statuses: [], total: 0 });
    t.equal(await wad.request('status.get', { contact: ana.number }).catch(kind), 'no_such_contact');

    const sent = [
      await ana.send('at the lake', { to: 'status@broadcast' }),
      await ben.send('hello', { to: 'status@broadcast' }),
    ];
    for (const id of sent) await wad.event('message', ({ messageId }) => messageId === id);
    const own = await wad.request('message.send', { to: 'status@broadcast', text: 'mine' });
    await wad.request('message.wait', { id: own.id });
    const { statuses, total } = await wad.request('status.list');
    t.equal(total, 2, 'without our own');
    t.match(
      statuses.find(({ name }) => name === 'Ana'),
      { phone: ana.number, total: 1, unseen: 1 },
    );
    const read = await wad.request('status.get', { contact: ana.number });
    t.match(read, { contact: { name: 'Ana' }, messages: [{ body: 'at the lake', messageId: sent[0] }] });
    t.match(await wad.wactl(['statuses', ana.number]), { code: 0, stdout: /at the lake/ });
    t.match(ana.sent, [{ read: false }], 'reading marks nothing as seen');

    t.match(await wad.wactl(['statuses', ana.number, '--seen']), { code: 0 });
    await ana.waitForRead(sent[0] ?? '');
    t.match(await wad.request('status.get', { contact: ana.number }), { contact: { total: 1, unseen: 0 } });
    // A stranger is known by the id that posted.
    const stranger = statuses.find(({ name }) => name !== 'Ana')?.id ?? '';
    t.match(await wad.request('status.see', { contact: stranger }), { unseen: 0 });
    t.match(ben.sent, [{ read: false }], 'a person who is not in the address book is not told');

    // A page that was loaded again has them in its store only.
    const after = await wad.mark();
    await wad.request('session.initialize', { restart: true });
    await wad.became('ready', { after });
    t.match(await wad.request('status.get', { contact: ana.number }), {
      messages: [{ body: 'at the lake', author: read.messages[0]?.author }],
    });
    await wad.stop();
    t.same(wad.strayLines, []);
  });
}

t.test(
  'statuses are not read soon after linking, which would end the link of some accounts (U2)',
  async (t) => {
    const knobs = { statusReadUnlinks: true, statusUnlinkMs: 4_000 };
    await using sim = await Simulator.start({ generation: '2026-09', knobs });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const wad = await home.start({ env: { WAD_STATUSES_READ_AFTER_MS: '86400000' } });
    await wad.link(phone);
    for (const ask of [
      wad.request('status.list'),
      wad.request('status.get', { contact: '15550002222' }),
      wad.request('status.see', { contact: '15550002222' }),
    ])
      t.equal(await ask.catch(kind), 'not_ready');
    t.match(await wad.wactl(['statuses']), { code: 5, stderr: /not read before .*ends the link/ });
    const linkedAt = phone.devices[0]?.linkedAtMs ?? 0;
    await eventually(() => Date.now() > linkedAt + 5_000, 'the time of U2 has passed');
    t.equal(phone.devices.length, 1, 'the device is still linked');
    await wad.stop();
  },
);
