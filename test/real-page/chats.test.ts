/** What the product changes in chats and for people, as WhatsApp Web's own page carries it out. */
import t from 'tap';
import { lacksModules, linked } from './world.js';

t.setTimeout(600_000);

t.test('a chat is muted, cleared and deleted; a person is blocked', { skip: lacksModules }, async (t) => {
  await using all = await linked(t);
  const { world, wad } = all;
  const { ana, ben } = world;
  const chat = ana.number;
  const send = async (text: string) => {
    const { id } = await wad.request('message.send', { to: chat, text });
    await wad.request('message.wait', { id, for: 'delivered', timeoutMs: 60_000 });
    return id;
  };
  const bodies = async () =>
    (await wad.request('chat.messages', { chat })).messages.map(({ type, body }) =>
      type === 'text' ? body : type,
    );

  ana.send('one');
  await wad.event('message', ({ body }) => body === 'one');
  const two = await send('two');
  const until = new Date(Math.floor(Date.now() / 1000) * 1000 + 3_600_000).toISOString();
  t.match(await wad.request('chat.mute', { chat }), { muted: true, mutedUntil: null });
  t.match(await wad.request('chat.mute', { chat, until }), { muted: true, mutedUntil: until });
  await wad.request('message.delete', { id: two, for: 'me' });
  t.same(await bodies(), ['one'], 'deleted for oneself');
  await wad.request('message.delete', { id: await send('three') });
  t.same(await bodies(), ['one', 'revoked'], 'deleted for everybody');
  await wad.request('chat.clear', { chat });
  t.same(await bodies(), []);
  t.same(await wad.request('chat.delete', { chat }), { chat: `${ana.number}@c.us`, deleted: true });
  t.match(await wad.request('chat.list', {}), { chats: [], total: 0 });

  t.match(await wad.request('contact.block', { contact: ben.number }), { blocked: true });
  t.match(await wad.request('contact.block', { contact: ben.number, blocked: false }), { blocked: false });
  await wad.stop();
});
