/** Restrictions are stored, reported, and hold messages to strangers back. */
import t from 'tap';
import { AccountRestriction } from '../../../../src/daemon/session/restriction.js';
import type { SendOutcome } from '../../../../src/session/port.js';
import type { Restriction } from '../../../../src/session/restriction.js';
import { keepLines } from '../../log/lines.js';
import { NOW, opened, scratch, WID } from '../../store/scratch.js';
import { A, B, open, rest, TAKEN, until } from '../outgoing/sending.js';

const HOUR = 3_600_000;
const NONE = { lockUntilMs: null, cap: null };
const LOCKED: Restriction = { kind: 'time_lock', untilMs: NOW + HOUR, used: null, total: null };

t.test('a restriction is reported once and kept across restarts', async (t) => {
  const directory = scratch(t);
  let nowMs = NOW;
  let asked = 0;
  const begin = () => {
    const store = opened(t, directory);
    if (store.account.wid === null) store.writeNow((tx) => store.account.link(tx, WID, 0));
    const changes: [string | null, string | null][] = [];
    const refresh = async () => {
      asked += 1;
    };
    const restriction = new AccountRestriction({ store, log: keepLines(), now: () => nowMs, refresh });
    restriction.watch((now, before) => changes.push([now?.kind ?? null, before]));
    t.teardown(() => restriction.stop());
    restriction.start();
    return { store, restriction, changes };
  };
  const first = begin();
  t.equal(first.restriction.current, null);
  first.restriction.seen({ ...NONE, lockUntilMs: NOW + HOUR });
  first.restriction.seen({ ...NONE, lockUntilMs: NOW + HOUR });
  t.same(first.changes, [['time_lock', null]]);
  await rest(first.store);
  first.restriction.stop();
  first.store.close();

  const second = begin();
  t.match(second.restriction.current, LOCKED);
  t.same(second.changes, [], 'it was reported before');
  await rest(second.store);
  second.restriction.stop();
  second.store.close();

  nowMs = NOW + 2 * HOUR;
  const third = begin();
  t.equal(third.restriction.current, null);
  t.same(third.changes, [[null, 'time_lock']], 'it ended while no daemon ran');
  const untilMs = await third.store.write((tx) => third.restriction.nacked(tx, 'restricted'));
  t.equal(untilMs, nowMs + HOUR);
  third.restriction.settled();
  third.restriction.settled();
  t.same(third.changes.at(-1), ['time_lock', null]);
  t.equal(asked, 1, 'the page is asked once');
  third.store.writeNow((tx) => third.store.account.link(tx, '15559990000@c.us', 0));
  t.equal(third.restriction.current, null, 'a restriction of another account does not apply to this one');
});

t.test(
  'while new chats are locked, only messages to strangers wait, until the restriction ends',
  async (t) => {
    let now: Restriction | null = LOCKED;
    const { sender, accept, page, outbox, store } = open(t, { restriction: () => now, now: () => NOW });
    page.reachable.add(B);
    sender.open(WID);
    const stranger = await accept(A, 'new');
    await accept(A, 'and again');
    await accept(B, 'known');
    await until(() => page.texts.length === 1);
    await rest(store);
    t.same(page.texts, ['known']);
    t.same(sender.waitOf(outbox.get(stranger.id)), { waitsFor: 'restriction', nextAtMs: NOW + HOUR });
    page.last().answer(TAKEN);
    page.reachable.add(A);
    sender.personWrote(A);
    await until(() => page.texts.length === 2);
    t.same(page.texts, ['known', 'new'], 'a person who has written gets an answer');
    now = null;
  },
);

t.test(
  'a message refused for now waits with its reason, and later ones in its chat wait behind it',
  async (t) => {
    let now: Restriction | null = null;
    const { sender, accept, page, outbox, store } = open(t, { restriction: () => now, now: () => NOW });
    outbox.onNack = () => {
      now = LOCKED;
      return NOW + HOUR;
    };
    sender.open(WID);
    const first = await accept(A, 'first');
    const behind = await accept(A, 'behind');
    await until(() => page.texts.length === 1);
    page.last().answer({ outcome: 'accepted', ack: -1, nack: 463 });
    await until(() => outbox.get(first.id).state === 'queued');
    await rest(store);
    t.match(outbox.get(first.id), {
      attempts: 1,
      ack: 0,
      notBeforeMs: NOW + HOUR,
      error: { kind: 'restricted' },
    });
    t.same(sender.waitOf(outbox.get(first.id)), { waitsFor: 'restriction', nextAtMs: NOW + HOUR });
    // A late ack or refusal changes nothing about a message that waits again.
    await outbox.take(first.id, { type: 'ack', ack: -1 });
    await outbox.take(first.id, { type: 'ack', ack: -1, nack: 463 });
    t.match(outbox.get(first.id), { state: 'queued', attempts: 1 });
    t.same(page.texts, ['first'], 'no later message is sent first');
    t.equal(outbox.get(behind.id).state, 'queued');

    now = null;
    sender.restrictionChanged(null);
    await until(() => page.texts.length === 2);
    t.same(page.texts, ['first', 'first']);
    page.last().answer({ outcome: 'accepted', ack: 1 });
    await until(() => page.texts.length === 3);
    t.same(page.texts, ['first', 'first', 'behind']);
  },
);

