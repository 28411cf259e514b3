/** Strangers' messages that imitate others: a sender chooses the ids of its messages. */
import { createHash } from 'node:crypto';
import t, { type Test } from 'tap';
import { knownMessage } from '../../src/daemon/api/known-message.js';
import { Feed } from '../../src/daemon/events/feed.js';
import { ClientReports, type ClientReportsOptions } from '../../src/daemon/incoming/client-reports.js';
import { Inbox } from '../../src/daemon/incoming/inbox.js';
import { namedMessage } from '../../src/daemon/incoming/message-lookup.js';
import { Outbox } from '../../src/daemon/outgoing/outbox.js';
import { Fault } from '../../src/protocol/fault.js';
import { messageKey, parseMessageRef } from '../../src/protocol/wid.js';
import type { InboundMessage } from '../../src/session/inbound-message.js';
import { Home } from '../harness/home.js';
import { keepLog } from '../harness/server.js';
import type { Wad } from '../harness/wad.js';
import type { SendOptions } from '../simulator/contact.js';
import { Simulator } from '../simulator/simulator.js';
import type { Json } from '../simulator/wire.js';
import { opened, message as row, WID } from '../unit/store/scratch.js';

// For a slow machine; it usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const ANA = '15550002222@c.us';
const EVE = '15550006666@c.us';
const kind = (error: Fault): string => error.kind;
const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const from = (chatId: string, messageId: string, more: Partial<InboundMessage> = {}): InboundMessage => ({
  ...{ key: messageKey({ fromMe: more.fromMe ?? false, remote: chatId, id: messageId }), messageId, chatId },
  ...{ from: chatId, to: WID, author: null, fromMe: false, type: 'text', body: `${chatId} ${messageId}` },
  ...{ timestamp: '2026-01-01T00:00:00.000Z', ack: 1, hasMedia: false, media: null, replyTo: null },
  ...{ mentions: [], details: null, backfilled: false, ...more },
});

t.test("a stranger's message with a reused id", async (t) => {
  const store = opened(t);
  const inbox = new Inbox(store);
  const receive = (...all: InboundMessage[]) =>
    store.writeNow((tx) => all.map((one) => inbox.message(tx, one)?.cursor ?? null));
  const refused = (name: string): string => {
    try {
      return namedMessage(store, name).ref.place?.remote ?? 'anywhere';
    } catch (error) {
      return Fault.of(error).kind;
    }
  };
  const { message: own } = store.writeNow((tx) => store.outbox.accept(tx, row(1)));
  const mine = from(own.chatId, own.messageId, { fromMe: true });

  await t.test("does not suppress another person's message", async (t) => {
    const announced = receive(from(ANA, 'AC01'), from(EVE, 'AC01'), from(ANA, 'AC01'));
    t.equal(announced.filter((cursor) => cursor !== null).length, 2, 'each message is reported once');
    const group = '120363000000000000@g.us';
    const inGroup = (author: string) =>
      from(group, 'AC02', {
        author,
        key: messageKey({ fromMe: false, remote: group, id: 'AC02', participant: author }),
      });
    t.notOk(receive(inGroup(ANA), inGroup(EVE)).includes(null));
  });

  await t.test('is refused as ambiguous, and the error lists the keys', async (t) => {
    try {
      namedMessage(store, 'AC01');
      t.fail('the id was resolved to one of them');
    } catch (error) {
      const { data } = Fault.of(error).toWire();
      t.match(data, { kind: 'ambiguous_message', keys: [`false_${EVE}_AC01`, `false_${ANA}_AC01`] });
      t.match(data.reason, `false_${ANA}_AC01`);
    }
    t.equal(refused(`false_${ANA}_AC01`), ANA, 'the key identifies one message');
    t.equal(refused(`false_${EVE}_AC01`), EVE);
    t.throws(() => knownMessage(store, 'AC01'), /2 messages have the id AC01/);
  });

  await t.test('is not found by its id if we have sent a message with this id', async (t) => {
    receive(from(EVE, own.messageId, { ack: 3 }));
    t.match(
      knownMessage(store, own.messageId),
      { id: own.id, key: null, message: null },
      'our message is found before its event',
    );
    receive(mine, from(ANA, own.messageId));
    for (const name of [own.id, own.messageId, mine.key]) {
      t.match(knownMessage(store, name), { id: own.id, key: mine.key, message: { fromMe: true } }, name);
      t.match(namedMessage(store, name).ref, { id: own.messageId, place: { fromMe: true } }, name);
    }
  });

  await t.test("does not change our message's state by its acks", async (t) => {
    const log = keepLog();
    const outbox = new Outbox(store, log);
    const feed = new Feed({ account: 'test', store, log });
    const news = new ClientReports({ feed, inbox, outbox } as unknown as ClientReportsOptions);
    await outbox.take(own.id, { type: 'submit' }, { attempted: true });
    const tick = { type: 'ack', messageId: own.messageId, ack: 3 } as const;
    news.acked({ ...tick, key: `false_${EVE}_${own.messageId}`, chatId: EVE, fromMe: false });
    await feed.settled();
    t.match(outbox.get(own.id), { state: 'sending', ack: 0 });
    news.acked({ ...tick, key: mine.key, chatId: own.chatId, fromMe: true });
    await feed.settled();
    t.match(outbox.get(own.id), { state: 'read', ack: 3 });
  });

  await t.test('does not hide a message sent from the phone', async (t) => {
    const ack = { type: 'ack', messageId: '3EBPHONE', chatId: ANA, fromMe: true, ack: 2 } as const;
    store.writeNow((tx) => inbox.ack(tx, { ...ack, key: `true_${ANA}_3EBPHONE` }));
    receive(from(EVE, '3EBPHONE'));
    t.equal(refused('3EBPHONE'), 'ambiguous_message');
    receive(from(ANA, '3EBPHONE', { fromMe: true }));
    t.equal(refused('3EBPHONE'), 'ambiguous_message');
  });

  await t.test('counts as one message under both identities of a chat', async (t) => {
    receive(from(ANA, '3EBTWICE', { fromMe: true }));
    const ack = { type: 'ack', messageId: '3EBTWICE', chatId: '99@lid', fromMe: true, ack: 2 } as const;
    store.writeNow((tx) => inbox.ack(tx, { ...ack, key: 'true_99@lid_3EBTWICE' }));
    t.equal(refused('3EBTWICE'), ANA);
  });
});

