/** Groups are joined by their links, requests to join are answered, and pictures and settings are changed. */
import { writeFileSync } from 'node:fs';
import t from 'tap';
import type { Fault } from '../../src/protocol/fault.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const kind = (error: Fault): string => error.kind;
/** One red pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC';

for (const generation of ['2026-04', '2026-09', '2026-10'] as const) {
  t.test(`groups are joined, and those who ask are let in (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER, pushname: 'Me' });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
    const open = sim.createGroup({ subject: 'Open', participants: [ana.wid, ben.wid] });
    const closed = sim.createGroup({ subject: 'Closed', participants: [ana.wid], approval: true });
    const { pn, lid } = phone.account.me;
    const ours = sim.createGroup({ subject: 'Ours', participants: [pn, ana.wid], owner: pn });
    const theirs = sim.createGroup({ subject: 'Theirs', participants: [ana.wid, lid] });
    const wad = await home.start();
    await wad.link(phone);

    const link = `https://chat.whatsapp.com/${open.inviteCode}?mode=ems`;
    t.match(await wad.request('group.preview', { invite: link }), {
      id: open.id,
      name: 'Open',
      size: 2,
      approveJoins: false,
      member: false,
      owner: ana.wid,
    });
    t.match(await wad.wactl(['group', 'preview', link]), { code: 0, stdout: /Open.*\n +2 people/ });
    t.match(await wad.wactl(['group', 'join', link]), { code: 0, stdout: `joined ${open.id}` });
    t.match(await wad.request('group.get', { group: open.id }), { member: true, admin: false, size: 3 });
    t.match(await wad.request('group.preview', { invite: link }), { member: true });
    t.match(await wad.request('group.join', { invite: link }), { state: 'joined' }, 'joining twice is fine');
    t.equal(await wad.request('group.join', { invite: 'NoSuchInvitation' }).catch(kind), 'no_such_invite');
    t.match(await wad.wactl(['group', 'join', 'NoSuchInvitation']), { code: 7, stderr: /not valid/ });
    t.match(await wad.wactl(['group', 'join', 'https://example.org/x']), {
      code: 2,
      stderr: /no invitation/,
    });

    // A group that approves its members only takes the request.
    t.match(await wad.request('group.join', { invite: closed.inviteCode }), {
      group: closed.id,
      state: 'requested',
    });
    t.notOk(closed.has(pn, lid), 'the account is not in it yet');
    sim.changeGroup(closed, ana.wid, { what: 'add', participants: [pn] });
    await wad.event('group', (data) => data.chatId === closed.id && data.change === 'add');
    t.match(await wad.request('group.get', { group: closed.id }), { member: true, approveJoins: true });

    t.match(await wad.request('group.update', { group: ours.id, approveJoins: true, onlyAdminsAdd: false }), {
      approveJoins: true,
      onlyAdminsAdd: false,
    });
    t.match([ours.wire.approval, ours.wire.adminsAdd], [true, false]);
    t.match(await wad.wactl(['group', 'admins-add', ours.id]), {
      code: 0,
      stdout: /only admins add, admins/,
    });
    t.match(await wad.wactl(['group', 'requests', ours.id]), { code: 0, stdout: 'nobody waits' });
    sim.askToJoin(ours, ben.wire.lid);
    t.match(
      (await wad.event('group', (data) => data.change === 'membership_approval_request')).data,
      { chatId: ours.id, author: ben.wire.lid, sender: { phone: ben.number } },
      'a request to join is an event',
    );
    const cat = sim.createContact({ number: '15550004444', name: 'Cat' });
    sim.askToJoin(ours, cat.wid, ana.wid);
    await wad.event('group', (data) => data.change === 'created_membership_requests');
    t.match(await wad.request('group.requests', { group: ours.id }), {
      requests: [
        { id: ben.wire.lid, phone: ben.number, name: 'Ben', way: 'link', addedBy: null },
        { id: cat.wid, way: 'member', addedBy: ana.wid },
      ],
    });
    t.match(
      await wad.request('group.answer', {
        group: ours.id,
        action: 'approve',
        participants: [ben.number, '15557770000'],
      }),
      {
        results: [
          { participant: ben.wid, done: true, reason: null },
          { done: false, reason: /has not asked/ },
        ],
      },
    );
    t.ok(ours.has(ben.wid, ben.wire.lid), 'Ben is in the group');
    t.match(await wad.wactl(['group', 'refuse', ours.id]), { code: 0, stdout: 'refused: 1' });
    t.notOk(ours.has(cat.wid), 'Cat is not');
    t.match(await wad.wactl(['group', 'approve', ours.id]), { code: 0, stdout: 'nobody waits' });
    t.equal(await wad.request('group.requests', { group: theirs.id }).catch(kind), 'not_allowed');

    const file = `${home.dir}/team.png`;
    writeFileSync(file, Buffer.from(PIXEL, 'base64'));
    t.match(await wad.wactl(['group', 'picture', ours.id, file]), { code: 0, stdout: 'the picture is set' });
    t.match(
      Buffer.from(ours.picture ?? '', 'base64')
        .subarray(0, 3)
        .toString('hex'),
      'ffd8ff',
      'a JPEG',
    );
    t.match(await wad.wactl(['group', 'picture', ours.id, '--remove']), { code: 0, stdout: 'removed' });
    t.equal(ours.picture, null);
    writeFileSync(file, 'no picture');
    t.match(await wad.wactl(['group', 'picture', ours.id, file]), { code: 2 }, 'media_unusable');
    t.match(await wad.wactl(['group', 'picture', ours.id]), { code: 2, stderr: /FILE or --remove/ });

    // What the page asks by GraphQL may never be answered (F22).
    await sim.set('mexFault', 'hangs');
    t.equal(
      await wad.request('group.update', { group: ours.id, onlyAdminsAdd: false }).catch(kind),
      'outcome_unknown',
    );
    await wad.stop();
    t.same(wad.strayLines, []);
  });
}
