/** An event with several bodies: each body is posted until it is accepted, and not again after that. */

import t from 'tap';
import type { WireEvent } from '../../../src/protocol/events/index.js';
import { type DeadLetter, Endpoint, type Ledger } from '../../../src/webhook/endpoint.js';
import type { Format } from '../../../src/webhook/format.js';
import type { Answer, Poster } from '../../../src/webhook/post.js';
import { madeUp } from '../../harness/made-up-event.js';
import { keepLog } from '../../harness/server.js';

const EVENT: WireEvent = {
  ...{ cursor: 7, type: 'message', time: '2026-01-01T00:00:00.000Z', account: 'shop' },
  data: madeUp({}),
};
const TAKEN: Answer = { status: 200, says: null, retryAfterMs: 0 };
const BUSY: Answer = { status: 503, says: 'it answered 503', retryAfterMs: 0 };
const THREE: Format = {
  bodies: () => [{ part: 1 }, { part: 2 }, { part: 3 }],
  test: () => ({ part: 'test' }),
  headers: () => ({}),
};

/** @param answers one for each post of the event, in order; accepted when none is left */
function endpoint(answers: Answer[], begin = 6) {
  const posted: unknown[] = [];
  let place = begin;
  const buried: DeadLetter[] = [];
  const purged = new Set<number>();
  const ledger: Ledger = {
    get place() {
      return place;
    },
    // At most two cursors a page, and the cursors before the event were purged.
    page: (after) => {
      const next = Math.min(after + 2, EVENT.cursor);
      return { events: after < next && next === EVENT.cursor ? [EVENT] : [], next };
    },
    isPurged: (cursor) => purged.has(cursor),
    keep: async (to) => {
      place = to;
    },
    bury: async (letter) => void buried.push(letter),
    dead: () => [],
    unbury: async () => {},
  };
  const poster = {
    post: async (body: string) => {
      const { part } = JSON.parse(body);
      if (part === 'test') return TAKEN;
      posted.push(part);
      return answers.shift() ?? TAKEN;
    },
    close: () => {},
  } as unknown as Poster;
  const one = new Endpoint({
    ...{ name: 'crm', ledger, wants: () => true, format: THREE, secret: '', sign: () => ({}), poster },
    ...{ retryMs: 1_000, log: keepLog(), now: () => Date.parse(EVENT.time), chance: () => 0 },
    context: () => ({}) as never,
  });
  return { one, posted, ledger, purged };
}

/** @param isSo is checked after each turn of the event loop, for 10 s */
async function until(isSo: () => boolean): Promise<void> {
  for (const end = performance.now() + 10_000; !isSo(); ) {
    if (performance.now() > end) throw new Error('not in time');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

t.test('posts of an event that were accepted are not repeated with the remaining ones', async (t) => {
  const { one, posted, ledger } = endpoint([TAKEN, BUSY, BUSY, TAKEN, BUSY]);
  one.start();
  for (const attempts of [1, 2, 3]) {
    await until(() => one.status.state === 'waiting' && one.status.attempts === attempts);
    t.equal(ledger.place, 6, 'the position advances only after all posts were accepted');
    // A person ends the wait.
    await one.test();
  }
  await until(() => ledger.place === EVENT.cursor);
  t.same(posted, [1, 2, 2, 2, 3, 3]);
  await one.close();
});

t.test('an event that is purged while it waits for the next attempt is dropped', async (t) => {
  const { one, posted, ledger, purged } = endpoint([BUSY]);
  one.start();
  await until(() => one.status.state === 'waiting');
  purged.add(EVENT.cursor);
  await one.test();
  await until(() => ledger.place === EVENT.cursor);
  t.same(posted, [1]);
  t.match(one.status, { state: 'idle', attempts: 0, lastError: null, deliveredAtMs: null });
  await one.close();
});

t.test('a page without events in the middle of the journal does not end the delivery', async (t) => {
  const { one, posted, ledger } = endpoint([], 1);
  one.start();
  await until(() => ledger.place === EVENT.cursor);
  t.same(posted, [1, 2, 3]);
  await one.close();
});