t.test('an id in the form of a key identifies no other message', (t) => {
  const own = `true_${ANA}_3EBOURS`;
  const rows = [
    { fromMe: false, remote: EVE, id: own },
    { fromMe: false, remote: EVE, id: `AC01_${ANA}` },
    { fromMe: false, remote: EVE, id: 'AC%5F01' },
    { fromMe: false, remote: '1203630@g.us', id: `AC01_${ANA}`, participant: EVE },
    { fromMe: false, remote: '1203630@g.us', id: 'AC01', participant: ANA },
  ];
  for (const { participant = null, ...parts } of rows) {
    const key = messageKey({ ...parts, participant: participant ?? undefined });
    const { fromMe, remote, id } = parts;
    t.same(parseMessageRef(key), { id, place: { fromMe, remote, participant } }, key);
  }
  t.equal(new Set(rows.map(messageKey)).size, rows.length);
  t.end();
});

/** Sends a message of ours to Ana, and waits for its event. */
async function ours(wad: Wad, to: string, text: string): Promise<{ id: string; messageId: string }> {
  const sent = await wad.request('message.send', { to, text });
  await wad.request('message.wait', { id: sent.id, for: 'delivered' });
  await wad.event('message', ({ body }) => body === text);
  return sent;
}

async function verbs(t: Test, wad: Wad, id: string, ben: string): Promise<Record<string, string>> {
  const asked = {
    get: () => wad.request('message.get', { id }).then(({ key }) => String(key)),
    react: () => wad.request('message.react', { id, emoji: '👍' }).then(({ key }) => key),
    star: () => wad.request('message.star', { id }).then(({ key }) => key),
    edit: () => wad.request('message.edit', { id, text: 'edited' }).then(({ key }) => key),
    forward: () => wad.request('message.forward', { id, to: ben }).then(() => 'forwarded'),
    reply: () => wad.request('message.send', { to: ben, text: 'a reply', replyTo: id }).then(() => 'sent'),
    before: () => wad.request('chat.messages', { chat: ANA, before: id }).then(() => 'listed'),
    media: () => wad.request('media.fetch', { id }).then(({ name }) => String(name)),
    delete: () => wad.request('message.delete', { id }).then(({ key }) => key),
  };
  const answers: Record<string, string> = {};
  for (const [verb, ask] of Object.entries(asked)) answers[verb] = await ask().catch(kind);
  t.comment(JSON.stringify(answers));
  return answers;
}

