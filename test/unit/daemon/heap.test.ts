import { once } from 'node:events';
import t from 'tap';
import { Heap } from '../../../src/daemon/heap.js';
import type { Log } from '../../../src/protocol/log.js';

const QUIET = { info() {}, warn() {}, error() {} };

/** @returns what the process takes in the middle of it, bytes */
function burst(): number {
  const kept: object[] = [];
  for (let n = 0; n < 1_000_000; n += 1) kept.push({ text: `x${n}` });
  return process.memoryUsage.rss();
}

t.test('what a burst took is given back when it is over, once', async (t) => {
  const target = new EventTarget();
  const told: number[] = [];
  const log: Log = {
    ...QUIET,
    debug: (event, fields) => {
      told.push(Number(fields?.bytes));
      target.dispatchEvent(new Event(event));
    },
  };
  const heap = new Heap(log);
  t.teardown(() => heap.stop());
  t.notOk('gc' in globalThis, 'nobody else gets hold of it');
  heap.start();
  const full = burst();
  // What is waited for does not keep a process alive by itself.
  const alive = setInterval(() => {}, 1_000);
  await once(target, 'heap.collected', { signal: AbortSignal.timeout(30_000) });
  clearInterval(alive);
  t.ok(full - process.memoryUsage.rss() > 16 * 2 ** 20, `${full - process.memoryUsage.rss()} bytes went`);
  t.equal(told.length, 1);
});