for (const writes of ['before the refusal', 'after the refusal'] as const)
  for (const as of ['number', 'lid', 'lid, learnt at once', 'lid, learnt after the refusal'] as const)
    t.test(`a refused message goes out again when its person writes: ${writes}, as ${as}`, async (t) => {
      const pair = { number: A, lid: '200000000002222@lid' } as const;
      let now: Restriction | null = null;
      const { sender, accept, page, outbox, store } = open(t, { restriction: () => now, now: () => NOW });
      outbox.onNack = () => {
        now = LOCKED;
        return NOW + HOUR;
      };
      const learn = () => {
        store.writeNow((tx) => store.identities.put(tx, pair));
        sender.identified([pair], 0);
      };
      const write = () => {
        page.reachable.add(A);
        sender.personWrote(as === 'number' ? A : pair.lid);
        if (as === 'lid, learnt at once') learn();
      };
      const refuse = async () => {
        page.last().answer({ outcome: 'accepted', ack: -1, nack: 463 });
        await until(() => outbox.get(id).state !== 'sending' || page.texts.length === 2);
      };
      if (as === 'lid') learn();
      sender.open(WID);
      const { id } = await accept(A, 'refused');
      await until(() => page.texts.length === 1);
      if (writes === 'before the refusal') write();
      await refuse();
      if (writes === 'after the refusal') write();
      if (as === 'lid, learnt after the refusal') learn();
      await until(() => page.texts.length === 2);
      t.same(page.texts, ['refused', 'refused']);
      // The last try is kept for the end of the restriction.
      await refuse();
      await until(() => outbox.get(id).state === 'queued');
      write();
      await rest(store);
      t.match(outbox.get(id), { state: 'queued', attempts: 2, notBeforeMs: NOW + HOUR });
    });

t.test('who has written is not forgotten when a message to somebody else is done', async (t) => {
  let now: Restriction | null = null;
  const { sender, accept, page, outbox } = open(t, { restriction: () => now, now: () => NOW });
  outbox.onNack = () => {
    now = LOCKED;
    return NOW + HOUR;
  };
  sender.open(WID);
  await accept(A, 'refused');
  const other = await accept(B, 'other');
  await until(() => page.texts.length === 2);
  page.reachable.add(A);
  sender.personWrote(A);
  const answer = (text: string, outcome: SendOutcome) =>
    page.sent.find((one) => one.text === text)?.answer(outcome);
  answer('other', { outcome: 'accepted', ack: 1 });
  await until(() => outbox.get(other.id).state === 'sent');
  answer('refused', { outcome: 'accepted', ack: -1, nack: 463 });
  await until(() => page.texts.length === 3);
  t.equal(page.last().text, 'refused');
});

t.test('a message fails at its third refusal, and one that waits can be cancelled', async (t) => {
  const { sender, accept, page, outbox, store } = open(t, { now: () => NOW });
  outbox.onNack = () => NOW + HOUR;
  sender.open(WID);
  const { id } = await accept(A, 'refused');
  for (const attempts of [1, 2, 3]) {
    await until(() => page.texts.length === attempts);
    page.last().answer({ outcome: 'accepted', ack: -1, nack: 463 });
    await until(() => outbox.get(id).state !== 'sending');
    await rest(store);
    if (attempts < 3) sender.restrictionChanged(null);
  }
  t.match(outbox.get(id), { state: 'failed', error: { kind: 'restricted', reason: /3 times/ } });
  const other = await accept(B, 'other');
  await until(() => page.texts.length === 4);
  page.last().answer({ outcome: 'accepted', ack: -1, nack: 475 });
  await until(() => outbox.get(other.id).state === 'queued');
  t.match(await outbox.cancel(other.id), { state: 'cancelled', error: null });
});