for (const generation of ['2026-04', '2026-09'] as const) {
  t.test(
    `every verb finds the right message, although a stranger has reused its id (${generation})`,
    async (t) => {
      await using sim = await Simulator.start({ generation });
      await using home = await Home.make(sim, { t });
      const phone = sim.createPhone({ number: NUMBER });
      const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
      const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
      const eve = sim.createContact({ number: '15550006666' });
      const wad = await home.start();
      await wad.link(phone);
      const hears = (body: string) => wad.event('message', (data) => data.body === body);

      // Our message: the stranger's is newer, and nothing may change it.
      const sent = await ours(wad, ana.number, 'our secret');
      await eve.send('their bait', { id: sent.messageId });
      await hears('their bait');
      const key = `true_${ANA}_${sent.messageId}`;
      t.match(await verbs(t, wad, sent.messageId, ben.number), {
        ...{
          get: key,
          react: key,
          star: key,
          edit: key,
          forward: 'forwarded',
          reply: 'sent',
          before: 'listed',
        },
        ...{ media: 'no_such_media', delete: key },
      });
      const forwarded = await ben.waitForMessage(({ message }) => message.extra?.isForwarded === true);
      t.equal(forwarded.body, 'edited', "our message was forwarded, not the stranger's");
      const reply = await ben.waitForMessage(({ body }) => body === 'a reply');
      t.match(JSON.stringify(reply.message.extra), sent.messageId);
      t.equal(eve.received.length, 0, 'the stranger received nothing');

      // Two strangers' messages: neither is chosen, and each can be named.
      const first = await ana.send('from Ana', { id: 'AC0123456789' });
      await hears('from Ana');
      await eve.send('from Eve', { id: first });
      await hears('from Eve');
      t.same(new Set(Object.values(await verbs(t, wad, first, ben.number))), new Set(['ambiguous_message']));
      const refusal = await wad.wactl(['react', first, '👍']);
      t.match(refusal, { code: 2, stderr: `false_${ANA}_${first}` }, refusal.stderr);
      const byKey = await verbs(t, wad, `false_${ANA}_${first}`, ben.number);
      t.match(byKey, { get: `false_${ANA}_${first}`, star: `false_${ANA}_${first}`, edit: 'not_allowed' });
      t.ok(
        ben.received.some(({ body }) => body === 'from Ana') &&
          !ben.received.some(({ body }) => body === 'from Eve'),
      );
      await ana.waitForMessage(({ type, message }) => type === 'reaction' && message.extra?.target === first);
      t.notOk(eve.received.some(({ type }) => type === 'reaction'));

      // Files: each message has its own, in whichever order they are downloaded.
      const bytes = (of: string) => Buffer.from(`%PDF-1.7 ${of}`);
      const file = { mimetype: 'application/pdf', filename: 'a.pdf' };
      await ana.sendMedia({ ...file, bytes: bytes('Ana') }, { id: 'AC0123456790' });
      const one = await wad.event(
        'message',
        ({ messageId, chatId }) => messageId === 'AC0123456790' && chatId === ANA,
      );
      const got = async (name: string): Promise<string> => {
        const { id } = await wad.request('media.fetch', { id: name });
        const { data } = await wad.request('media.read', { id, offset: 0 });
        return sha(Buffer.from(data, 'base64'));
      };
      t.equal(
        await got('AC0123456790'),
        sha(bytes('Ana')),
        'the id is accepted while only one message has it',
      );
      await eve.sendMedia({ ...file, bytes: bytes('Eve') }, { id: 'AC0123456790' });
      const two = await wad.event(
        'message',
        ({ messageId, chatId }) => messageId === 'AC0123456790' && chatId === EVE,
      );
      t.equal(await got(String(two.data.key)), sha(bytes('Eve')));
      t.equal(await got(String(one.data.key)), sha(bytes('Ana')));
      t.equal(await wad.request('media.fetch', { id: 'AC0123456790' }).catch(kind), 'ambiguous_message');
      await wad.stop();

      // Two members of a group, while the daemon does not run.
      const group = sim.createGroup({ subject: 'Team', participants: [ANA, EVE, `${NUMBER}@c.us`] });
      await ana.send('to all, from Ana', { group: group.id, id: 'AC0123456791' });
      await eve.send('to all, from Eve', { group: group.id, id: 'AC0123456791' });
      const next = await home.start();
      await next.until('ready');
      for (const body of ['to all, from Ana', 'to all, from Eve'])
        t.ok(await next.event('message', (data) => data.body === body), body);
      await next.stop();
      t.same(await next.leftBehind({ profile: 'kept' }), []);
    },
  );
}

