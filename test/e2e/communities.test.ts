/** Communities are made, listed with their groups, changed and ended. */
import t from 'tap';
import type { Fault } from '../../src/protocol/fault.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const kind = (error: Fault): string => error.kind;

for (const generation of ['2026-04', '2026-09', '2026-10'] as const) {
  t.test(`a community is made, gets groups, and ends (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: '15550001111', pushname: 'Me' });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const { pn } = phone.account.me;
    const ours = sim.createGroup({ subject: 'Garden', participants: [pn, ana.wid], owner: pn });
    const theirs = sim.createGroup({ subject: 'Theirs', participants: [ana.wid, pn] });
    const street = sim.createGroup({ subject: 'Street', participants: [ana.wid, pn], isCommunity: true });
    const news = { subject: 'Street', community: street.id, announcements: true, announce: true };
    sim.createGroup({ ...news, participants: [ana.wid, pn] });
    sim.createGroup({ subject: 'Hidden from us', participants: [ana.wid], community: street.id });
    const wad = await home.start();
    await wad.link(phone);

    t.match(await wad.request('community.get', { community: street.id }), {
      admin: false,
      complete: true,
      groups: [
        { name: 'Street', announcements: true, member: true },
        { name: 'Hidden from us', announcements: false, member: false },
      ],
    });
    const made = await wad.wactl(['community', 'create', 'Our house', 'who lives here']);
    t.match(made, { code: 0, stdout: /^\d+@g\.us\n$/ });
    const community = made.stdout.trim();
    t.match(await wad.request('community.list'), {
      total: 2,
      communities: [
        { id: community, name: 'Our house', groups: 1, admin: true },
        { id: street.id, name: 'Street', groups: 1, admin: false },
      ],
    });
    t.match(await wad.wactl(['community', 'link', community, ours.id, theirs.id]), {
      code: 1,
      stdout: new RegExp(`${ours.id}: done\n${theirs.id}: this account is not an admin`),
    });
    t.match(await wad.request('group.get', { group: ours.id }), { community, isAnnouncement: false });
    const { announcements } = await wad.request('community.get', { community });
    t.match(await wad.request('group.get', { group: announcements ?? '' }), {
      community,
      isAnnouncement: true,
    });
    t.match(await wad.wactl(['community', 'show', community]), {
      code: 0,
      stdout: /who lives here[\s\S]*announcements[\s\S]*Garden/,
    });
    const one = { community, groups: [ours.id] };
    t.match(await wad.request('community.groups', { ...one, action: 'unlink' }), {
      results: [{ group: ours.id, done: true, reason: null }],
    });
    t.match(await wad.request('group.get', { group: ours.id }), { community: null });
    const foreign = { community: street.id, action: 'link' as const, groups: [ours.id] };
    t.equal(await wad.request('community.groups', foreign).catch(kind), 'not_allowed');
    t.equal(await wad.request('community.get', { community: ours.id }).catch(kind), 'no_such_chat');

    // The list of all groups comes by GraphQL, which may never be answered (F22).
    await sim.set('mexFault', 'hangs');
    t.match(await wad.request('community.get', { community: street.id }), {
      complete: false,
      groups: [{ announcements: true }],
    });
    t.match(await wad.wactl(['community', 'deactivate', community, '--yes']), {
      code: 0,
      stdout: 'deactivated',
    });
    t.notOk(
      sim.groups.some(({ id }) => id === community),
      'the community has ended',
    );
    await wad.stop();
    t.same(wad.strayLines, []);
  });
}
