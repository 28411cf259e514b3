/** What the server refuses, as WhatsApp Web's own page and the product take it: a login, and messages to strangers. */
import t from 'tap';
import type { LogRecord } from '../harness/daemon-log.js';
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
    const isNow = (state: string) => (line: LogRecord) => line.id === id && line.to === state;
    const after = wad.log.indexOf(await wad.logged('message.state', isNow('sending')));
    await wad.logged('message.state', isNow('queued'), { after });
    t.match(await wad.request('outbox.get', { id }), { state: 'queued' });
    const friend = await wad.wactl(['send', ana.number, 'to somebody who wrote'], { timeoutMs: 120_000 });
    t.equal(friend.code, 0, friend.stderr);
    await ana.waitForMessage(({ body }) => body === 'to somebody who wrote');
    t.same(ben.received, [], 'the stranger received nothing');
    await wad.stop();
  });
