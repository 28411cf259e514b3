/** The tags that the members of a group choose are shown, and this account chooses its own. */
import t from 'tap';
import type { Fault } from '../../src/protocol/fault.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const kind = (error: Fault): string => error.kind;

for (const generation of ['2026-04', '2026-09', '2026-10'] as const)
  t.test(`members of a group have tags (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation, knobs: { dialog: false } });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
    const team = sim.createGroup({ subject: 'Team', participants: [ben.wid, ana.wid, phone.wid] });
    team.tags.set(ana.wire.lid, 'Coach');
    const wad = await home.start();
    await wad.link(phone);
    const tags = async (by = wad) => {
      const { participants } = await by.request('group.get', { group: team.id });
      return Object.fromEntries(participants.map(({ phone: number, tag }) => [number, tag]));
    };
    t.same(await tags(), { [ben.number]: null, [ana.number]: 'Coach', [NUMBER]: null });
    t.match(await wad.wactl(['group', 'show', team.id]), { code: 0, stdout: /Ana .*Coach/ });

    t.match(await wad.request('group.tag', { group: team.id, tag: 'Keeper' }), { tag: 'Keeper' });
    t.equal(team.tags.get(phone.account.me.lid), 'Keeper');
    t.match(await tags(), { [NUMBER]: 'Keeper' });
    t.match(await wad.wactl(['group', 'tag', team.id, 'Goal keeper']), { code: 0, stdout: 'Goal keeper' });
    for (const tag of ['x', 'see shop.example'])
      t.equal(await wad.request('group.tag', { group: team.id, tag }).catch(kind), 'invalid_params', tag);
    for (const [fault, becomes] of [
      ['ignored', 'outcome_unknown'],
      ['off', 'not_allowed'],
    ] as const) {
      await sim.set('memberTags', fault);
      t.equal(await wad.request('group.tag', { group: team.id, tag: 'New' }).catch(kind), becomes, fault);
    }
    await sim.set('memberTags', 'on');
    t.match(await tags(), { [NUMBER]: 'Goal keeper' });

    // A change is an event, whoever made it; what was there before is none.
    const mine = await wad.event('group.tag', ({ tag }) => tag === 'Goal keeper');
    t.match(mine.data, { chatId: team.id, sender: { phone: NUMBER } });
    const after = await wad.mark();
    sim.tagIn(team, ben.wire.lid, 'Driver');
    const chosen = await wad.event('group.tag', () => true, { after });
    t.match(chosen.data, {
      chatId: team.id,
      tag: 'Driver',
      chat: { name: 'Team' },
      sender: { phone: ben.number },
    });
    const then = await wad.mark();
    sim.tagIn(team, ben.wire.lid, '');
    t.match((await wad.event('group.tag', () => true, { after: then })).data, { tag: null });
    t.match(await wad.stop(), { code: 0 });

    const again = await home.start();
    await again.until('ready');
    t.match(await tags(again), { [ana.number]: 'Coach', [NUMBER]: 'Goal keeper' });
    t.match(await again.wactl(['group', 'tag', team.id, '']), { code: 0, stdout: /removed/ });
    t.match(await tags(again), { [NUMBER]: null });
    const { events } = await again.request('events.list', { types: ['group.tag'], from: 'oldest' });
    t.notOk(
      events.some(({ data }) => (data as { tag: string | null }).tag === 'Coach'),
      'a tag that was read is no event',
    );
    await again.stop();
  });
