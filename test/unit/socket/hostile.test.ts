// Every row of the table of hostile peers, against a server in this process.
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { SOCKET_LIMITS } from '../../../src/socket/server.js';
import { bystander, HOSTILE, type HostileTarget } from '../../harness/hostile.js';
import { startServer } from '../../harness/server.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** The bytes that V8 and the buffers keep after a collection. */
const heldBytes = (): number => {
  collect();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
};

t.test('whatever a peer does, it gets a clear error or a clean close, and others are served', async (t) => {
  await using running = await startServer();
  const target: HostileTarget = {
    path: running.path,
    slow: { method: 'session.wait', params: { states: ['ready'] } },
    long: { method: 'rpc.discover', params: {} },
    limits: SOCKET_LIMITS,
  };
  t.ok(HOSTILE.length >= 100, `${HOSTILE.length} cases`);
  t.equal(new Set(HOSTILE.map(({ name }) => name)).size, HOSTILE.length, 'each has its own name');

  const other = await bystander(running.path);
  const before = heldBytes();
  for (const { name, run } of HOSTILE) {
    await t.resolves(run(target), name);
  }
  const { asked, slowestMs } = await other.stop();
  t.ok(asked > 100, `another client was answered ${asked} times meanwhile`);
  t.ok(slowestMs < 2_000, `and never waited longer than ${Math.round(slowestMs)} ms`);
  // The last peers have just disconnected. Their pending output is freed in the next turns of the event loop.
  const until = performance.now() + 5_000;
  let more = heldBytes() - before;
  while (more > 8 * 1024 * 1024 && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    more = heldBytes() - before;
  }
  t.ok(more <= 8 * 1024 * 1024, `the memory was released, except ${(more / 1e6).toFixed(1)} MB`);
  t.same(
    running.log.lines.filter(({ level }) => level === 'error'),
    [],
    'no error of our own was logged',
  );
});
