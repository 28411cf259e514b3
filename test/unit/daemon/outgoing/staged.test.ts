/** Staged messages are delivered after the server's ack, and return to the queue if it does not arrive. */
import { cpSync } from 'node:fs';
import { mock } from 'node:test';
import t, { type Test } from 'tap';
import { Fault } from '../../../../src/protocol/fault.js';
import type { SendOutcome } from '../../../../src/session/port.js';
import { scratch, WID } from '../../store/scratch.js';
import { A, B, FAST, open, rest, until } from './sending.js';

const SENT: SendOutcome = { outcome: 'accepted', ack: 1 };

/** Accepts four messages to one chat: the first is sent, the second in the page, the third staged. */
async function thirdStaged(t: Test, more: Parameters<typeof open>[1] = {}) {
  const opening = open(t, more);
  const { page, sender, accept, state, outbox } = opening;
  const rows = [];
  for (const text of ['1', '2', '3', '4']) rows.push(await accept(A, text));
  sender.open(WID);
  await until(() => page.sent.length === 1);
  page.last().answer(SENT);
  await until(() => page.sent.length === 2);
  const ids = rows.map(({ id }) => id);
  const states = () => ids.map(state);
  t.same(states(), ['sent', 'sending', 'sending', 'queued']);
  t.ok(outbox.lanes.isStaged(outbox.get(ids[2] as string)));
  return { ...opening, ids, states };
}

t.test("the page's answer with an ack triggers the next send at once, before the disk write", async (t) => {
  const { page, store, states } = await thirdStaged(t);
  const { write } = store;
  let go: () => void = () => {};
  const held = new Promise<void>((resolve) => (go = resolve));
  // A slow disk.
  store.write = (async (run: never, options: never) => {
    await held;
    return write.call(store, run, options);
  }) as typeof store.write;
  page.last().answer(SENT);
  await until(() => page.sent.length === 3);
  t.same(page.texts, ['1', '2', '3']);
  t.same(
    states(),
    ['sent', 'sending', 'sending', 'queued'],
    'the second message is known to be sent, but not on disk yet',
  );
  go();
  await until(() => states()[1] === 'sent');
  t.same(states(), ['sent', 'sent', 'sending', 'sending'], 'the next message is staged in the same write');
  page.last().answer(SENT);
  await until(() => page.sent.length === 4);
  page.last().answer(SENT);
  await until(() => states()[3] === 'sent');
  t.same(page.texts, ['1', '2', '3', '4']);
  t.same(
    page.sent.map(({ attempts }) => attempts),
    [1, 1, 1, 1],
  );
});

t.test('an ack that the disk refused to store loses no message and sends none twice', async (t) => {
  mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const { page, store, states, log } = await thirdStaged(t);
  const { write } = store;
  store.write = () => Promise.reject(new Fault('disk_full'));
  page.last().answer(SENT);
  await until(() => page.sent.length === 3);
  page.last().answer(SENT);
  const refused = () => log.lines.filter(([, event]) => event === 'outbox.refused').length;
  await until(() => refused() === 2);
  t.same(states(), ['sent', 'sending', 'sending', 'queued']);
  store.write = write;
  page.has = () => 1;
  mock.timers.tick(15_000);
  await until(() => page.sent.length === 4);
  t.same(page.texts, ['1', '2', '3', '4']);
  t.same(page.asked, ['2'], "the page's answer about the third message was kept");
});

