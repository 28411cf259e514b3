/**
 * A person has two identities and is handled as one: events contain both, and both share one queue.
 * A migrated account stores new chats by LID, another by number, and people write from either
 * (WAWebLid1X1MigrationGating, WAWebMessageProcessUtils).
 */
import t from 'tap';
import { Home } from '../harness/home.js';
import { signal } from '../harness/processes.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const AWAIT = { for: 'delivered', timeoutMs: 60_000 } as const;
const WITHIN = { timeoutMs: 65_000 };

t.test(
  'a message to a person with an unknown number is sent to the LID, with a permitted reason',
  async (t) => {
    await using sim = await Simulator.start({ generation: '2026-10' });
    await using home = await Home.make(sim, { t });
    const ana = sim.createContact({ number: '15550002222', known: false });
    const wad = await home.startLinked(sim.createPhone({ number: NUMBER }));
    const { id } = await wad.request('message.send', { to: ana.wire.lid, text: 'hello' });
    t.match(await wad.request('message.wait', { id, ...AWAIT }, WITHIN), { error: null });
    await ana.waitForMessage(({ body }) => body === 'hello');
    await wad.stop();
  },
);

for (const [account, chatIds, generation] of [
  ['a migrated account', 'lid', '2026-10'],
  ['an account that is not migrated', 'number', '2026-04'],
] as const)
  t.test(`${account}: events contain both identities and the names of every person in them`, async (t) => {
    await using sim = await Simulator.start({ generation, knobs: { chatIds } });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222', pushname: 'Ana', known: false });
    const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
    const group = sim.createGroup({ subject: 'Team', participants: [phone.wid, ana.wid, ben.wid] });
    const who = (id: string, { number, wire }: typeof ana) => ({
      ...{ id, phone: number, lid: wire.lid },
      ...{ name: wire.name ?? null, pushname: wire.pushname },
    });
    // In groups, and as the author of a reaction.
    const member = ({ wire }: typeof ana): string => (generation === '2026-04' ? wire.pn : wire.lid);
    const wad = await home.start();
    await wad.link(phone);
    const chatId = chatIds === 'lid' ? ana.wire.lid : ana.wire.pn;

    await ana.send('hello');
    const { data: hello } = await wad.event('message', ({ body }) => body === 'hello');
    t.match(hello, { chatId, chat: who(chatId, ana), sender: who(chatId, ana), people: [] });
    t.match(await wad.request('message.get', { id: String(hello.key) }), {
      message: { chat: who(chatId, ana) },
    });
    const listed = await wad.request('chat.messages', { chat: ana.number });
    t.match(listed.messages, [{ body: 'hello', chat: who(chatId, ana), sender: who(chatId, ana) }]);

    const { id, messageId } = await wad.request('message.send', { to: ana.number, text: 'back' });
    t.match(await wad.request('message.wait', { id, ...AWAIT }, WITHIN), { error: null });
    const own = await wad.event('message', (data) => data.messageId === messageId);
    t.match(own.data, {
      chatId,
      chat: who(chatId, ana),
      sender: { phone: NUMBER, lid: phone.account.me.lid },
    });
    const tick = await wad.event('message.ack', (data) => data.messageId === messageId);
    t.match(tick.data, { chat: who(chatId, ana), sender: null });

    await ana.react(messageId, '👍');
    const reaction = await wad.event('message.reaction', ({ emoji }) => emoji === '👍');
    t.match(reaction.data, {
      from: member(ana),
      sender: who(member(ana), ana),
      chat: { lid: ana.wire.lid, pushname: 'Ana' },
    });

    await ben.send('to all', { group: group.id, extra: { mentionedJidList: [ana.wire.lid] } });
    const { data: toAll } = await wad.event('message', ({ body }) => body === 'to all');
    t.match(toAll, {
      chat: { id: group.id, phone: null, lid: null, name: 'Team', pushname: null },
      sender: who(member(ben), ben),
      people: [who(ana.wire.lid, ana)],
    });

    const cleo = sim.createContact({ number: '15550004444', name: 'Cleo' });
    await wad.request('group.participants', {
      ...{ group: group.id, action: 'add' },
      participants: [cleo.number],
    });
    const added = await wad.event('group', ({ change }) => change === 'add');
    t.match(added.data, { chat: { id: group.id, name: 'Team' }, people: [who(cleo.wire.pn, cleo)] });

    await ana.send('renamed', { malformed: { notifyName: 'Ana B.' } });
    const { data: renamed } = await wad.event('message', ({ body }) => body === 'renamed');
    t.match(
      renamed,
      { sender: { name: null, pushname: 'Ana B.' } },
      'the event that brings a new name has it',
    );
  });

for (const chatIds of ['lid', 'number'] as const)
  t.test(
    `a later message does not overtake one without an ack to the same person (chats by ${chatIds})`,
    async (t) => {
      await using sim = await Simulator.start({ generation: '2026-10', knobs: { chatIds } });
      await using home = await Home.make(sim, { t });
      const phone = sim.createPhone({ number: NUMBER });
      // The next page does not know a person who is not in the address book.
      const ana = sim.createContact({ number: '15550002222', known: false });
      const first = await home.startLinked(phone);
      await sim.set('ackFault', 'never');
      const one = await first.request('message.send', { to: ana.number, text: 'one' });
      await sim.waitForArrival(({ body }) => body === 'one');
      const two = await first.request('message.send', { to: ana.wire.lid, text: 'two' });
      const three = await first.request('message.send', { to: ana.number, text: 'three' });
      t.match(await first.request('outbox.get', { id: two.id }), { state: 'queued', waitsFor: 'turn' });
      const { messages } = await first.request('outbox.list', { chat: ana.wire.lid });
      t.same(
        messages.map(({ id }) => id),
        [three.id, two.id, one.id],
        'both names share one queue',
      );
      await first.kill();
      for (const pid of await home.browsers()) signal(pid, 'SIGKILL');
      await sim.set('ackFault', 'none');
      await sim.set('messagesAtStart', 0);
      const wad = await home.start();
      // Its receipt was lost with its ack.
      for (const { id } of [one, two, three])
        t.match(await wad.request('message.wait', { id, ...AWAIT, for: 'sent' }, WITHIN), { error: null });
      t.match(
        await wad.logged('message.reconciled', (line) => line.id === one.id),
        { found: true },
        'the page finds the message under the identity that it stored',
      );
      t.same(
        ana.received.map(({ body }) => body),
        ['one', 'two', 'three'],
      );
      t.equal(new Set(sim.ledger.filter(({ body }) => body === 'one').map(({ id }) => id)).size, 1);
      t.match(await wad.stop(), { code: 0 });
    },
  );

t.test('a chat from before the migration continues under its number', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-10', knobs: { chatIds: 'number' } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const wad = await home.start();
  await wad.link(phone);
  await ana.send('before');
  await wad.event('message', ({ body }) => body === 'before');
  await sim.set('chatIds', 'lid');
  await ana.send('after');
  const { data } = await wad.event('message', ({ body }) => body === 'after');
  t.match(data, { chatId: ana.wire.pn, chat: { phone: ana.number, lid: ana.wire.lid } });
  const { id } = await wad.request('message.send', { to: ana.wire.lid, text: 'to the LID' });
  t.match(await wad.request('message.wait', { id, ...AWAIT }, WITHIN), { error: null });
  t.match(await wad.request('chat.list', {}), { total: 1 }, 'there is still one chat');
});
