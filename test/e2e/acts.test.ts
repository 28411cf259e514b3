/** Reactions, edits, deletions, forwards, group changes and calls, in both directions. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Fault } from '../../src/protocol/fault.js';
import { Home } from '../harness/home.js';
import type { Wad } from '../harness/wad.js';
import type { Contact } from '../simulator/contact.js';
import type { Phone } from '../simulator/phone.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const kind = (error: Fault): string => error.kind;

/** Waits for a message of a contact, and returns its id and its key. */
async function received(wad: Wad, body: string): Promise<{ key: string; messageId: string }> {
  const { data } = await wad.event('message', (one) => one.body === body);
  return { key: String(data.key), messageId: String(data.messageId) };
}

async function ours(t: Test, wad: Wad, ana: Contact, ben: Contact): Promise<void> {
  await ana.send('hello');
  const hello = await received(wad, 'hello');
  t.match(await wad.wactl(['react', hello.key, '👍']), { code: 0, stdout: /^reacted/ });
  const reaction = await ana.waitForMessage(({ type, body }) => type === 'reaction' && body === '👍');
  t.equal(reaction.message.extra?.target, hello.messageId, 'the reaction names the message that we sent');
  t.match(await wad.event('message.reaction', ({ emoji }) => emoji === '👍'), {
    data: { fromMe: true, key: hello.key },
  });
  t.match(
    await wad.wactl(['react', hello.messageId, '--remove']),
    { code: 0 },
    "a reaction is removed by WhatsApp's own id",
  );
  await ana.waitForMessage(({ type, body }) => type === 'reaction' && body === '');

  const { id, messageId } = await wad.request('message.send', { to: ana.number, text: 'at ten' });
  await wad.request('message.wait', { id, for: 'sent' });
  t.match(
    await wad.wactl(['edit', id, 'at nine']),
    { code: 0 },
    'a message is edited by the id that send printed',
  );
  const edit = await ana.waitForMessage(({ type, body }) => type === 'edit' && body === 'at nine');
  t.equal(edit.message.extra?.target, messageId);
  t.match(await wad.event('message.edit', ({ body }) => body === 'at nine'), {
    data: { messageId, fromMe: true, previous: 'at ten' },
  });
  const page = await wad.request('chat.messages', { chat: ana.number });
  t.equal(page.messages.find((one) => one.messageId === messageId)?.body, 'at nine');

  t.match(await wad.request('message.star', { id }), { messageId, starred: true });
  t.match(await wad.wactl(['star', id, '--remove']), { code: 0, stdout: /not starred/ });

  const forwarded = await wad.request('message.forward', { id: hello.key, to: ben.number });
  const arrived = await ben.waitForMessage(({ body }) => body === 'hello');
  t.equal(forwarded.messageId, arrived.id, 'the answer names the new message');
  t.equal(forwarded.chatId, ben.wid);

  t.match(await wad.wactl(['delete', id]), { code: 0, stdout: /for everybody/ });
  const revoke = await ana.waitForMessage(({ type }) => type === 'revoke');
  t.equal(revoke.message.extra?.target, messageId);
  t.match(
    await wad.event('message.revoke'),
    { data: { messageId, fromMe: true } },
    'the deletion is reported under the original id',
  );
  t.match(await wad.wactl(['delete', hello.key, '--for-me']), { code: 0 });
  const left = await wad.request('chat.messages', { chat: ana.number });
  t.notOk(left.messages.some((one) => one.messageId === hello.messageId));

  await ana.send('mine');
  const mine = await received(wad, 'mine');
  t.match(await wad.wactl(['edit', mine.key, 'yours']), {
    code: 1,
    stderr: /Only a message of this account/,
  });
  t.equal(await wad.request('message.delete', { id: mine.key }).catch(kind), 'not_allowed');
  t.match(await wad.wactl(['react', '3EB0000000000000000000', '👍']), { code: 7 });
  t.match(await wad.wactl(['forward', mine.key, '15557770000']), { code: 7, stderr: /not on WhatsApp/ });
  t.match(await wad.wactl(['react', mine.key]), { code: 2 });
}

