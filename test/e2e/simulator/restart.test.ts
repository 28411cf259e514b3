/** The page keeps changes of chats, messages and contacts over a restart. */
import t from 'tap';
import wweb from 'whatsapp-web.js';
import { BareClient } from '../../simulator/bare-client.js';
import { Simulator } from '../../simulator/simulator.js';

// biome-ignore lint/suspicious/noExplicitAny: the library's values have other, wider types
type Any = any;

t.test('mute, stars, reactions, votes, blocks and about are kept across a restart', async (t) => {
  await using sim = await Simulator.start();
  const phone = sim.createPhone({ number: '15550001111' });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana', about: 'At sea' });
  const ben = sim.createContact({ number: '15550003333', name: 'Ben', about: null });
  const first = await BareClient.start(sim);
  t.teardown(() => first.remove());
  await phone.scan(await sim.waitForQr());
  await first.wait('ready');

  const id = await ana.send('keep me');
  const [message] = await first.wait('message', ({ body }: Any) => body === 'keep me');
  t.equal(message.isStarred, false, 'a message without a star reports that');
  t.equal(message.isForwarded, false);
  await message.star();
  await ana.react(id, '👍');
  await first.wait('message_reaction', ({ msgId }: Any) => msgId.id === id);
  const poll = await first.client.sendMessage(ana.wid, new wweb.Poll('When?', ['now', 'later']));
  await ana.waitForMessage(({ type }) => type === 'poll_creation');
  await ana.vote(poll.id.id, ['later']);
  await first.wait('vote_update');
  const until = Math.floor(Date.now() / 1000) + 3_600;
  await (await first.client.getChatById(ana.wid)).mute(new Date(until * 1_000));
  const group = sim.createGroup({ subject: 'Team', participants: [phone.wid, ana.wid] });
  await first.wait('group_update', ({ chatId }: Any) => chatId === group.id);
  await (await first.client.getChatById(group.id)).mute();
  const benModel = (await first.client.getContactById(ben.wid)) as Any;
  await benModel.block();
  await first.client.setStatus('Back soon');
  const gone = await ana.sendMedia({ bytes: Buffer.from('x'), mimetype: 'application/pdf', caption: 'look' });
  await first.wait('message', (one: Any) => one.id.id === gone);
  await ana.revoke(gone);
  const [revoked] = await first.wait('message_revoke_everyone');
  await first.close();

  const again = await BareClient.start(sim, { directory: first.directory });
  t.teardown(() => again.remove());
  await again.wait('ready');
  const { client } = again;
  const kept = (await client.getMessageById(message.id._serialized)) as Any;
  t.equal(kept.isStarred, true);
  t.equal(kept.hasReaction, true);
  const [reaction] = await kept.getReactions();
  t.match(reaction, { id: '👍', senders: [{ senderId: ana.wid }] });
  t.match(
    await client.getMessageById(revoked.id._serialized),
    { type: 'revoked', body: '', hasMedia: false, protocolMessageKey: { id: gone } },
    'a message that was deleted for everybody has no content left',
  );
  const asked = (await client.getMessageById(poll.id._serialized)) as Any;
  t.match(await asked.getPollVotes(), [{ voter: ana.wid, selectedOptions: [{ name: 'later' }] }]);
  const chat = await client.getChatById(ana.wid);
  t.match(chat, { isMuted: true, muteExpiration: until });
  t.match(await client.getChatById(group.id), { isMuted: true, muteExpiration: -1 });
  t.equal((await client.getContactById(ben.wid)).isBlocked, true);
  t.same(
    (await client.getBlockedContacts()).map(({ id }) => id._serialized),
    [ben.wid],
  );
  t.equal(await (await client.getContactById(client.info.wid._serialized)).getAbout(), 'Back soon');
  t.equal(await (await client.getContactById(ana.wid)).getAbout(), 'At sea');
  t.equal(await (await client.getContactById(ben.wid)).getAbout(), null, 'a hidden about text is null');

  // The new document undoes changes that an earlier document made.
  await ana.react(id, '');
  await again.untilMessage(kept, { hasReaction: false });
  await (await client.getContactById(ben.wid)).unblock();
  t.same(await client.getBlockedContacts(), []);
});

t.test('a mute ends by itself, also while no browser runs', async (t) => {
  await using sim = await Simulator.start();
  const phone = sim.createPhone({ number: '15550001111' });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const first = await BareClient.start(sim);
  t.teardown(() => first.remove());
  await phone.scan(await sim.waitForQr());
  await first.wait('ready');
  await ana.send('hello');
  await first.wait('message');
  const chat = await first.client.getChatById(ana.wid);
  t.match(await chat.mute(new Date(Date.now() + 2_000)), { isMuted: true });
  await first.close();
  const again = await BareClient.start(sim, { directory: first.directory });
  t.teardown(() => again.remove());
  await again.wait('ready');
  await again.client.pupPage?.waitForFunction(
    (id: string) => (globalThis as Any).require('WAWebCollections').Chat.get(id).muteExpiration === 0,
    { timeout: 10_000 },
    ana.wid,
  );
  t.match(await again.client.getChatById(ana.wid), { isMuted: false, muteExpiration: 0 });
});