type Malformed = Pick<SendOptions, 'type' | 'extra' | 'malformed'>;
const HUGE = 'x'.repeat(200_000);
const DEEP = Array.from({ length: 200 }).reduce<Json>((inner) => ({ inner }), 'deep');
const WRONG: readonly Json[] = [
  null,
  5,
  -1e300,
  true,
  '',
  'text',
  [],
  [null],
  {},
  { length: 1e9 },
  HUGE,
  DEEP,
];
/** The fields that are read of a message, by its type. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  chat: [
    'mentionedJidList',
    'quotedMsg',
    'quotedStanzaID',
    'groupMentions',
    'links',
    'buttons',
    'star',
    'title',
  ],
  multi_vcard: ['vcardList'],
  vcard: ['vcardFormattedName'],
  location: ['lat', 'lng', 'loc', 'clientUrl'],
  poll_creation: ['pollName', 'pollOptions', 'pollSelectableOptionsCount'],
  document: ['mimetype', 'size', 'filename', 'directPath', 'caption', 'mediaKey'],
  groups_v4_invite: ['inviteCode', 'inviteGrp', 'inviteGrpName'],
  list_response: ['listResponse', 'dynamicReplyButtons', 'replyButtons', 'selectedButtonId'],
};

/**
 * Every field omitted, and with every value of a wrong type; values that no wire carries; and the fields that
 * every message has.
 */
function* malformed(): Generator<Malformed> {
  for (const [type, fields] of Object.entries(FIELDS)) {
    yield { type };
    for (const field of fields) for (const value of WRONG) yield { type, extra: { [field]: value } };
    yield { type, extra: { $throws: [...fields] } };
    yield { type, extra: { $cyclic: [...fields] } };
  }
  for (const field of ['type', 'body', 'notifyName'] as const)
    for (const value of WRONG) yield { malformed: { [field]: value } };
  // The time is set by the server, so it is a number.
  for (const t of [1e15, 1e300]) yield { malformed: { t } };
  yield { extra: { $throws: ['body', 'caption', 'author'] } };
}

t.test('no message hides another, whatever its content', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-09' });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const eve = sim.createContact({ number: '15550006666' });
  const group = sim.createGroup({ subject: 'Team', participants: [ANA, EVE, `${NUMBER}@c.us`] });
  const wad = await home.startLinked(phone);
  const attack = async (): Promise<string[]> => {
    const ids: string[] = [];
    let n = 0;
    for (const one of malformed()) {
      n += 1;
      ids.push(await eve.send(`${n}`, one));
      if (n % 10 === 0) ids.push(await eve.send(`${n}`, { ...one, group: group.id }));
    }
    return ids;
  };
  const listed = async (run: Wad, chat: string): Promise<Map<string, string>> => {
    const found = new Map<string, string>();
    for (let before: string | undefined; ; ) {
      const { messages, more } = await run.request('chat.messages', {
        chat,
        limit: 100,
        ...(before && { before }),
      });
      for (const { messageId, type } of messages) found.set(messageId, type);
      before = messages[0]?.key;
      if (!more || before === undefined) return found;
    }
  };
  const announced = async (run: Wad): Promise<Set<string>> =>
    new Set((await run.events('message')).map(({ data }) => String(data.messageId)));
  const missing = (ids: readonly string[], found: { has(id: string): boolean }) =>
    ids.filter((id) => !found.has(id));

  await eve.send('first');
  const live = await attack();
  await eve.send('last');
  await ana.send('from Ana');
  await ana.send('to the team', { group: group.id });
  for (const body of ['last', 'from Ana', 'to the team'])
    t.ok(await wad.event('message', (data) => data.body === body), `live: ${body}`);
  t.same(missing(live, await announced(wad)), [], 'each message is reported, if only as unknown');
  const card = await eve.send('', { type: 'multi_vcard' });
  t.match(await wad.event('message', ({ messageId }) => messageId === card), {
    data: { type: 'unknown', key: `false_${EVE}_${card}`, chatId: EVE, body: null },
  });

  const inChat = await listed(wad, EVE);
  t.ok(inChat.has(card) && inChat.get(card) === 'unknown');
  const inGroup = new Set((await listed(wad, group.id)).keys());
  t.same(missing(live, { has: (id) => inChat.has(id) || inGroup.has(id) }), [], 'each message is listed');
  const chats = await wad.request('chat.list');
  t.match(chats.chats.map(({ id }) => id).sort(), [ANA, EVE, group.id].sort());
  t.ok((await wad.request('contact.list', { all: true })).contacts.some(({ id }) => id === EVE));
  t.match((await wad.request('group.list')).groups, [{ id: group.id, name: 'Team' }]);
  t.equal((await wad.wactl(['messages', EVE])).code, 0);
  await wad.stop();

  const away = await attack();
  await eve.send('last of all');
  await ana.send('while you were away');
  const next = await home.start();
  await next.until('ready');
  for (const body of ['last of all', 'while you were away'])
    t.ok(await next.event('message', (data) => data.body === body), `back-fill: ${body}`);
  await next.event('message', ({ messageId }) => messageId === away.at(-1));
  t.same(missing(away, await announced(next)), []);
  t.same(await next.events('gap'), []);
  await next.stop();
  t.same(await next.leftBehind({ profile: 'kept' }), []);
});