async function theirs(t: Test, sim: Simulator, wad: Wad, phone: Phone, ana: Contact): Promise<void> {
  const { id, messageId } = await wad.request('message.send', { to: ana.number, text: 'do you come?' });
  await wad.request('message.wait', { id, for: 'delivered' });
  await ana.react(messageId, '❤️');
  const reports = await wad.event('message.reaction', ({ emoji }) => emoji === '❤️');
  t.match(reports.data, {
    key: `true_${ana.wid}_${messageId}`,
    messageId,
    chatId: ana.wid,
    from: ana.wid,
    fromMe: false,
  });
  // Votes on a poll that the account sent.
  const poll = { question: 'When?', options: ['now', 'later'], multiple: true };
  const asked = await wad.request('message.send', { to: ana.number, poll });
  await wad.request('message.wait', { id: asked.id, for: 'delivered' });
  for (const vote of [['now'], ['now', 'later'], []]) {
    await ana.vote(asked.messageId, vote);
    const same = (one: unknown) => JSON.stringify(one) === JSON.stringify(vote);
    t.match(await wad.event('message.reaction', (data) => same(data.vote)), {
      data: { messageId: asked.messageId, chatId: ana.wid, from: ana.wid, fromMe: false, emoji: null },
    });
  }
  await phone.vote(asked.messageId, ['later']);
  t.match(
    await wad.event('message.reaction', ({ vote }) => JSON.stringify(vote) === '["later"]'),
    { data: { messageId: asked.messageId, from: `${NUMBER}@c.us`, fromMe: true } },
    'a vote from the phone is reported as our own',
  );
  await ana.react(messageId, '');
  await wad.event('message.reaction', ({ emoji, fromMe }) => emoji === '' && fromMe === false);

  const late = await ana.send('I come');
  await received(wad, 'I come');
  await ana.edit(late, 'I come late');
  t.match(await wad.event('message.edit', ({ body }) => body === 'I come late'), {
    data: { messageId: late, fromMe: false, previous: 'I come' },
  });
  for (const revokeKey of ['new', 'same'] as const) {
    await sim.set('revokeKey', revokeKey);
    const id = await ana.send(`gone ${revokeKey}`);
    const { key } = await received(wad, `gone ${revokeKey}`);
    await ana.revoke(id);
    const { data } = await wad.event('message.revoke', ({ messageId }) => messageId === id);
    t.match(data, { key, chatId: ana.wid, fromMe: false }, `a revoked message under a ${revokeKey} key`);
  }
  await ana.call({ video: true });
  t.match(await wad.event('call'), { data: { from: ana.wid, video: true, fromMe: false } });

  // The text of a message that is decrypted late arrives late. It is reported once, and is no edit.
  await sim.set('ciphertext', 'decrypted-later');
  await ana.send('read me later');
  await received(wad, 'read me later');
  await sim.set('ciphertext', 'no');
}

/** An edit of a file changes its caption. A file sent without a caption cannot be edited. */
async function captions(t: Test, wad: Wad, ana: Contact, file: string): Promise<void> {
  await writeFile(file, '%PDF-1.4');
  const send = async (...caption: string[]): Promise<{ id: string; messageId: string }> => {
    const end = await wad.wactl(['send', ana.number, '--file', file, ...caption, '-o', 'json']);
    t.equal(end.code, 0, end.stderr);
    return JSON.parse(end.stdout);
  };
  const { id, messageId } = await send('--caption', 'the bil');
  const end = await wad.wactl(['edit', id, ' the bill ']);
  t.equal(end.code, 0, `the page removes surrounding spaces: ${end.stderr}`);
  const edit = await ana.waitForMessage(({ message }) => message.extra?.caption === 'the bill');
  t.equal(edit.message.extra?.target, messageId);
  t.match(await wad.event('message.edit', ({ body }) => body === 'the bill'), {
    data: { messageId, fromMe: true, previous: 'the bil' },
  });
  const bare = await send();
  t.equal(await wad.request('message.edit', { id: bare.id, text: 'late' }).catch(kind), 'not_allowed');

  const theirs = await ana.sendMedia({
    bytes: Buffer.from('%PDF-1.4'),
    mimetype: 'application/pdf',
    caption: 'my bil',
  });
  const { key } = await received(wad, 'my bil');
  await ana.edit(theirs, 'my bill');
  t.match(await wad.event('message.edit', ({ body }) => body === 'my bill'), {
    data: { key, messageId: theirs, fromMe: false, previous: 'my bil' },
  });
  const shown = async (messageId: string) =>
    (await wad.request('chat.messages', { chat: ana.number })).messages.find(
      (one) => one.messageId === messageId,
    );
  t.match(await shown(messageId), { body: 'the bill', hasMedia: true });
  t.match(await shown(theirs), { body: 'my bill', hasMedia: true });

  // The page leaves the location of the file in a deleted message (WAWebRevokeMsgAction).
  await ana.revoke(theirs);
  await wad.event('message.revoke', (one) => one.messageId === theirs);
  const { messages } = await wad.request('chat.messages', { chat: ana.number });
  const gone = messages.find(({ type }) => type === 'revoked');
  t.match(gone, { body: '', hasMedia: false, media: null });
  t.equal(await wad.request('media.fetch', { id: String(gone?.key) }).catch(kind), 'no_such_media');
}

