/** What the server refuses, as WhatsApp Web's own page and the product take it: a login, and messages to strangers. */
import t from 'tap';
import { lacksModules, linked } from './world.js';

t.setTimeout(600_000);

for (const code of [402, 403, 406] as const)
  t.test(`a login refused with ${code}`, { skip: lacksModules }, async (t) => {
    await using all = await linked(t);
    const { world, wad } = all;
    world.phone.ban(code);
    await wad.became('failed', { reason: 'banned', timeoutMs: 180_000 });
    t.match(await wad.wactl(['send', world.ana.number, 'hello']), { code: 4 });
    await wad.stop();
  });

for (const [code, kind] of [
  ['463', 'time_lock'],
  ['475', 'new_chat_cap'],
] as const)
  t.test(`a message to a stranger refused with ${code}`, { skip: lacksModules }, async (t) => {
    await using all = await linked(t);
    const { world, wad } = all;
    const { phone, ana, ben } = world;
    ana.send('I know you');
    await wad.event('message', ({ body }) => body === 'I know you');
    if (code === '463') phone.lockReachOut(3_600_000);
    else phone.useUpNewChats();
    const { id } = await wad.request('message.send', { to: ben.number, text: 'to a stranger' });
    await wad.logged('session.restriction', (line) => line.kind === kind);
    // The page may know of it before it sends, so there need not be an attempt.
    let row = await wad.request('outbox.get', { id });
    for (const late = Date.now() + 30_000; row.waitsFor !== 'restriction' && Date.now() < late; )
      row = await wad.request('outbox.get', { id });
    t.match(row, { state: 'queued', waitsFor: 'restriction' });
    const friend = await wad.wactl(['send', ana.number, 'to somebody who wrote'], { timeoutMs: 120_000 });
    t.equal(friend.code, 0, friend.stderr);
    await ana.waitForMessage(({ body }) => body === 'to somebody who wrote');
    t.same(ben.received, [], 'the stranger received nothing');
    await wad.stop();
  });
