/** Behaviour of the page's own modules that differs from public reports, played by the simulator. */
import t from 'tap';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(600_000);

const NUMBER = '15550001111';

interface Status {
  readonly capabilities: Readonly<Record<string, string>>;
}

for (const generation of ['2026-04', '2026-09'] as const)
  t.test(`an account that was just linked has no limit, also after a restart (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const expected = generation === '2026-04' ? 'ok' : 'patched';
    {
      const wad = await home.start();
      await wad.link(phone);
      const { capabilities } = (await wad.request('session.status')) as unknown as Status;
      t.equal(capabilities['send.text'], expected);
      t.notMatch((await wad.wactl(['status'])).stdout, /limits/);
      const { id } = await wad.request('message.send', { to: ana.number, text: 'hello' });
      t.match(await wad.request('message.wait', { id, for: 'delivered' }), { state: 'delivered' });
      t.match(await wad.stop(), { code: 0 });
    }
    const wad = await home.start();
    await wad.until('ready');
    const { capabilities } = (await wad.request('session.status')) as unknown as Status;
    t.equal(capabilities['send.text'], expected);
  });

for (const known of ['with a chat', 'without a chat'] as const)
  t.test(`a person ${known} is blocked and unblocked, whichever id the page stores`, async (t) => {
    for (const blockList of ['pn', 'lid'] as const) {
      await using sim = await Simulator.start({ generation: '2026-09', knobs: { blockList } });
      await using home = await Home.make(sim, { t });
      const phone = sim.createPhone({ number: NUMBER });
      const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
      const wad = await home.start();
      await wad.link(phone);
      if (known === 'with a chat') {
        const { id } = await wad.request('message.send', { to: ana.number, text: 'hello' });
        await wad.request('message.wait', { id, for: 'sent' });
      }
      for (const name of [ana.number, ana.wire.lid]) {
        t.match(
          await wad.request('contact.block', { contact: name }),
          { blocked: true },
          `${blockList}: ${name}`,
        );
        t.match(await wad.request('contact.list', { blocked: true }), { total: 1 });
        t.match(await wad.request('contact.block', { contact: name, blocked: false }), { blocked: false });
        t.match(await wad.request('contact.list', { blocked: true }), { total: 0 });
      }
    }
  });

t.test('a new group is described once its metadata have arrived', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-09', knobs: { groupMetadataMs: 1_500 } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const wad = await home.start();
  await wad.link(phone);
  const { group } = (await wad.request('group.create', { name: 'Team', participants: [ana.number] })) as {
    group: { name: string; createdAt: string | null; size: number; member: boolean };
  };
  t.match(group, { name: 'Team', createdAt: /^\d{4}-/, size: 2, member: true, admin: true });
  // These do not arrive by themselves: the daemon requests them.
  await sim.set('groupMetadataMs', 600_000);
  const { group: late } = await wad.request('group.create', { name: 'Late', participants: [ana.number] });
  t.match(late, { name: 'Late', createdAt: /^\d{4}-/, size: 2 });
});

for (const qrPrefix of ['none', 'gated', 'always'] as const)
  t.test(
    `the QR text is the one that the page draws, also after a change of its secret (prefix: ${qrPrefix})`,
    async (t) => {
      await using sim = await Simulator.start({ generation: '2026-10', knobs: { qrPrefix } });
      await using home = await Home.make(sim, { t });
      const phone = sim.createPhone({ number: NUMBER });
      const wad = await home.start();
      const first = await wad.qr();
      t.equal(first.startsWith('https://wa.me/settings/linked_devices#2@'), qrPrefix !== 'none');
      t.equal(first, await sim.waitForQr());
      const page = await sim.waitForPage();
      const after = await wad.mark();
      await page.command('renewSecret');
      await wad.event('qr', () => true, { after });
      const second = await wad.qr();
      t.not(second, first);
      await t.rejects(phone.scan(first), 'the first code is invalid');
      await phone.scan(second);
      await wad.until('ready');
    },
  );

for (const codeEnds of ['refresh', 'manual', 'error'] as const)
  t.test(`a pairing code that ends early is not returned again (${codeEnds})`, async (t) => {
    await using sim = await Simulator.start({
      generation: '2026-10',
      knobs: { codeEnds, codeEndsMs: 1_500 },
    });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const wad = await home.start();
    await wad.until('linking');
    const after = await wad.mark();
    await wad.request('session.pair', { number: NUMBER });
    await wad.event('state', ({ reason }) => reason === 'pairing_waiting', { after });
    await wad.event('state', ({ reason }) => reason === 'qr_waiting', { after });
    const again = await wad.request('session.pair', { number: NUMBER }).catch(({ kind }) => kind);
    t.equal(again, 'pairing_limited', 'the expired code is not returned');
    await phone.scan(await wad.qr());
    await wad.until('ready');
  });
