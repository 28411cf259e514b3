/** Own messages are stored before they are sent, resent under the same id, and delivered to a person once. */
import type { Dialog } from 'puppeteer';
import t from 'tap';
import type { PageWindow } from '../../../src/whatsapp/page/page-window.js';
import { BareClient } from '../../simulator/bare-client.js';
import { Simulator } from '../../simulator/simulator.js';

const sim = await Simulator.start();
const phone = sim.createPhone({ number: '15550001111' });
const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
const bare = await BareClient.linked(t, sim, phone);

const TO = '15550002222@c.us';
const send = (body: string) => bare.client.sendMessage(TO, body, { sendSeen: false, linkPreview: false });
const acked = (id: string, level: number) =>
  bare.wait('message_ack', (message, ack) => message.id.id === id && ack === level);
const arrivals = (id: string) => sim.ledger.filter((arrival) => arrival.id === id);
const acksOf = (id: string) =>
  bare.seen.filter(
    ({ event, args }) => event === 'message_ack' && (args[0] as { id: { id: string } }).id.id === id,
  );

t.test('a message whose ack was lost arrives twice under one id and is shown once', async (t) => {
  await sim.set('ackServerMs', 60_000);
  const { id } = await send('twice');
  await ana.waitForMessage(({ body }) => body === 'twice');
  await sim.set('ackServerMs', 5);
  sim.faults.dropSockets();
  await acked(id.id, 1);
  t.same(
    arrivals(id.id).map(({ repeated }) => repeated),
    [false, true],
  );
  t.equal(ana.received.filter(({ body }) => body === 'twice').length, 1);
});

t.test('a message written without a connection is sent when there is one', async (t) => {
  await sim.faults.socket('refuse');
  sim.faults.dropSockets();
  await sim.waitForPage(({ state }) => state !== 'CONNECTED');
  const { id, ack } = await send('later');
  t.equal(ack, 0);
  t.equal(arrivals(id.id).length, 0);
  await sim.faults.socket('none');
  await acked(id.id, 3);
  t.equal(arrivals(id.id).length, 1);
});

/** Sends while nothing is acknowledged, and reloads the page. @returns the id */
async function strand(body: string): Promise<string> {
  await sim.set('ackFault', 'never');
  const { id } = await send(body);
  await ana.waitForMessage((message) => message.body === body);
  await sim.set('ackFault', 'none');
  const times = bare.count('ready') + 1;
  await sim.pages[0]?.reload();
  await bare.waitTimes('ready', times);
  return id.id;
}

const again = (id: string) => sim.waitForArrival((arrival) => arrival.id === id && arrival.repeated);

t.test(
  'a message without an ack stays unchanged in the next document until it is resent on request',
  async (t) => {
    const id = await strand('stranded');
    const key = `true_${TO}_${id}`;
    t.match(await bare.client.getMessageById(key), { id: { id }, ack: 0 });
    t.equal(arrivals(id).length, 1, 'a document sends nothing from its store by itself');
    const arrived = again(id);
    await bare.client.pupPage?.evaluate(async (key) => {
      const { require } = globalThis as unknown as PageWindow;
      const { Msg, Chat } = require('WAWebCollections');
      const { resendMsgToChat } = require('WAWebSendMsgChatAction');
      const msg = Msg.get(key);
      await resendMsgToChat(Chat.get(msg.id.remote), Promise.resolve(msg));
    }, key);
    await arrived;
    t.equal(ana.received.filter(({ body }) => body === 'stranded').length, 1);
  },
);

t.test('the page asks before it is reloaded while a message has no ack', async (t) => {
  const page = bare.client.pupPage;
  if (!page) return t.fail('no page');
  const asks = () => page.evaluate(`window.onbeforeunload() ?? ''`);
  t.equal(await asks(), '');
  await sim.set('ackFault', 'never');
  await send('unsent');
  t.equal(await asks(), 'You are closing WhatsApp.');
  const asked = new Promise<Dialog>((resolve) => page.once('dialog', resolve));
  const times = bare.count('ready') + 1;
  await page.reload({ waitUntil: 'domcontentloaded' });
  t.equal((await asked).type(), 'beforeunload');
  await bare.waitTimes('ready', times);
  await sim.set('ackFault', 'none');
});

