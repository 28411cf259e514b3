/** Lists of chats and people, changes of them, and their identities (H21). */

import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import type { Fault } from '../../src/protocol/fault.js';
import { Home } from '../harness/home.js';
import type { Wad } from '../harness/wad.js';
import type { Contact } from '../simulator/contact.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const json = (stdout: string) => JSON.parse(stdout) as Record<string, unknown>;
const kind = (error: Fault): string => error.kind;

async function lists(t: Test, wad: Wad, ana: Contact, groupId: string): Promise<void> {
  const { chats, total } = await wad.request('chat.list', {});
  t.equal(total, 3);
  t.match(
    chats.find(({ id }) => id === ana.wid),
    { phone: ana.number, lid: ana.wire.lid, name: 'Ana', kind: 'person', unread: 2, archived: false },
    'a chat has both identities, and the name from the address book',
  );
  t.match(
    chats.find(({ id }) => id === groupId),
    { phone: null, lid: null, name: 'Team', kind: 'group' },
  );
  t.match(await wad.request('chat.list', { query: 'an', limit: 1 }), { chats: [{ name: 'Ana' }], total: 1 });
  t.match(await wad.request('chat.list', { query: '555 000 2222' }), { chats: [{ name: 'Ana' }], total: 1 });
  t.match(await wad.request('chat.list', { unread: false }), { total: 0 });
  t.same(
    (await wad.request('chat.list', { limit: 1, offset: 1 })).chats.map(({ id }) => id),
    chats.slice(1, 2).map(({ id }) => id),
    'limit and offset select a part of the list',
  );
  const text = await wad.wactl(['chats']);
  t.equal(text.code, 0, text.stderr);
  t.match(text.stdout, /UNREAD +NAME +CHAT[\s\S]*2 +Ana +\+1 555 000 2222/);
}

async function acts(t: Test, sim: Simulator, wad: Wad, ana: Contact): Promise<void> {
  const shown = async (...line: string[]) => {
    const end = await wad.wactl(['chat', ...line, '-o', 'json']);
    t.equal(end.code, 0, end.stderr);
    return json(end.stdout);
  };
  const first = ana.sent.find(({ body }) => body === 'one');
  t.match(await shown('read', ana.number), { unread: 0, markedUnread: false });
  await ana.waitForRead(first?.id ?? '');
  t.match(await shown('unread', ana.number), { markedUnread: true });
  t.match(await shown('read', ana.number), { markedUnread: false });
  t.match(await shown('archive', ana.number), { archived: true });
  t.match(await wad.request('chat.list', { archived: true }), { total: 1 });
  t.match(await shown('unarchive', ana.number), { archived: false });
  t.match(await shown('pin', ana.number), { pinned: true });
  t.match(await shown('unpin', ana.number), { pinned: false });
  const until = new Date(Math.floor(Date.now() / 1000) * 1000 + 8 * 3_600_000).toISOString();
  t.match(await wad.request('chat.mute', { chat: ana.wid, until }), { muted: true, mutedUntil: until });
  t.match(await shown('mute', ana.number), { muted: true, mutedUntil: null });
  t.match(await shown('unmute', ana.number), { muted: false });
  t.match(await shown('typing', ana.number), { chat: ana.wid, state: 'typing' });
  t.ok(
    sim.log.some((frame) => JSON.stringify(frame).includes('"composing"')),
    'the chat is notified of the typing',
  );
  t.match(await wad.wactl(['chat', 'mute', ana.number, '--until', 'yesterday']), { code: 2 });
  t.match(await wad.wactl(['chat', 'show', '15557770000']), { code: 7, stderr: /no chat with 15557770000/ });
}

async function messages(t: Test, wad: Wad, ana: Contact): Promise<void> {
  const all = await wad.request('chat.messages', { chat: ana.number, limit: 500 });
  t.equal(all.more, false);
  const bodies = all.messages.map(({ body }) => body);
  t.same(
    bodies.slice(0, 2),
    ['old 0', 'old 1'],
    'messages are listed oldest first, including those from before the link',
  );
  t.same(bodies.slice(-2), ['one', 'two']);
  const last = await wad.request('chat.messages', { chat: ana.wire.lid, limit: 10 });
  t.same(last.messages, all.messages.slice(-10), 'the other identity lists the same messages');
  t.equal(last.more, true);
  const [edge] = last.messages;
  const earlier = await wad.request('chat.messages', {
    chat: ana.number,
    limit: 10,
    before: edge?.key ?? '',
  });
  t.same(earlier.messages, all.messages.slice(-20, -10), '`before` gives the previous page');
  const reports = (await wad.events('message')).map(({ data }) => data.key);
  t.ok(reports.includes(all.messages.at(-1)?.key ?? ''), 'the list and the event have the same key');
  const text = await wad.wactl(['messages', ana.number, '--limit', '2']);
  t.match(text, { code: 0, stdout: /WHO[\s\S]*Ana +false_\S+ +one[\s\S]*two[\s\S]*--before/ });
}

