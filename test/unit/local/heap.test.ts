/** Memory used by a burst of work is returned to the system afterwards. */
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { Heap } from '../../../src/local/heap.js';
import type { Log } from '../../../src/protocol/log.js';

const QUIET = { info() {}, warn() {}, error() {} };

/** Allocates many live objects. */
function burst(): object[] {
  const kept: object[] = [];
  for (let n = 0; n < 1_000_000; n += 1) kept.push({ text: `x${n}` });
  return kept;
}

/** @returns a heap, and a function that waits for its next collection */
function watched(t: Test) {
  const target = new EventTarget();
  const log: Log = { ...QUIET, debug: (event) => void target.dispatchEvent(new Event(event)) };
  const heap = new Heap(log);
  // The pending wait alone does not keep the process alive.
  const alive = setInterval(() => {}, 1_000);
  t.teardown(() => {
    heap.stop();
    clearInterval(alive);
  });
  const collected = () => once(target, 'heap.collected', { signal: AbortSignal.timeout(40_000) });
  return { heap, collected };
}

t.test('memory taken by a burst is released afterwards', async (t) => {
  const { heap, collected } = watched(t);
  t.notOk('gc' in globalThis, 'no other reference to the objects exists');
  heap.start();
  burst();
  const full = process.memoryUsage.rss();
  await collected();
  t.ok(full - process.memoryUsage.rss() > 16 * 2 ** 20, `${full - process.memoryUsage.rss()} bytes went`);
});

t.test('memory that survived a collection is released too, once it is unreferenced', async (t) => {
  const { heap, collected } = watched(t);
  heap.start();
  // By itself V8 may not collect for minutes.
  burst();
  await collected();
  let kept = burst();
  await collected();
  const full = process.memoryUsage.rss();
  t.equal(kept.length, 1_000_000, 'the objects are alive');
  kept = [];
  heap.received(2 ** 30);
  await collected();
  t.ok(full - process.memoryUsage.rss() > 16 * 2 ** 20, `${full - process.memoryUsage.rss()} bytes went`);
});

t.test('data read from a socket does not accumulate', async (t) => {
  const heap = new Heap({ ...QUIET, debug() {} });
  t.teardown(() => heap.stop());
  const before = process.memoryUsage().arrayBuffers;
  let mostBytes = 0;
  for (let n = 0; n < 400; n += 1) {
    heap.received(Buffer.alloc(64 * 1024, 'x').length);
    mostBytes = Math.max(mostBytes, process.memoryUsage().arrayBuffers - before);
  }
  t.ok(mostBytes < 10 * 2 ** 20, `${mostBytes} bytes of 25 MB were there at once`);
});
