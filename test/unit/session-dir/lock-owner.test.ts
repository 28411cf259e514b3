/** The owner recorded with a lock is matched to this acquisition of it, not only to the process. */
import t from 'tap';
import {
  readLockOwner,
  readLockOwnerSync,
  sameLockOwner,
  writeLockOwner,
} from '../../../src/session-dir/lock-owner.js';
import { place } from './place.js';

t.test('the owner is read as it was written', async (t) => {
  const { dir } = place(t);
  t.equal(await readLockOwner(dir), null);
  t.equal(readLockOwnerSync(dir), null);
  const owner = await writeLockOwner(dir);
  t.match(owner, { pid: process.pid, startTicks: Number, bootId: /^[0-9a-f-]{36}$/ });
  t.same(await readLockOwner(dir), owner);
  t.same(readLockOwnerSync(dir), owner);
});

t.test('each field distinguishes two acquisitions of the lock', async (t) => {
  const { dir } = place(t);
  const owner = await writeLockOwner(dir);
  t.ok(sameLockOwner({ ...owner }, owner));
  t.notOk(sameLockOwner(null, owner));
  for (const other of [{ pid: 1 }, { startTicks: 1 }, { bootId: 'x' }, { since: '2026-01-01T00:00:00.000Z' }])
    t.notOk(sameLockOwner({ ...owner, ...other }, owner), JSON.stringify(other));
});

t.test('an incomplete record names no owner', async (t) => {
  for (const text of ['', '{', 'null', '{"pid":1}', '{"pid":"1","startTicks":1,"bootId":"x","since":"y"}']) {
    const { dir, write } = place(t);
    write({ 'session-shop.holder.json': text });
    t.equal(await readLockOwner(dir), null, text);
  }
});
