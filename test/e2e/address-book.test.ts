/** People are saved and removed, and the privacy settings are read. */
import t from 'tap';
import type { Fault } from '../../src/protocol/fault.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const kind = (error: Fault): string => error.kind;

for (const generation of ['2026-04', '2026-09', '2026-10'] as const)
  t.test(`people are saved and removed (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation, knobs: { dialog: false } });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222', pushname: 'ana', known: false });
    const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
    const wad = await home.start();
    await wad.link(phone);
    await ana.send('hello');
    const { data: hello } = await wad.event('message', ({ body }) => body === 'hello');
    t.match(hello.sender, { name: null, pushname: 'ana' });

    const saved = await wad.request('contact.save', {
      ...{ contact: ana.wire.lid, firstName: 'Ana', lastName: 'Silva' },
      onPhone: true,
    });
    t.match(saved, { phone: ana.number, lid: ana.wire.lid, name: 'Ana Silva', saved: true });
    t.match(ana, { wire: { name: 'Ana Silva' }, onPhone: true });
    t.match(await wad.request('contact.list', { query: 'silva' }), { contacts: [{ phone: ana.number }] });
    t.match(await wad.request('chat.get', { chat: ana.number }), { name: 'Ana Silva' });
    await ana.send('again');
    const { data: again } = await wad.event('message', ({ body }) => body === 'again');
    t.match(again.sender, { name: 'Ana Silva' }, 'the next event has the name');

    t.match(await wad.wactl(['contact', 'save', ben.number]), { code: 2, stderr: /the name is missing/ });
    const renamed = await wad.wactl(['contact', 'save', ben.number, 'Benjamin']);
    t.match(renamed, { code: 0, stdout: /Benjamin/ });
    t.match(ben, { wire: { name: 'Benjamin' }, onPhone: false });
    t.match(await wad.wactl(['contact', 'remove', ben.number]), { code: 0, stdout: /not saved/ });
    t.equal(ben.wire.name, undefined);
    t.match(await wad.request('contact.remove', { contact: ben.number }), { saved: false }, 'once more');
    const nobody = { contact: '15557770000', firstName: 'Nobody' };
    t.equal(await wad.request('contact.save', nobody).catch(kind), 'no_such_contact');

    for (const [fault, becomes] of [
      ['ignored', 'page_error'],
      ['not-offered', 'not_allowed'],
    ] as const) {
      await sim.set('contactChanges', fault);
      const refused = wad.request('contact.save', { contact: ben.number, firstName: 'B' });
      t.equal(await refused.catch(kind), becomes, fault);
    }
    await sim.set('contactChanges', 'done');
    t.match(await wad.stop(), { code: 0 });

    const later = await home.start();
    await later.until('ready');
    t.match(await later.request('contact.get', { contact: ana.number }), { name: 'Ana Silva', saved: true });
    t.match(await later.request('contact.get', { contact: ben.number }), { saved: false });
    await later.stop();
  });

for (const generation of ['2026-04', '2026-10'] as const)
  t.test(`the privacy settings are read (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation, knobs: { dialog: false } });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const wad = await home.start();
    await wad.link(phone);
    t.same(await wad.request('profile.privacy'), {
      ...{ lastSeen: 'contacts', online: 'match_last_seen', about: 'all', picture: 'contacts' },
      ...{ addToGroups: 'contact_blacklist', call: 'all', message: 'all', readReceipts: 'all' },
    });
    const { lastSeen: _lastSeen, ...others } = phone.account.privacy;
    phone.account.privacy = { ...others, about: 'none' };
    t.match(await wad.request('profile.privacy'), { lastSeen: null, about: 'none' });
    const shown = await wad.wactl(['profile', 'privacy']);
    t.match(shown, { code: 0, stdout: /last seen +\?\n[\s\S]*add to groups +contact blacklist\n/ });
    await wad.stop();
  });
