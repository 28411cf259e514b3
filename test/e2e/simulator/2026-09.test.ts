/** The breaks of stock whatsapp-web.js 1.34.7 that are new on generation 2026-09. */

import t from 'tap';
import wweb from 'whatsapp-web.js';
import { PIXEL } from '../../harness/sample-files.js';
import { BareClient } from '../../simulator/bare-client.js';
import type { Contact } from '../../simulator/contact.js';
import { Simulator } from '../../simulator/simulator.js';

// biome-ignore lint/suspicious/noExplicitAny: the library's values have other, wider types
type Any = any;

const bodies = (contact: Contact, to: string): string[] =>
  contact.received.filter(({ message }) => message.to === to).map(({ body }) => body);

/** The breaks of July hide the new ones: message keys, and navigations during sync. */
const CALM = { framesWhileSyncing: 0, pushStatesWhileSyncing: 0, msgKeyString: '_serialized' } as const;

t.test('the bare library has the breaks of September 2026', async (t) => {
  const sim = await Simulator.start({ generation: '2026-09', knobs: CALM });
  const phone = sim.createPhone({ number: '15550001111' });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const bare = await BareClient.linked(t, sim, phone);

  t.test('sending media fails, and sending text works (D2)', async (t) => {
    const media = new wweb.MessageMedia('text/plain', Buffer.from('x').toString('base64'), 'x.txt');
    const send = (what: Any, options: object = {}) => bare.client.sendMessage(ana.wid, what, options);
    const broken = /Data passed to getter must include an id property/;
    await t.rejects(send(media), broken);
    await t.rejects(send(media, { sendMediaAsDocument: true }), broken);
    t.ok(await send('text'));
    await ana.waitForMessage(({ body }) => body === 'text');
    t.same(
      ana.received.map(({ body }) => body),
      ['text'],
    );
  });

  t.test('no status is posted (D5)', async (t) => {
    const post = (what: Any) => bare.client.sendMessage('status@broadcast', what);
    const dot = new wweb.MessageMedia('image/png', PIXEL);
    for (const what of ['a status', dot])
      await t.rejects(post(what), /canCheckStatusRankingPosterGating.* is not a function/);
    t.same(bodies(ana, 'status@broadcast'), []);
    // With a replacement for that helper, texts are sent. Media are passed as one object, to which the
    // library adds no id.
    await bare.client.pupPage?.evaluate(
      `Object.defineProperty(window.require('WAWebStatusGatingUtils'), 'canCheckStatusRankingPosterGating', { value: () => false })`,
    );
    await post('a status');
    await ana.waitForMessage(({ body }) => body === 'a status');
    await t.rejects(post(dot), /reading 'id'/);
    t.same(bodies(ana, 'status@broadcast'), ['a status']);
  });

  t.test('a channel receives texts, but neither media nor link cards (D8)', async (t) => {
    const channel = sim.createChannel({ name: 'News', owner: phone.wid, followers: [ana.wid] });
    const post = (what: Any, options: object = {}) =>
      bare.client.sendMessage(channel.id, what, { sendSeen: false, ...options });
    await post('no link', { linkPreview: false });
    await ana.waitForMessage(({ body }) => body === 'no link');
    const dot = new wweb.MessageMedia('image/png', PIXEL);
    await sim.set('mediaSpreadsId', false);
    await t.rejects(post(dot), /avParams is not a function/);
    await post('see https://example.org/');
    const { message } = await ana.waitForMessage(({ body }) => body.startsWith('see'));
    t.match(message.extra, { title: undefined, matchedText: undefined }, 'there is no link card');
    t.match(channel.posts, [{ card: false }, { card: false }]);
    await sim.set('msgAvParams', true);
    await post(dot);
    await ana.waitForMessage(({ type, message }) => type === 'image' && message.to === channel.id);

    // A follower of a channel may not post in it. The library still reports the message as sent.
    const other = sim.createChannel({ name: 'Other', owner: ana.wid, followers: [phone.wid] });
    t.match(await bare.client.sendMessage(other.id, 'mine', { sendSeen: false }), { ack: 1 });
    t.same(other.posts, []);
    await sim.set('msgAvParams', false);
    await sim.set('mediaSpreadsId', true);
  });

  t.test('group admin acts and blocking have no effect, and describing a group fails (D6)', async (t) => {
    const group = sim.createGroup({ subject: 'Team', participants: [phone.wid, ana.wid] });
    await ana.send('hi', { group: group.id });
    await bare.wait('message', ({ body }: Any) => body === 'hi');
    const chat = (await bare.client.getChatById(group.id)) as Any;
    const isAdmin = () => group.wire.participants.find(({ id }) => id === ana.wid)?.admin;
    t.equal(isAdmin(), false);
    t.same(await chat.promoteParticipants([ana.wid]), { status: 200 });
    t.equal(isAdmin(), false, 'nobody was promoted');
    t.same(await chat.removeParticipants([ana.wid]), { status: 200 });
    t.not(isAdmin(), undefined, 'nobody was removed');
    await t.rejects(chat.setDescription('what we do'), /reading 'toJid'/);
    t.not(group.wire.desc, 'what we do', 'the description is unchanged');
    t.equal(await chat.setSubject('The team'), true);
    t.equal(group.wire.subject, 'The team', 'the name is unchanged');

    const contact = (await bare.client.getContactById(ana.wid)) as Any;
    await t.rejects(contact.block(), /getContactToBlockOnlyUseIfNoAssociatedChat is not a function/);
    t.same(await bare.client.getBlockedContacts(), [], 'nobody is blocked');
  });
});
