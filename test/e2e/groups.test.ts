/** Groups are created, changed, renamed and left, and the outcome is reported for each person. */
import t from 'tap';
import type { Fault } from '../../src/protocol/fault.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const json = (stdout: string) => JSON.parse(stdout) as Record<string, unknown>;
const kind = (error: Fault): string => error.kind;

for (const generation of ['2026-04', '2026-09'] as const) {
  t.test(`a group is created, changed and left (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER, pushname: 'Me' });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
    const shy = sim.createContact({ number: '15550004444', name: 'Shy' });
    shy.addable = false;
    const others = sim.createGroup({ subject: 'Theirs', participants: [ben.wid, phone.wid] });
    // Addressed by LID, as new groups are since 2025.
    const byLid = sim.createGroup({
      subject: 'By LID',
      owner: phone.account.me.lid,
      participants: [phone.account.me.lid, ana.wire.lid],
    });
    const wad = await home.start();
    await wad.link(phone);

    const made = await wad.wactl([
      'group',
      'create',
      'Team',
      ana.number,
      '+1 555 000 4444',
      '15557770000',
      '-o',
      'json',
    ]);
    t.equal(made.code, 1, 'the command fails, because not everybody was added');
    t.match(json(made.stdout), {
      group: {
        id: /@g\.us$/,
        name: 'Team',
        size: 2,
        admin: true,
        member: true,
        owner: phone.wid,
        participants: [
          { owner: true },
          { id: ana.wid, phone: ana.number, lid: ana.wire.lid, name: 'Ana', admin: false },
        ],
      },
    });
    const results = json(made.stdout).results as {
      participant: string;
      done: boolean;
      reason: string | null;
    }[];
    t.match(
      new Map(results.map(({ participant, ...rest }) => [participant, rest])),
      new Map([
        [ana.wid, { done: true, reason: null }],
        [shy.wid, { done: false, reason: /lets nobody add them/ }],
        ['15557770000@c.us', { done: false, reason: /not on WhatsApp/ }],
      ]),
    );
    const { id } = json(made.stdout).group as { id: string };
    t.match(await wad.request('group.list'), {
      total: 3,
      groups: [{ name: 'By LID' }, { name: 'Team', size: 2 }, { name: 'Theirs' }],
    });
    t.match(await wad.wactl(['groups']), {
      code: 0,
      stdout: /NAME +GROUP +PEOPLE[\s\S]*Team +\d+@g\.us +2 +admin/,
    });

    t.match(await wad.wactl(['group', 'add', id, ben.number]), { code: 0, stdout: /Ben/ });
    t.match(await wad.wactl(['group', 'add', id, ben.number]), { code: 1, stderr: /in the group already/ });
    t.match(
      await wad.request('group.participants', { group: id, action: 'promote', participants: [ben.wire.lid] }),
      {
        results: [{ participant: ben.wire.lid, done: true }],
      },
    );
    t.match(
      (await wad.request('group.get', { group: id })).participants.find((one) => one.id === ben.wid),
      { admin: true, name: 'Ben' },
    );
    t.match(await wad.wactl(['group', 'demote', id, ben.number]), { code: 0 });
    t.match(await wad.wactl(['group', 'remove', id, ben.number, shy.number]), {
      code: 1,
      stderr: /\+1 555 000 4444: is not in the group/,
    });
    t.equal((await wad.request('group.get', { group: id })).size, 2);

    t.match(await wad.wactl(['group', 'rename', id, 'The team']), { code: 0, stdout: /The team/ });
    t.match(await wad.wactl(['group', 'describe', id, 'what we do']), { code: 0, stdout: /what we do/ });
    t.match(await wad.wactl(['group', 'describe', id, '']), { code: 0 });
    t.match(
      await wad.request('group.get', { group: id }),
      { description: null },
      'the description is removed',
    );
    t.match(await wad.wactl(['group', 'describe', id, 'what we do']), { code: 0 });
    const { capabilities } = await wad.status();
    t.equal(capabilities['group.admin'], generation === '2026-04' ? 'ok' : 'patched');
    t.match(await wad.wactl(['group', 'admins-send', id]), { code: 0, stdout: /only admins send/ });
    t.match(await wad.request('group.update', { group: id, onlyAdminsSend: false, onlyAdminsEdit: true }), {
      name: 'The team',
      description: 'what we do',
      onlyAdminsSend: false,
      onlyAdminsEdit: true,
    });
    const first = await wad.request('group.invite', { group: id });
    t.match(first.link, /^https:\/\/chat\.whatsapp\.com\/[\w-]{22}$/);
    t.equal((await wad.request('group.invite', { group: id })).code, first.code);
    const second = await wad.request('group.invite', { group: id, reset: true });
    t.not(second.code, first.code, 'the code is new');

    t.match(await wad.request('group.get', { group: byLid.id }), {
      admin: true,
      participants: [{}, { id: ana.wire.lid, phone: ana.number, name: 'Ana' }],
    });
    t.match(
      await wad.request('group.participants', {
        group: byLid.id,
        action: 'promote',
        participants: [ana.number],
      }),
      { results: [{ done: true }] },
      'a member is found by number in a group that keeps LIDs',
    );

    const forbidden = { group: others.id, action: 'add' as const, participants: [ana.number] };
    t.equal(await wad.request('group.participants', forbidden).catch(kind), 'not_allowed');
    t.match(await wad.wactl(['group', 'invite', others.id]), { code: 1, stderr: /not an admin/ });
    t.match(await wad.wactl(['group', 'show', '120363999999999999@g.us']), { code: 7, stderr: /no group/ });
    t.match(await wad.wactl(['group', 'show', ana.number]), { code: 2, stderr: /is not a group/ });
    t.match(await wad.wactl(['group', 'add', id]), { code: 2, stderr: /at least one person/ });

    // A change that no function of the page performs is reported as failed. Other changes still work.
    const { groupChanges } = sim.knobs;
    await sim.set('groupChanges', 'led-ignored');
    t.match(await wad.wactl(['group', 'rename', id, 'The old team']), { code: 0, stdout: /The old team/ });
    t.match(
      await wad.request('group.participants', { group: id, action: 'remove', participants: [ana.number] }),
      { results: [{ done: false, reason: /changed nothing/ }] },
      'a success without effect is reported as failed (D6)',
    );
    t.equal(await wad.request('group.update', { group: id, description: 'x' }).catch(kind), 'page_error');
    await sim.set('groupChanges', groupChanges);

    t.match(await wad.wactl(['group', 'leave', id]), { code: 0, stdout: /left/ });
    t.match(await wad.request('group.list', { query: 'team' }), { groups: [{ id, member: false }] });
    t.match(
      await wad.request('group.leave', { group: id }),
      { left: false },
      'the group can be left only once',
    );
    await wad.stop();
    t.same(wad.strayLines, []);
  });
}
