/** The scheduler selects the next message within one write, and ends expired messages. */
import t, { type Test } from 'tap';
import { Outbox } from '../../../../src/daemon/outgoing/outbox.js';
import { RecipientCache } from '../../../../src/daemon/outgoing/recipient-cache.js';
import { Scheduler } from '../../../../src/daemon/outgoing/scheduler.js';
import { EMPTY } from '../../../../src/session/lane.js';
import type { PacingRules } from '../../../../src/session/pacing.js';
import { keepLines } from '../../log/lines.js';
import { NOW, opened, WID } from '../../store/scratch.js';
import { A, B, FAST, Page } from './sending.js';

/** One message per hour. */
const SLOW: PacingRules = { ...FAST, mode: 'on', perMinute: 1 / 60, burst: 1 };

function open(t: Test, pacing: PacingRules) {
  const store = opened(t);
  store.writeNow((tx) => store.account.link(tx, WID, 0));
  const log = keepLines();
  const outbox = new Outbox(store, log, () => NOW);
  const page = new Page();
  const restriction = () => null;
  /** A scheduler as in a process that has just started. */
  const begin = () =>
    new Scheduler({
      ...{ store, outbox, pacing, restriction, chance: () => 0.5, now: () => NOW },
      recipientCache: new RecipientCache({ page, restriction, log, now: () => NOW }),
      lanes: { find: () => EMPTY, served: 0 },
    });
  const accept = (chatId: typeof A, expiresAtMs: number | null = null) =>
    outbox.accept({
      ...{ wid: WID, recipient: chatId, chatId, kind: 'text', payload: { text: 'x' }, key: null },
      ...{ notBeforeMs: null, expiresAtMs },
    });
  const take = (turns: Scheduler, nowMs = NOW) => store.writeNow((tx) => turns.take(tx, WID, 'all', nowMs));
  return { store, outbox, begin, accept, take };
}

t.test('an expired message is not handed over, and is ended at once', async (t) => {
  const { begin, accept, take } = open(t, FAST);
  await accept(A, NOW);
  const { id } = await accept(B, NOW + 1);
  const { taken, holdMs } = take(begin());
  t.same(
    taken.map((row) => row.id),
    [id],
  );
  t.equal(holdMs, NOW, 'the timer that ends it is due');
});

t.test(
  'a message already given to a page does not wait for the pace again, even after a restart',
  async (t) => {
    const { store, outbox, begin, accept, take } = open(t, SLOW);
    const { id } = await accept('status@broadcast');
    t.equal(take(begin()).taken.length, 1);
    const past = store.pacing.past;
    t.equal(past?.sent, 1);
    await outbox.take(id, { type: 'lost' });
    await outbox.take(id, { type: 'again' });
    t.same(
      take(begin()).taken.map((row) => row.id),
      [id],
    );
    t.same(store.pacing.past, past, 'it is not counted a second time');
    await accept('120363000000000001@newsletter');
    const next = take(begin());
    t.same(next.taken, [], 'the next message has to wait');
    t.type(next.holdMs, 'number');
  },
);
