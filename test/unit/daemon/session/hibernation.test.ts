/** When an account with a page is idle: what counts as use, and which messages keep it awake. */
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { Actor, type Executors } from '../../../../src/daemon/session/actor.js';
import { Hibernation } from '../../../../src/daemon/session/hibernation.js';
import type { StateOf } from '../../../../src/session/state.js';
import { keepLines } from '../../log/lines.js';
import { POLICY, state } from '../../session/machine.js';
import { WID } from '../../store/scratch.js';
import { A, FAST, type More, open as openSender, until } from '../outgoing/sending.js';

/** Long enough to tell from the first check, which comes after half of it. */
const AFTER_MS = 400;
const HOUR_MS = 3_600_000;
const nothing = () => undefined;
const EXECUTORS = new Proxy({}, { get: () => nothing }) as Executors;

/** An account that is ready, over a sender with a page. */
function open(t: Test, { sinceMs = Date.now(), receivedAtMs = 0, ...more }: Options = {}) {
  const sending = openSender(t, more);
  const actor = new Actor(state({ name: 'ready', sinceMs }), { ...POLICY, wakeMs: 0 }, keepLines());
  actor.begin(EXECUTORS);
  t.teardown(() => actor.end());
  const { store, outbox, sender } = sending;
  const page = { isRead: false };
  const hibernation = new Hibernation({
    ...{ afterMs: AFTER_MS, actor, store, outbox, sender },
    isReading: () => page.isRead,
    lastReceivedAtMs: () => receivedAtMs,
  });
  t.teardown(() => hibernation.stop());
  const asleep = async () =>
    (await actor.until(({ name }) => name === 'hibernating', {
      signal: AbortSignal.timeout(30_000),
    })) as StateOf<'hibernating'>;
  const backfill = async (work: () => Promise<void>) => {
    page.isRead = true;
    await work();
    page.isRead = false;
  };
  return { ...sending, actor, hibernation, asleep, backfill };
}

interface Options extends More {
  readonly sinceMs?: number;
  readonly receivedAtMs?: number;
}

/** `22:00-07:00`, from an hour ago until the given time, in local time. */
function quietUntil(untilMs: number): string {
  const clock = (ms: number) => new Date(ms).toTimeString().slice(0, 5);
  return `${clock(Date.now() - HOUR_MS)}-${clock(untilMs)}`;
}

t.test('after the clock was set back, the account sleeps after the same time as always', async (t) => {
  const aheadMs = Date.now() + HOUR_MS;
  for (const times of [{}, { sinceMs: aheadMs }, { receivedAtMs: aheadMs }]) {
    const { hibernation, asleep } = open(t, times);
    const startedMs = performance.now();
    hibernation.start();
    await asleep();
    const tookMs = performance.now() - startedMs;
    t.ok(tookMs >= AFTER_MS, `${JSON.stringify(times)}: ${tookMs} ms`);
  }
});

t.test('a request, a fetch and a back-fill keep it awake for as long as they last', async (t) => {
  const { actor, hibernation, asleep, backfill } = open(t);
  hibernation.start();
  for (const run of [
    (work: () => Promise<void>) => hibernation.use(new AbortController().signal, work),
    (work: () => Promise<void>) => hibernation.keepAwake(work),
    backfill,
  ])
    await run(async () => {
      await delay(AFTER_MS * 2);
      t.equal(actor.state.name, 'ready');
    });
  await asleep();
});

t.test('a fetch does not wake it', async (t) => {
  const { actor, hibernation, asleep } = open(t);
  hibernation.start();
  await asleep();
  await hibernation.keepAwake(async () => undefined);
  t.equal(actor.state.name, 'hibernating');
});

t.test('a message that is held back does not keep it awake: it wakes when that may be sent', async (t) => {
  // Whole minutes, as the configuration has them.
  const untilMs = Math.floor((Date.now() + 2 * HOUR_MS) / 60_000) * 60_000;
  const pacing = { ...FAST, mode: 'on', quietHours: quietUntil(untilMs) } as const;
  const { hibernation, asleep, accept, sender, page } = open(t, { pacing });
  sender.open(WID);
  await accept(A, 'held');
  hibernation.start();
  t.equal((await asleep()).wakeAtMs, untilMs);
  t.same(page.texts, []);
});

t.test('a message that is held back for a shorter time keeps it awake', async (t) => {
  const pacing = { ...FAST, mode: 'on', perMinute: 60, burst: 1 } as const;
  const { actor, hibernation, asleep, accept, sender, page, ack } = open(t, { pacing, chance: () => 0.2 });
  page.knownChats.add(A);
  sender.open(WID);
  hibernation.start();
  for (const text of ['first', 'second']) await accept(A, text);
  for (const count of [1, 2]) {
    await until(() => page.sent.length === count);
    t.equal(actor.state.name, 'ready');
    const { messageId, answer } = page.last();
    answer({ outcome: 'accepted', ack: 1 });
    await ack(messageId, 1);
  }
  await asleep();
});
