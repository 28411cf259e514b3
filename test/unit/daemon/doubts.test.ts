/** What is asked about messages of unknown outcome, and of whom: never another account's page, and nothing goes out twice. */
import t, { type Test } from 'tap';
import { Doubts } from '../../../src/daemon/doubts.js';
import { Outbox } from '../../../src/daemon/outbox.js';
import { Recipients } from '../../../src/daemon/recipients.js';
import { Fault } from '../../../src/protocol/fault.js';
import { opened, WID } from '../store/scratch.js';
import { keepLines, settled } from './lines.js';
import { A, Page, TAKEN, until } from './sending.js';

const OTHER = '15550009999@c.us';

async function open(t: Test, now: () => number = Date.now) {
  const store = opened(t);
  store.writeNow((tx) => store.account.link(tx, WID, 0));
  const page = new Page();
  const log = keepLines();
  const outbox = new Outbox(store, log, now);
  page.textOf = (messageId) => String(outbox.get(messageId).payload.text);
  const account: { wid: string | null } = { wid: WID };
  const recipients = new Recipients(async (recipient) => recipient);
  const doubts = new Doubts({ store, outbox, page, recipients, log, wid: () => account.wid });
  const request = { wid: WID, recipient: A, chatId: A, kind: 'text', payload: { text: 'x' }, key: null };
  /** A message that a page was handed. */
  const handed = async () => {
    const { id } = await outbox.accept({ ...request, notBeforeMs: null, expiresAtMs: null });
    await outbox.take(id, { type: 'submit' }, { attempted: true });
    return outbox.get(id);
  };
  return { doubts, page, outbox, account, handed, log };
}

t.test(
  'one that is with this page still, which lacks it, does not go out again; the next page’s answer counts',
  async (t) => {
    const { doubts, page, outbox, handed } = await open(t);
    const row = await handed();
    await doubts.settle(row, WID, false);
    t.equal(page.asked.length, 1, 'it is asked');
    t.same(page.texts, [], 'a person may have deleted it there');
    t.equal(outbox.get(row.id).state, 'sending');
    const settled = doubts.settle(row, WID, true);
    await until(() => page.sent.length === 1);
    page.last().answer(TAKEN);
    await settled;
    t.equal(page.last().messageId, row.messageId, 'under the same id');
  },
);

t.test('of unknown outcome, and the page lacks it: it goes out again whichever page that is', async (t) => {
  const { doubts, page, outbox, handed } = await open(t);
  const row = await handed();
  await outbox.take(row.id, { type: 'lost' });
  const settled = doubts.settle(row, WID, false);
  await until(() => page.sent.length === 1);
  page.last().answer({ outcome: 'accepted', ack: 1 });
  await settled;
  t.same(page.texts, ['x']);
  await until(() => outbox.get(row.id).state === 'sent');
});

t.test('nobody is asked without a page, nor of another account’s, nor about what is settled', async (t) => {
  const { doubts, page, outbox, account, handed } = await open(t);
  const row = await handed();
  await doubts.settle(row, null, true);
  account.wid = null;
  await doubts.settle(row, null, true);
  account.wid = OTHER;
  await doubts.settle(row, WID, true);
  account.wid = WID;
  await outbox.take(row.id, { type: 'accepted', ack: 1 });
  await doubts.settle(row, WID, true);
  t.same([page.asked, page.texts], [[], []]);
});

t.test('another account is linked while the page is asked: nothing goes out on that', async (t) => {
  const { doubts, page, outbox, account, handed } = await open(t);
  const row = await handed();
  await outbox.take(row.id, { type: 'lost' });
  page.has = () => {
    account.wid = OTHER;
    return null;
  };
  await doubts.settle(row, WID, true);
  await settled();
  t.equal(page.asked.length, 1);
  t.same(page.texts, []);
  t.equal(outbox.get(row.id).state, 'unknown');
});

t.test('it is acknowledged while the page is asked: nothing goes out on that either', async (t) => {
  const { doubts, page, outbox, handed } = await open(t);
  const row = await handed();
  await outbox.take(row.id, { type: 'lost' });
  page.has = async () => {
    await outbox.take(row.messageId, { type: 'ack', ack: 1 });
    return null;
  };
  await doubts.settle(row, WID, true);
  t.same(page.texts, []);
  t.equal(outbox.get(row.id).state, 'sent');
});

t.test('what the page has is adopted, and what it cannot say is left open', async (t) => {
  const { doubts, page, outbox, handed, log } = await open(t);
  const row = await handed();
  await outbox.take(row.id, { type: 'lost' });
  page.has = () => Promise.reject(new Error('not stored yet'));
  await doubts.settle(row, WID, true);
  t.equal(outbox.get(row.id).state, 'unknown');
  t.match(log.lines.at(-1), ['warn', 'message.still-unknown', { id: row.id, reason: 'not stored yet' }]);
  page.has = () => 2;
  await doubts.settle(row, WID, true);
  t.match(outbox.get(row.id), { state: 'delivered', ack: 2 });
  t.same(page.texts, []);
});