t.test('a staged message returns to its place in the queue when the one before it is not sent', async (t) => {
  await t.test('because the one before it cannot be sent', async (t) => {
    const { page, states } = await thirdStaged(t);
    page.last().answer({ outcome: 'absent', error: new Error('no') });
    await until(() => page.sent.length === 3);
    t.same(page.texts, ['1', '2', '3']);
    t.same(states(), ['sent', 'failed', 'sending', 'queued']);
    t.equal(page.last().attempts, 1, 'it was never handed over before');
  });

  await t.test('because there was no page for the one before it, which is sent first', async (t) => {
    const { page, states } = await thirdStaged(t);
    mock.timers.enable({ apis: ['setTimeout'] });
    t.teardown(() => mock.timers.reset());
    page.last().fail(new Fault('not_ready'));
    await until(() => states()[1] === 'queued');
    mock.timers.tick(1_000);
    await until(() => page.sent.length === 3);
    t.same(page.texts, ['1', '2', '2']);
    t.same(states(), ['sent', 'sending', 'queued', 'queued']);
    page.last().answer(SENT);
    await until(() => page.sent.length === 4);
    t.same(page.texts, ['1', '2', '2', '3']);
  });

  await t.test('because the page has the one before it without an ack of the server', async (t) => {
    const { page, ack, states, store } = await thirdStaged(t);
    page.last().answer({ outcome: 'accepted', ack: 0 });
    await until(() => states()[2] === 'queued');
    await rest(store);
    t.same(page.texts, ['1', '2']);
    await ack(page.last().messageId, 1);
    await until(() => page.sent.length === 3);
    t.same(page.texts, ['1', '2', '3']);
  });

  await t.test('and a full disk delays that write until there is space again', async (t) => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    t.teardown(() => mock.timers.reset());
    const { page, store, states, log } = await thirdStaged(t);
    page.last().answer({ outcome: 'accepted', ack: 0 });
    const { write } = store;
    store.write = () => Promise.reject(new Fault('disk_full'));
    await until(() => log.lines.some(([, event]) => event === 'outbox.refused'));
    t.same(states(), ['sent', 'sending', 'sending', 'queued']);
    store.write = write;
    mock.timers.tick(5_000);
    await until(() => states()[2] === 'queued');
    t.same(page.texts, ['1', '2']);
  });
});

t.test('a staged message can be cancelled, because the page does not have it yet', async (t) => {
  const { page, outbox, ids, states } = await thirdStaged(t);
  t.equal((await outbox.cancel(ids[2] as string)).state, 'cancelled');
  await t.rejects(outbox.cancel(ids[1] as string), { kind: 'too_late' } as never);
  page.last().answer(SENT);
  await until(() => page.sent.length === 3);
  t.same(page.texts, ['1', '2', '4']);
  t.equal(states()[2], 'cancelled');
});

t.test('a staged message that is cancelled while its turn comes is either sent or cancelled', async (t) => {
  const { page, outbox, ids, states } = await thirdStaged(t);
  const cancelled = outbox.cancel(ids[2] as string);
  page.last().answer(SENT);
  await cancelled.then(
    () => t.equal(states()[2], 'cancelled'),
    (error: Fault) => t.equal(error.kind, 'too_late'),
  );
  await until(() => page.sent.length === 3);
  t.equal(page.texts.includes('3'), states()[2] !== 'cancelled');
});

