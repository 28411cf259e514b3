/** Whether a process group has ended, also where the processes cannot be read. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { groupEndsSync, killGroup } from '../../../../src/whatsapp/browser/process-group.js';

t.test('a group runs until it is killed', async (t) => {
  const child = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
  const group = child.pid as number;
  t.teardown(() => killGroup(group));
  await once(child, 'spawn');
  t.equal(groupEndsSync(group, 0), false);
  killGroup(group);
  t.equal(groupEndsSync(group, 10_000), true);
});

t.test('processes that cannot be listed may run, and nothing is thrown', async (t) => {
  t.equal(groupEndsSync(1, 0, join(t.testdir(), 'none')), false);
});

t.test('so may a process whose file cannot be read; one that has ended does not count', async (t) => {
  const proc = t.testdir({ 4: {}, self: 'x' });
  t.equal(groupEndsSync(1, 0, proc), true, 'its file has gone');
  // A loop of links: it is there and cannot be opened, also by root.
  symlinkSync('stat', join(proc, '4/stat'));
  t.equal(groupEndsSync(1, 0, proc), false);
});
