/** Labels of a business account: listed, changed and put on chats, from here and from the phone. */
import t from 'tap';
import type { Fault } from '../../src/protocol/fault.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const kind = (error: Fault): string => error.kind;

for (const generation of ['2026-04', '2026-09', '2026-10'] as const)
  t.test(`a business account: labels are changed and put on chats (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation, knobs: { dialog: false } });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER, platform: 'smba' });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const wad = await home.start();
    await wad.link(phone);
    await ana.send('hello');
    const { data: hello } = await wad.event('message', ({ body }) => body === 'hello');
    const chatId = String(hello.chatId);

    t.same(await wad.request('label.list'), { labels: [], total: 0 });
    const paid = await wad.request('label.create', { name: 'Paid', color: 4 });
    t.match(paid, { name: 'Paid', color: 4, chats: 0 });
    const created = await wad.event('label', ({ change }) => change === 'created');
    t.match(created.data, { id: paid.id, name: 'Paid', color: 4, chatId: null, chat: null });
    t.equal(await wad.request('label.create', { name: 'paid' }).catch(kind), 'not_allowed');

    t.match(await wad.request('label.assign', { label: 'paid', chat: ana.number }), {
      id: chatId,
      labels: [{ id: paid.id, name: 'Paid' }],
    });
    const added = await wad.event('label', ({ change }) => change === 'added');
    t.match(added.data, { id: paid.id, chatId, chat: { phone: ana.number, lid: ana.wire.lid } });
    t.match(await wad.request('chat.list', { label: 'Paid' }), { chats: [{ name: 'Ana' }], total: 1 });
    t.match(await wad.request('label.list'), { labels: [{ name: 'Paid', chats: 1 }] });
    t.equal(await wad.request('chat.list', { label: 'nope' }).catch(kind), 'no_such_label');

    if (generation !== '2026-10') {
      await wad.stop();
      return;
    }
    // By the phone.
    const due = phone.label('Due', 7);
    t.match((await wad.event('label', ({ id }) => id === due)).data, { change: 'created', name: 'Due' });
    phone.labelChat('Due', ana.wid);
    const byPhone = await wad.event('label', ({ change, id }) => change === 'added' && id === due);
    t.match(byPhone.data, { chatId, name: 'Due' });
    phone.labelChat('Paid', ana.wid, false);
    t.match((await wad.event('label', ({ change }) => change === 'removed')).data, { id: paid.id, chatId });

    const part = await wad.request('label.list', { limit: 1, offset: 1 });
    t.match(part, { labels: [{ name: 'Paid' }], total: 2 });
    t.equal(part.labels.length, 1, 'a part of the list');

    // By the command line.
    const text = await wad.wactl(['label', 'list']);
    t.match(text, { code: 0, stdout: /ID +NAME +COLOUR +CHATS\n\d+ +Due +7 +1\n\d+ +Paid +4/ });
    t.match(await wad.wactl(['label', 'rename', 'Due', 'Overdue']), { code: 0, stdout: /Overdue/ });
    t.match((await wad.event('label', ({ change }) => change === 'changed')).data, { name: 'Overdue' });
    t.match(await wad.wactl(['label', 'color', 'Overdue', 'red']), { code: 2 });
    t.match(await wad.wactl(['label', 'color', 'Overdue', '9']), { code: 0, stdout: /Overdue +9/ });
    t.match(await wad.wactl(['label', 'add', 'Paid', ana.number]), { code: 0, stdout: /Ana .*Paid/ });
    t.match(await wad.wactl(['chats', '--with-label', 'Overdue']), { code: 0, stdout: /Ana/ });
    t.match(await wad.wactl(['label', 'remove', 'nope', ana.number]), { code: 7, stderr: /no label nope/ });

    // They survive a restart, and the restored ones are no changes.
    const after = await wad.mark();
    await wad.request('session.initialize', { restart: true });
    await wad.became('ready', { after });
    t.match(await wad.request('chat.get', { chat: ana.number }), {
      labels: [{ name: 'Overdue' }, { name: 'Paid' }],
    });
    t.match(await wad.wactl(['label', 'delete', 'Overdue']), { code: 0 });
    await wad.event('label', ({ change }) => change === 'deleted', { after });
    const since = (await wad.events('label')).filter(({ cursor }) => cursor > after);
    t.same(
      since.map(({ data }) => data.change),
      ['deleted'],
    );
    t.match(await wad.request('chat.get', { chat: ana.number }), { labels: [{ name: 'Paid' }] });

    await sim.set('labelEditing', 'hangs');
    t.equal(await wad.request('label.create', { name: 'Late' }).catch(kind), 'outcome_unknown');
    await sim.set('labelEditing', 'unsupported');
    t.equal(await wad.request('label.create', { name: 'Never' }).catch(kind), 'not_allowed');
    await wad.stop();
  });

t.test('an account without labels is refused by name', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-10', knobs: { dialog: false } });
  await using home = await Home.make(sim, { t });
  const wad = await home.startLinked(sim.createPhone({ number: NUMBER }));
  const end = await wad.wactl(['label', 'list']);
  t.match(end, { code: 1, stderr: /no labels.*business accounts/ });
  t.equal(await wad.request('label.create', { name: 'Paid' }).catch(kind), 'not_allowed');
  await wad.stop();
});
