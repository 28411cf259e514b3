/**
 * A durable file is complete or absent: its content is on disk before its name, and its name before success
 * is reported.
 */
import { readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import t from 'tap';
import { removeUnfinished, writeDurably } from '../../../src/session-dir/durable-file.js';

t.test('content, name and directory are each on disk before the next', async (t) => {
  const place = t.testdir();
  const path = join(place, 'marker');
  const probe = await open(place, 'r');
  const prototype = Object.getPrototypeOf(probe) as { sync: () => Promise<void> };
  await probe.close();
  const { sync } = prototype;
  t.teardown(() => Object.assign(prototype, { sync }));
  const synced: string[] = [];
  prototype.sync = function (this: { fd: number }) {
    const file = readlinkSync(`/proc/self/fd/${this.fd}`);
    synced.push(`${basename(file).replace(String(process.pid), 'PID')}: ${readdirSync(place).length}`);
    return sync.call(this);
  };
  await writeDurably(path, 'whole\n');
  t.same(synced, ['marker.PID.new: 1', `${basename(place)}: 1`]);
  t.same(readdirSync(place), ['marker']);
  t.equal(readFileSync(path, 'utf8'), 'whole\n');
  t.equal(statSync(path).mode & 0o777, 0o600);
});

t.test('files left by a crash during a write are removed, and no others', async (t) => {
  const place = t.testdir();
  for (const name of ['marker', 'marker.1.new', 'marker.old', 'other.1.new', 'marker.1.new.bak'])
    writeFileSync(join(place, name), '');
  await removeUnfinished(join(place, 'marker'));
  t.same(readdirSync(place).sort(), ['marker', 'marker.1.new.bak', 'marker.old', 'other.1.new']);
});

t.test('a missing directory is an error, and leaves nothing', async (t) => {
  const place = t.testdir();
  const error = await writeDurably(join(place, 'none/marker'), '').catch((thrown: unknown) => thrown);
  t.ok(error instanceof Error);
  t.same(readdirSync(place), []);
});