t.test('when the page ends, the staged message is queued and the one in the page is in doubt', async (t) => {
  await t.test('at an orderly stop, while the page still processes its message', async (t) => {
    const { page, sender, states, outbox } = await thirdStaged(t);
    sender.close();
    await until(() => states()[2] === 'queued');
    page.last().answer(SENT);
    await until(() => !outbox.isInFlight);
    t.same(states(), ['sent', 'sent', 'queued', 'queued']);
    t.same(page.texts, ['1', '2']);
    sender.open(WID);
    await until(() => page.sent.length === 3);
    t.same(page.last(), { ...page.last(), text: '3', attempts: 1 });
  });

  await t.test('while the next messages are being staged', async (t) => {
    const { page, sender, ack, states, store, outbox } = await thirdStaged(t);
    page.last().answer({ outcome: 'accepted', ack: 0 });
    await until(() => states()[2] === 'queued');
    const acked = ack(page.last().messageId, 1);
    const { lanes } = outbox;
    outbox.lanes = {
      ...lanes,
      stageBehind: (tx, row) => {
        const staged = lanes.stageBehind(tx, row);
        sender.close();
        return staged;
      },
    };
    await acked;
    await rest(store);
    t.same(states(), ['sent', 'sent', 'queued', 'queued']);
    t.same(page.texts, ['1', '2']);
  });

  await t.test('while a message is being sent', async (t) => {
    const { sender, states } = await thirdStaged(t);
    sender.lost();
    await until(() => states()[1] === 'unknown');
    t.same(states(), ['sent', 'unknown', 'queued', 'queued']);
  });

  await t.test('when the daemon is killed: the next one asks about both, in order', async (t) => {
    const { directory } = await thirdStaged(t);
    // The files that a kill leaves.
    const copy = scratch(t);
    cpSync(directory, copy, { recursive: true });
    const again = open(t, { directory: copy });
    await again.sender.start();
    again.page.has = (text) => (text === '2' ? 1 : null);
    again.sender.open(WID);
    await until(() => again.page.sent.length === 1);
    t.same(again.page.asked, ['2', '3']);
    t.same(again.page.last(), { ...again.page.last(), text: '3', attempts: 2 });
  });

  for (const [name, found] of [
    ['has the first message without an ack of the server', 0],
    ['has neither message', null],
  ] as const)
    await t.test(
      `when the daemon is killed and the next page ${name}: the two are sent one after the other`,
      async (t) => {
        const { directory, ids } = await thirdStaged(t);
        const copy = scratch(t);
        cpSync(directory, copy, { recursive: true });
        const { sender, page, store, state, ack } = open(t, { directory: copy });
        await sender.start();
        page.has = (text) => (text === '2' ? found : null);
        sender.open(WID);
        if (found === null) {
          await until(() => page.sent.length === 1);
          page.last().answer({ outcome: 'accepted', ack: 0 });
        }
        await until(() => state(ids[2] as string) === 'queued');
        await rest(store);
        t.same(page.texts, found === null ? ['2'] : []);
        await ack(ids[1] as string, 1);
        await until(() => page.texts.includes('3'));
        t.same(page.texts, found === null ? ['2', '3'] : ['3']);
        t.equal(page.last().attempts, 2, 'it counts as handed over before, since that is unknown');
      },
    );

  await t.test(
    'when the page is ready again before its answer: it is not asked about messages it never got',
    async (t) => {
      const { page, sender, outbox, ack, ids, states, store } = await thirdStaged(t);
      sender.close();
      await until(() => states()[2] === 'queued');
      sender.open(WID);
      await ack(ids[1] as string, 1);
      await until(() => outbox.lanes.isStaged(outbox.get(ids[2] as string)));
      page.last().answer(SENT);
      await until(() => page.sent.length === 3);
      await rest(store);
      t.same(page.asked, []);
      t.same(page.last(), { ...page.last(), text: '3', attempts: 1 });
      t.notOk(outbox.lanes.isStaged(outbox.get(ids[2] as string)));
      await t.rejects(outbox.cancel(ids[2] as string), /is sending/);
    },
  );

  await t.test(
    'while the next message is being handed over: it is either queued or with the page',
    async (t) => {
      const { page, sender, outbox, states, store } = await thirdStaged(t);
      const { write } = store;
      let scans = 0;
      store.write = ((run: never, options: { turn?: string } = {}) => {
        const written = write.call(store, run, options as never);
        // The page ends just as the write that selects the next message begins.
        if (options.turn === 'first') scans += 1;
        if (options.turn === 'first' && scans === 2) sender.close();
        return written;
      }) as typeof store.write;
      page.last().answer({ outcome: 'absent', error: new Error('no') });
      await until(() => scans >= 2);
      await rest(store);
      t.equal(states()[2], page.texts.includes('3') ? 'sending' : 'queued');
      t.equal(outbox.isInFlight, page.texts.includes('3'));
    },
  );
});

t.test('a message is not staged when something may delay or end it', async (t) => {
  await t.test('because of the pace', async (t) => {
    const { page, sender, accept, state } = open(t, { pacing: { ...FAST, mode: 'on' } });
    page.knownChats.add(A);
    for (const text of ['1', '2']) await accept(A, text);
    const third = await accept(A, '3');
    sender.open(WID);
    await until(() => page.sent.length === 1);
    page.last().answer(SENT);
    await until(() => page.sent.length === 2);
    t.equal(state(third.id), 'queued');
  });

  await t.test('because of its expiry time', async (t) => {
    const { page, sender, accept, state } = open(t);
    for (const text of ['1', '2']) await accept(A, text);
    const third = await accept(A, '3', { expiresAtMs: Date.now() + 60_000 });
    sender.open(WID);
    await until(() => page.sent.length === 1);
    page.last().answer(SENT);
    await until(() => page.sent.length === 2);
    t.equal(state(third.id), 'queued');
  });
});

t.test('the unsent time counts the message in the page, not the staged one', async (t) => {
  let nowMs = 1_000_000;
  const { sender, page, accept } = await thirdStaged(t, { now: () => nowMs });
  nowMs += 100_000;
  t.equal(sender.oldestUnsentMs(), 0, 'the page is still taking the message, which has a limit of its own');
  await accept(B, 'b');
  await until(() => page.texts.includes('b'));
  page.sent[1]?.answer(SENT);
  await until(() => page.texts.includes('3'));
  t.equal(sender.oldestUnsentMs(), 0);
});