t.test('with resendsAtLogin the next document resends it by itself, with its id', async (t) => {
  await sim.set('resendsAtLogin', true);
  const id = await strand('reloaded');
  await again(id);
  t.equal(ana.received.filter(({ body }) => body === 'reloaded').length, 1);
  t.equal((await bare.client.getMessageById(`true_${TO}_${id}`))?.id.id, id);
  await sim.set('resendsAtLogin', false);
});

t.test('the ack stays at 1 while a contact is offline', async (t) => {
  ana.offline();
  const { id } = await send('are you there');
  await acked(id.id, 1);
  t.equal(
    ana.received.some(({ body }) => body === 'are you there'),
    false,
  );
  ana.online();
  await acked(id.id, 3);
});

t.test('without read receipts the ack stays at 2', async (t) => {
  ana.readReceipts = false;
  const { id } = await send('unread');
  await acked(id.id, 2);
  ana.readReceipts = true;
  const next = await send('read');
  await acked(next.id.id, 3);
  t.same(
    acksOf(id.id).map(({ args }) => args[1]),
    [1, 2],
  );
});

t.test('acks can be an error, repeated, out of order, or keyed by the other identity', async (t) => {
  await sim.faults.ack('error');
  const failed = await send('bad');
  await acked(failed.id.id, -1);
  t.equal(
    ana.received.some(({ body }) => body === 'bad'),
    false,
  );

  await sim.faults.ack('doubled');
  const doubled = await send('double');
  await acked(doubled.id.id, 3);
  t.ok(acksOf(doubled.id.id).length > 3);

  await sim.faults.ack('out-of-order');
  const mixed = await send('mixed');
  await acked(mixed.id.id, 1);
  t.same(
    acksOf(mixed.id.id).map(({ args }) => args[1]),
    [3, 2, 1],
  );

  await sim.faults.ack('sibling');
  const sibling = await send('sibling');
  const [message] = await acked(sibling.id.id, 1);
  t.equal(message.id.remote, ana.wire.lid);
  await sim.faults.ack('none');
});

t.test('the send action hangs, throws, or rejects although the message was sent', async (t) => {
  await sim.faults.send('throws');
  await t.rejects(send('thrown'));
  await sim.faults.send('hangs-after-send');
  void send('hung').catch(() => {});
  await ana.waitForMessage(({ body }) => body === 'hung');
  await sim.faults.send('hangs-before-store');
  void send('nowhere').catch(() => {});
  // This answer comes after the page has reached the fault.
  await bare.client.pupPage?.evaluate('1');
  await sim.faults.send('none');
  await sim.set('sendRejectsAfterSend', true);
  await t.rejects(send('rejected'));
  await ana.waitForMessage(({ body }) => body === 'rejected');
  await sim.set('sendRejectsAfterSend', false);
  t.equal(
    ana.received.some(({ body }) => body === 'thrown' || body === 'nowhere'),
    false,
  );
});

t.test('for a number that is not on WhatsApp getNumberId returns null, and a send has no LID', async (t) => {
  const nobody = sim.createContact({ number: '15550003333', known: false });
  nobody.registered = false;
  t.equal(await bare.client.getNumberId('15550003333'), null);
  await t.rejects(bare.client.sendMessage('15550003333@c.us', 'hello'), /No LID for user/);
  await sim.set('coldChat', 'needs-lookup');
  sim.createContact({ number: '15550004444', known: false });
  await t.rejects(bare.client.sendMessage('15550004444@c.us', 'hello'), /No LID for user/);
  t.match(await bare.client.getNumberId('15550004444'), { _serialized: '15550004444@c.us' });
  t.ok(await bare.client.sendMessage('15550004444@c.us', 'hello'));
});

t.test('thousands of messages are exchanged in seconds', async (t) => {
  const started = Date.now();
  ana.autoReply = ({ body }) => (body.startsWith('ping') ? body.replace('ping', 'pong') : undefined);
  await bare.client.pupPage?.evaluate(`(async () => {
    const chat = window.require('WAWebCollections').Chat.get('${TO}');
    const sends = [];
    for (let n = 0; n < 2000; n++) sends.push(window.WWebJS.sendMessage(chat, 'ping ' + n, {}));
    await Promise.all(sends);
  })()`);
  await bare.wait('message', ({ body }) => body === 'pong 1999', 60_000);
  ana.autoReply = undefined;
  t.equal(ana.received.filter(({ body }) => body.startsWith('ping')).length, 2_000);
  t.comment(`${Date.now() - started} ms`);
});