t.test('only rows of the account are in doubt, and none that no page has heard of', async (t) => {
  const { doubts, outbox, handed } = await open(t);
  const [first, second] = [await handed(), await handed()];
  t.same(
    doubts
      .byChat(WID)
      .get(A)
      ?.map(({ id }) => id),
    [first.id, second.id],
  );
  t.equal(doubts.byChat(OTHER).size, 0);
  t.equal(doubts.byChat(null).size, 0);
  await outbox.take(first.id, { type: 'accepted', ack: 1 });
  t.same(
    doubts
      .byChat(WID)
      .get(A)
      ?.map(({ id }) => id),
    [second.id],
  );
});

t.test('with the page that is gone, what it had not said is unknown', async (t) => {
  const { doubts, outbox, handed } = await open(t);
  const row = await handed();
  await doubts.begin();
  t.equal(outbox.get(row.id).state, 'unknown');
});

t.test(
  'one behind another of its chat, which the server is not known to have, waits for its turn',
  async (t) => {
    const { doubts, page, outbox, handed } = await open(t);
    const [first, second] = [await handed(), await handed()];
    await outbox.take(second.id, { type: 'lost' });
    await doubts.settle(second, WID, true);
    t.same(page.texts, [], 'it would go out in front of the first');
    t.equal(outbox.get(second.id).state, 'queued');
    t.equal(outbox.get(first.id).state, 'sending');
  },
);

t.test('one in front of another goes out again at once', async (t) => {
  const { doubts, page, outbox, handed } = await open(t);
  const [first] = [await handed(), await handed()];
  await outbox.take(first.id, { type: 'lost' });
  const settled = doubts.settle(first, WID, true);
  await until(() => page.sent.length === 1);
  page.last().answer({ outcome: 'accepted', ack: 1 });
  await settled;
  t.equal(page.last().messageId, first.messageId);
});

t.test('what the page has and is not at goes out of its store again, under the same id', async (t) => {
  const { doubts, page, outbox, handed, log } = await open(t);
  const row = await handed();
  await outbox.take(row.id, { type: 'lost' });
  page.has = () => 0;
  page.isAtIt = false;
  page.resends = () => ({ outcome: 'accepted', ack: 1 });
  await doubts.settle(row, WID, true);
  t.same(page.resent, ['x']);
  t.same(page.texts, [], 'it is not handed over a second time');
  await until(() => outbox.get(row.id).state === 'sent');
  t.ok(log.lines.some(([, event]) => event === 'message.resent'));
});

t.test('what the page is at for long is sent once more; what it has just begun is not', async (t) => {
  let nowMs = 1_000_000;
  const { doubts, page, outbox, handed } = await open(t, () => nowMs);
  const row = await handed();
  page.has = () => 0;
  nowMs += 29_000;
  await doubts.settle(row, WID, false);
  t.same(page.resent, []);
  nowMs += 2_000;
  await doubts.settle(row, WID, false);
  t.same(page.resent, ['x']);
  t.equal(outbox.get(row.id).state, 'sending', 'its ack is still to come');
});

t.test('given up by the page three times it has failed, and says why', async (t) => {
  const { doubts, page, outbox, handed } = await open(t);
  const row = await handed();
  page.has = () => 0;
  page.isAtIt = false;
  page.resends = () => ({ outcome: 'stranded', error: new Error('ERROR_UNKNOWN') });
  await doubts.settle(row, WID, false);
  t.equal(page.resent.length, 3);
  t.match(outbox.get(row.id), { state: 'failed', error: { kind: 'send_failed', reason: /ERROR_UNKNOWN/ } });
});

t.test(
  'a reason that will hold the next time is the end of it; a network that failed it is not',
  async (t) => {
    const { doubts, page, outbox, handed } = await open(t);
    page.has = () => 0;
    page.isAtIt = false;
    const blocked = await handed();
    page.resends = () => ({ outcome: 'stranded', error: new Fault('blocked_contact') });
    await doubts.settle(blocked, WID, false);
    t.equal(page.resent.length, 1);
    t.match(outbox.get(blocked.id), { state: 'failed', error: { kind: 'blocked_contact' } });
    const later = await handed();
    page.resends = () => ({ outcome: 'unknown', error: new Fault('outcome_unknown') });
    await doubts.settle(later, WID, false);
    t.equal(outbox.get(later.id).state, 'unknown');
    page.resends = () => ({ outcome: 'accepted', ack: 1 });
    await doubts.settle(later, WID, false);
    await until(() => outbox.get(later.id).state === 'sent');
  },
);

t.test('one that waits to go out again is not overtaken by those behind it', async (t) => {
  const { doubts, page, outbox, handed } = await open(t);
  const [first, second, third] = [await handed(), await handed(), await handed()];
  for (const { id } of [second, third]) await outbox.take(id, { type: 'lost' });
  // The first is with the page still; the second has to wait for it.
  await doubts.settle(second, WID, false);
  t.equal(outbox.get(second.id).state, 'queued');
  await outbox.take(first.id, { type: 'ack', ack: 1 });
  await doubts.settle(third, WID, false);
  t.same(page.texts, [], 'nothing goes out in front of the second');
  t.equal(outbox.get(third.id).state, 'queued');
});
