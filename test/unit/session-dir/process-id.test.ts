/**
 * A recorded process is identified by more than its pid, which may belong to another process now.
 * That happens when a pid is reused, or after a boot.
 */
import t from 'tap';
import { isAlive, ownProcessId, processStat } from '../../../src/session-dir/process-id.js';

t.test('a process is identified by each of the three fields', async (t) => {
  const own = ownProcessId();
  t.equal(await isAlive(own), true);
  t.equal(await isAlive({ ...own, bootId: 'of an earlier boot' }), false);
  t.equal(await isAlive({ ...own, startTicks: own.startTicks + 1 }), false);
  t.equal(await isAlive({ ...own, pid: 2 ** 22 + 1 }), false);
  t.match(await processStat(process.pid), { startTicks: own.startTicks });
});