t.test('nothing is sent to a chat that does not exist', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-09' });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const me = `${NUMBER}@c.us`;
  const group = sim.createGroup({ subject: 'Team', participants: [ANA, me] });
  const left = sim.createGroup({ subject: 'Left', participants: [ANA, me] });
  const quiet = sim.createGroup({ subject: 'Quiet', participants: [ANA, me], announce: true });
  const wad = await home.startLinked(phone);
  await ana.send('hello', { group: group.id });
  const { data } = await wad.event('message', ({ body }) => body === 'hello');
  sim.changeGroup(left, ANA, { what: 'remove', participants: [me] });
  await wad.event('group', ({ chatId, change }) => chatId === left.id && change === 'remove');

  const table = [
    ['120363999999999999@g.us', 'no_such_chat'],
    ['120363999999999999@newsletter', 'no_such_chat'],
    ['999999999999999@lid', 'not_on_whatsapp'],
    [left.id, 'not_allowed'],
    [quiet.id, 'not_allowed'],
  ] as const;
  for (const [to, expected] of table) {
    t.equal(await wad.request('message.send', { to, text: 'hi' }).catch(kind), expected, `send ${to}`);
    if (!to.endsWith('@newsletter'))
      t.equal(
        await wad.request('message.forward', { id: String(data.key), to }).catch(kind),
        expected,
        `forward ${to}`,
      );
  }
  const [none] = table[0];
  t.match(await wad.wactl(['send', none, 'hi']), {
    code: 7,
    stderr: /There is no group 120363999999999999@g\.us/,
  });
  for (const verb of ['chat.markRead', 'chat.archive', 'chat.typing', 'chat.messages'] as const)
    t.equal(await wad.request(verb, { chat: none }).catch(kind), 'no_such_chat', verb);
  t.equal((await wad.request('outbox.list')).messages.length, 0, 'no message was accepted');
  await wad.request('message.send', { to: group.id, text: 'to the team' });
  await ana.waitForMessage(({ body }) => body === 'to the team');
  // The page does not know this person yet, and WhatsApp knows the LID.
  const bob = sim.createContact({ number: '15550003333', name: 'Bob', known: false });
  await wad.request('message.send', { to: bob.wire.lid, text: 'to a LID' });
  await bob.waitForMessage(({ body }) => body === 'to a LID');
  await wad.stop();

  // Accepted while no page could refuse it: it fails when it is its turn.
  const next = await home.start({ args: ['--no-auto-init'] });
  const rows: [string, string][] = [];
  for (const [to, expected] of table)
    rows.push([(await next.request('message.send', { to, text: 'later' })).id, expected]);
  await next.request('session.initialize');
  await next.until('ready');
  for (const [id, expected] of rows) {
    const row = await next.request('message.wait', { id, timeoutMs: 60_000 }, { timeoutMs: 70_000 });
    t.match(row, { state: 'failed', error: { kind: expected } }, id);
  }
  t.notOk(ana.received.some(({ body }) => body === 'later'));
  await next.stop();
  t.same(await next.leftBehind({ profile: 'kept' }), []);
});