async function inGroups(t: Test, sim: Simulator, wad: Wad, ana: Contact, ben: Contact): Promise<void> {
  const group = sim.createGroup({ subject: 'Team', participants: [ana.wid, `${NUMBER}@c.us`] });
  await ana.send('to all', { group: group.id });
  const { key } = await received(wad, 'to all');
  t.match(await wad.wactl(['react', key, '🎉']), { code: 0 }, 'in a group the key also names the author');
  sim.changeGroup(group, ana.wid, { what: 'add', participants: [ben.wid] });
  sim.changeGroup(group, ana.wid, { what: 'promote', participants: [`${NUMBER}@c.us`] });
  sim.changeGroup(group, ana.wid, { what: 'subject', value: 'The team' });
  for (const [change, more] of [
    ['add', { participants: [ben.wid] }],
    ['promote', { participants: [`${NUMBER}@c.us`] }],
    ['subject', { body: 'The team' }],
  ] as const)
    t.match(await wad.event('group', (data) => data.change === change), {
      data: { chatId: group.id, author: ana.wid, ...more },
    });
  t.match(await wad.wactl(['group', 'remove', group.id, ben.number]), { code: 0 });
  t.match(await wad.event('group', ({ change }) => change === 'remove'), {
    data: { participants: [ben.wid] },
  });
  const text = await wad.wactl(['events', '--type', 'group']);
  t.match(text.stdout, / group +.*\(\d+@g\.us\): add .*\+1 555 000 3333\S* by Ana \(\+1 555 000 2222\)/);
  // The account's own message in a group names the account as its author.
  const { id } = await wad.request('message.send', { to: group.id, text: 'from us' });
  await wad.request('message.wait', { id, for: 'sent' });
  t.match(await wad.wactl(['edit', id, 'from all of us']), { code: 0 });
}

for (const generation of ['2026-04', '2026-07', '2026-09'] as const) {
  t.test(`acts of ours and of others on a message are performed and reported (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
    const wad = await home.start();
    await wad.link(phone);
    await ours(t, wad, ana, ben);
    await theirs(t, sim, wad, phone, ana);
    await captions(t, wad, ana, join(home.tmp, 'bill.pdf'));
    await inGroups(t, sim, wad, ana, ben);

    const events = await wad.events();
    const edits = events.flatMap(({ type, data }) => (type === 'message.edit' ? [data.body] : []));
    const made = ['at nine', 'I come late', 'the bill', 'my bill', 'from all of us'];
    t.same(edits, made, 'each edit is reported once, and nothing else is');
    for (const type of ['message.revoke', 'message.reaction', 'group', 'call']) {
      const reports = events
        .filter((one) => one.type === type)
        .map(({ data }) => JSON.stringify({ ...data, timestamp: 0 }));
      t.same(reports, [...new Set(reports)], `${type}: each is reported once`);
    }
    await wad.stop();
    t.same(await wad.leftBehind({ profile: 'kept' }), []);
  });
}

t.test('simultaneous acts in one chat all happen, and each names its own message', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
  const wad = await home.start();
  await wad.link(phone);
  const ids: string[] = [];
  for (const text of ['one', 'two', 'three']) {
    const { id } = await wad.request('message.send', { to: ana.number, text });
    await wad.request('message.wait', { id, for: 'delivered' });
    ids.push(id);
  }
  const forEach = <T>(act: (id: string) => Promise<T>): Promise<T[]> => Promise.all(ids.map(act));
  await forEach((id) => wad.request('message.star', { id }));

  const sent = wad.request('message.send', { to: ben.number, text: 'meanwhile' });
  const forwards = await forEach((id) => wad.request('message.forward', { id, to: ben.number }));
  await sent;
  for (const [place, body] of ['one', 'two', 'three'].entries()) {
    const arrived = await ben.waitForMessage((one) => one.body === body);
    t.equal(forwards[place]?.messageId, arrived.id, `the forward of ${body} names the message that Ben has`);
  }

  await forEach((id) => wad.request('message.delete', { id }));
  t.equal(ana.received.filter(({ message: { type } }) => type === 'revoke').length, 3);
  await wad.stop();
});

t.test('an unanswered act is reported with an unknown outcome, a refused one as failed', async (t) => {
  await using sim = await Simulator.start({ knobs: { actFault: 'throws' } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const wad = await home.start();
  await wad.link(phone);
  await ana.send('hello');
  const { key } = await received(wad, 'hello');
  t.match(
    await wad.wactl(['react', key, '👍']),
    { code: 1, stderr: /acts\.react at WAWeb\w+, .*2\.3000/ },
    'the error names the operation and its modules (D7)',
  );
  await sim.set('actFault', 'hangs');
  const end = await wad.wactl(['react', key, '👍', '-o', 'json'], { timeoutMs: 90_000 });
  t.equal(end.code, 6, end.stderr);
  t.match(JSON.parse(end.stderr), { data: { kind: 'outcome_unknown', outcome: 'unknown' } });
  await wad.stop();
});