async function people(t: Test, sim: Simulator, wad: Wad, ana: Contact, stranger: Contact): Promise<void> {
  t.match(await wad.request('contact.list'), { contacts: [{ name: 'Ana', saved: true }, { name: 'Ben' }] });
  t.match(await wad.request('contact.list', { query: 'an' }), {
    contacts: [{ id: ana.wid, lid: ana.wire.lid }],
  });
  for (const who of [ana.number, ana.wid, ana.wire.lid])
    t.match(await wad.request('contact.get', { contact: who }), {
      phone: ana.number,
      lid: ana.wire.lid,
      name: 'Ana',
    });
  t.match(await wad.request('contact.check', { number: `+${stranger.number}` }), {
    onWhatsApp: true,
    id: stranger.wid,
    lid: stranger.wire.lid,
  });
  t.match(await wad.wactl(['contact', 'check', stranger.number]), { code: 0, stdout: /is on WhatsApp/ });
  const nobody = await wad.wactl(['contact', 'check', '15557770000', '-o', 'json']);
  t.equal(nobody.code, 7);
  t.match(json(nobody.stdout), { number: '15557770000', onWhatsApp: false, id: null });
  t.match(await wad.wactl(['contact', 'show', '15557770000']), { code: 7, stderr: /neither a contact/ });
  t.match(await wad.wactl(['contact', 'check', '120363000000000000@g.us']), { code: 2 });

  t.match(await wad.request('contact.block', { contact: ana.number }), { blocked: true });
  t.match(await wad.request('contact.list', { blocked: true }), { contacts: [{ name: 'Ana' }], total: 1 });
  const blocked = await wad.wactl(['contacts', '--blocked']);
  t.match(blocked, { code: 0, stdout: /Ana .*blocked/ });
  t.match(await wad.wactl(['contact', 'unblock', ana.number]), { code: 0 });
  t.match(await wad.request('contact.get', { contact: ana.number }), { blocked: false });
  const { blockFault } = sim.knobs;
  await sim.set('blockFault', 'ignored');
  const refused = await wad.request('contact.block', { contact: ana.number }).catch(kind);
  t.equal(refused, 'page_error', 'a success without effect is reported as failed (D6)');
  await sim.set('blockFault', blockFault);
}

async function identities(t: Test, wad: Wad, ana: Contact, ben: Contact): Promise<void> {
  const both = (one: Contact, id = one.wid) => ({ id, phone: one.number, lid: one.wire.lid });
  const nobody = '910000000000000@lid';
  const asked = await wad.request('contact.identities', { contacts: [ana.wire.lid, ben.number, nobody] });
  t.same(
    asked,
    {
      people: [
        { ...both(ana, ana.wire.lid), username: 'ana.silva' },
        { ...both(ben), username: null },
        { id: nobody, phone: null, lid: nobody, username: null },
      ],
      total: 3,
    },
    'people are named by either identity; of an unknown one only that is there',
  );
  const all = await wad.request('contact.identities', {});
  t.equal(all.total, all.people.length);
  const anas = all.people.filter(({ phone }) => phone === ana.number);
  t.equal(anas.length, 1, 'each person once');
  t.match(anas, [both(ana)]);
  const second = await wad.request('contact.identities', { limit: 1, offset: 1 });
  t.same(second, { people: all.people.slice(1, 2), total: all.total });
  t.match(await wad.wactl(['identities', ana.wire.lid]), { code: 0, stdout: /555 000 2222 .*@ana\.silva/ });
  t.match(await wad.wactl(['identities', 'Ana']), { code: 2 });
  t.match(await wad.request('contact.get', { contact: ana.number }), { username: 'ana.silva' });
}

