/** Chats are cleared and deleted, and their messages disappear after a time, in both directions. */
import t from 'tap';
import type { Fault } from '../../src/protocol/fault.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const AWAIT = { for: 'delivered', timeoutMs: 60_000 } as const;
const WITHIN = { timeoutMs: 65_000 };
const kind = (error: Fault): string => error.kind;

for (const generation of ['2026-04', '2026-09', '2026-10'] as const) {
  t.test(`messages disappear after a time that anybody in the chat may set (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation, knobs: { dialog: false } });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
    const team = sim.createGroup({ subject: 'Team', participants: [phone.wid, ana.wid] });
    const theirs = sim.createGroup({
      ...{ subject: 'Theirs', restrict: true },
      participants: [ben.wid, phone.wid],
    });
    const wad = await home.start();
    await wad.link(phone);
    await ana.send('hello');
    const { data: hello } = await wad.event('message', ({ body }) => body === 'hello');
    const chatId = String(hello.chatId);
    t.match(await wad.request('chat.get', { chat: ana.number }), { disappearingSeconds: null });

    t.match(await wad.request('chat.timer', { chat: ana.number, after: '24h' }), {
      id: chatId,
      disappearingSeconds: 86_400,
    });
    const setting = await ana.waitForMessage(({ type }) => type === 'protocol');
    t.match(setting.message.extra, { subtype: 'ephemeral_setting', ephemeralDuration: 86_400 });
    const own = await wad.event('chat.timer', ({ seconds }) => seconds === 86_400);
    t.match(own.data, { chatId, chat: { phone: ana.number, lid: ana.wire.lid }, sender: null });
    const { id } = await wad.request('message.send', { to: ana.number, text: 'gone tomorrow' });
    t.match(await wad.request('message.wait', { id, ...AWAIT }, WITHIN), { error: null });
    const carried = await ana.waitForMessage(({ body }) => body === 'gone tomorrow');
    t.match(carried.message.extra, { ephemeralDuration: 86_400 }, 'a new message carries the time');

    ana.setTimer(604_800);
    t.match((await wad.event('chat.timer', ({ seconds }) => seconds === 604_800)).data, { chatId });
    const shown = await wad.wactl(['chat', 'show', ana.number]);
    t.match(shown, { code: 0, stdout: /disappears after 7 d/ });
    ana.setTimer(0);
    t.match((await wad.event('chat.timer', ({ seconds }) => seconds === null)).data, { chatId });

    t.match(await wad.wactl(['chat', 'timer', team.id, '90d']), { code: 0, stdout: /after 90 d/ });
    t.equal(team.wire.ephemeral, 7_776_000);
    const ofGroup = await wad.event('chat.timer', (data) => data.chatId === team.id);
    t.match(ofGroup.data, { seconds: 7_776_000, chat: { name: 'Team' } });
    t.match(await wad.wactl(['chat', 'timer', team.id, '1h']), { code: 2 });

    t.equal(await wad.request('chat.timer', { chat: theirs.id, after: '7d' }).catch(kind), 'not_allowed');
    await sim.set('chatFault', 'ignored');
    t.equal(await wad.request('chat.timer', { chat: ana.number, after: '7d' }).catch(kind), 'page_error');
    await sim.set('chatFault', 'none');

    t.match(await wad.stop(), { code: 0 });
    const again = await home.start();
    await again.until('ready');
    t.match(await again.request('chat.get', { chat: team.id }), { disappearingSeconds: 7_776_000 });
    await again.stop();
  });

  t.test(`a chat is cleared and deleted, and stays so after a restart (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation, knobs: { dialog: false } });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
    const team = sim.createGroup({ subject: 'Team', participants: [ben.wid, phone.wid] });
    const wad = await home.start();
    await wad.link(phone);
    for (const body of ['one', 'two', 'keep']) await ana.send(body);
    const { data: keep } = await wad.event('message', ({ body }) => body === 'keep');
    await ben.send('hello');
    await wad.event('message', ({ body }) => body === 'hello');
    await wad.request('message.star', { id: String(keep.key) });

    const bodies = async (chat: string) =>
      (await wad.request('chat.messages', { chat })).messages.map(({ body }) => body);
    t.same(await bodies(ana.number), ['one', 'two', 'keep']);
    await sim.set('chatFault', 'ignored');
    t.equal(await wad.request('chat.clear', { chat: ana.number }).catch(kind), 'page_error');
    t.equal(await wad.request('chat.delete', { chat: ana.number }).catch(kind), 'page_error');
    await sim.set('chatFault', 'none');
    t.match(await wad.wactl(['chat', 'clear', ana.number]), { code: 2, stderr: /--yes/ });
    t.same(await bodies(ana.number), ['one', 'two', 'keep'], 'without a yes nothing is deleted');
    const cleared = await wad.wactl(['chat', 'clear', ana.number, '--keep-starred', '--yes']);
    t.match(cleared, { code: 0, stdout: /Ana/ });
    t.same(await bodies(ana.number), ['keep']);
    await wad.request('chat.clear', { chat: ana.wire.lid });
    t.same(await bodies(ana.number), []);
    t.match(await wad.request('chat.list'), { total: 3 }, 'the chats are still there');
    t.match(await wad.request('message.get', { id: String(keep.key) }), { message: { body: 'keep' } });

    t.match(await wad.wactl(['chat', 'delete', ben.number, '--yes']), { code: 0, stdout: 'deleted' });
    t.equal(await wad.request('chat.get', { chat: ben.number }).catch(kind), 'no_such_chat');
    t.equal(await wad.request('chat.delete', { chat: ben.number }).catch(kind), 'no_such_chat');
    const inGroup = await wad.wactl(['chat', 'delete', team.id, '--yes']);
    t.match(inGroup, { code: 1, stderr: /Leave it first/ });
    await wad.request('group.leave', { group: team.id });
    t.match(await wad.request('chat.delete', { chat: team.id }), { chat: team.id, deleted: true });
    t.match(await wad.request('chat.list'), { chats: [{ name: 'Ana' }], total: 1 });
    t.match(await wad.request('group.list'), { total: 0 });
    t.match(await wad.stop(), { code: 0 });

    const again = await home.start();
    await again.until('ready');
    t.match(await again.request('chat.list'), { chats: [{ name: 'Ana' }], total: 1 });
    t.same((await again.request('chat.messages', { chat: ana.number })).messages, []);
    await ben.send('back');
    await again.event('message', ({ body }) => body === 'back');
    t.match(await again.request('chat.messages', { chat: ben.number }), { messages: [{ body: 'back' }] });
    await again.stop();
  });
}