for (const generation of ['2026-04', '2026-09'] as const) {
  t.test(`chats and people of a ready account are listed and changed (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({
      ...{ number: '15550002222', name: 'Ana', pushname: 'ana' },
      username: 'ana.silva',
    });
    const ben = sim.createContact({ number: '5511900000002', name: 'Ben' });
    const stranger = sim.createContact({ number: '15550003333', known: false });
    const group = sim.createGroup({ subject: 'Team', participants: [phone.wid, ana.wid, ben.wid] });
    for (let n = 0; n < 120; n++) await ana.send(`old ${n}`);
    const wad = await home.start();
    t.match(
      await wad.request('chat.list').catch(kind),
      /not_ready|not_linked/,
      'without a ready account nothing is listed',
    );
    await wad.link(phone);
    await ana.send('one');
    await ana.send('two');
    await ben.send('hello', { group: group.id });
    await ben.send('me too');
    await wad.event('message', ({ body }) => body === 'me too');
    t.match((await wad.status()).capabilities, {
      'chat.list': 'ok',
      'group.admin': generation === '2026-04' ? 'ok' : 'patched',
      'contact.block': generation === '2026-04' ? 'ok' : 'patched',
    });

    await lists(t, wad, ana, group.id);
    await messages(t, wad, ana);
    await acts(t, sim, wad, ana);
    await people(t, sim, wad, ana, stranger);
    await identities(t, wad, ana, ben);

    // A chat stored under the LID is found by the number, and the reverse.
    await sim.set('inboundAddress', 'lid');
    await stranger.send('from my other identity');
    await wad.event('message', ({ body }) => body === 'from my other identity');
    t.match(await wad.request('chat.get', { chat: stranger.number }), {
      id: stranger.wire.lid,
      phone: stranger.number,
      lid: stranger.wire.lid,
    });
    await wad.stop();
    t.same(wad.strayLines, []);
  });
}

t.test('an operation that this build lacks is refused at once, and everything else works', async (t) => {
  const lost = ['WAWebChatStateBridge', 'WAWebBlockContactAction', 'WAWebMediaMmsV4Upload'];
  await using sim = await Simulator.start({ knobs: { missingModules: lost } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const wad = await home.start();
  await wad.link(phone);
  await ana.send('hello');
  await wad.event('message', ({ body }) => body === 'hello');
  // A missing module is reported only after it has been missing for some time (D11).
  const isLost = (words: unknown) =>
    (words as Record<string, string> | null)?.['contact.block'] !== undefined;
  await wad.event('state', ({ capabilities }) => isLost(capabilities));
  t.match((await wad.status()).capabilities, {
    'chat.typing': 'missing: WAWebChatStateBridge',
    'contact.block': 'missing: WAWebBlockContactAction',
    'chat.list': 'ok',
  });
  const end = await wad.wactl(['chat', 'typing', ana.number]);
  t.match(end, {
    code: 5,
    stderr: /chat\.typing is missing: WhatsApp Web 2\.3000\.\d+ has no WAWebChatStateBridge/,
  });
  t.match(await wad.wactl(['contact', 'block', ana.number]), { code: 5 });
  t.match(await wad.wactl(['chat', 'archive', ana.number]), { code: 0 });
  const card = fileURLToPath(import.meta.url);
  t.match(await wad.wactl(['send', ana.number, '--file', card]), {
    code: 5,
    stderr: /send\.media is missing: WAWebMediaMmsV4Upload/,
  });
  t.same((await wad.request('outbox.list', {})).messages, [], 'the message was not accepted');
  t.match(await wad.wactl(['send', ana.number, 'a text']), { code: 0 });
  await wad.stop();
});

t.test('with an unresponsive page a read fails, and an act has an unknown outcome', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const wad = await home.start();
  await wad.link(phone);
  await ana.send('hello');
  await wad.event('message', ({ body }) => body === 'hello');
  await sim.set('seenFault', 'hangs');
  const act = wad.wactl(['--timeout', '60', 'chat', 'read', ana.number], { timeoutMs: 90_000 });
  await sim.set('existsFault', 'hangs');
  const look = wad.wactl(['--timeout', '60', 'contact', 'check', '15557770000'], { timeoutMs: 90_000 });
  t.match(await look, { code: 1, stderr: /did not answer/ });
  t.match(await act, { code: 6, stderr: /did not answer/ }, 'the outcome of the act is unknown');
  await wad.stop();
});
