/**
 * A durable file is complete or absent: its content is on disk before its name, and its name before success
 * is reported.
 */
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
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
    const name = basename(file).replace(new RegExp(`${process.pid}\\.[0-9a-f]{24}`), 'PID.RANDOM');
    synced.push(`${name}: ${readdirSync(place).length}`);
    return sync.call(this);
  };
  await writeDurably(path, 'whole\n');
  t.same(synced, ['marker.PID.RANDOM.new: 1', `${basename(place)}: 1`]);
  t.same(readdirSync(place), ['marker']);
  t.equal(readFileSync(path, 'utf8'), 'whole\n');
  t.equal(statSync(path).mode & 0o777, 0o600);
});

t.test('files left by a crash during a write are removed, and no others', async (t) => {
  const place = t.testdir();
  const random = 'ab12'.repeat(6);
  const left = ['marker.1.new', `marker.1.${random}.new`];
  const others = ['marker', 'marker.1.new.bak', 'marker.more.1.new', 'marker.old', 'other.1.new'];
  for (const name of [...left, ...others]) writeFileSync(join(place, name), '');
  await removeUnfinished(join(place, 'marker'));
  t.same(readdirSync(place).sort(), others);
});

t.test('a link in place of the file or of its old temporary name is not followed', async (t) => {
  const place = t.testdir({ secret: 'mine' });
  const path = join(place, 'report');
  for (const name of [path, `${path}.${process.pid}.new`, `${path}.${process.pid}`])
    symlinkSync(join(place, 'secret'), name);
  await writeDurably(path, 'new\n');
  t.equal(readFileSync(join(place, 'secret'), 'utf8'), 'mine');
  t.ok(lstatSync(path).isFile(), 'the link was replaced');
  t.equal(readFileSync(path, 'utf8'), 'new\n');
});

t.test('the mode does not depend on the umask, and several writes do not meet', async (t) => {
  const place = t.testdir();
  const path = join(place, 'metrics.prom');
  const before = process.umask(0o077);
  t.teardown(() => process.umask(before));
  const texts = ['a\n', 'b\n', 'c\n', 'd\n'];
  await Promise.all(texts.map((text) => writeDurably(path, text, 0o644)));
  t.equal(statSync(path).mode & 0o777, 0o644);
  t.ok(texts.includes(readFileSync(path, 'utf8')));
  t.same(readdirSync(place), ['metrics.prom']);
});

t.test('a missing directory is an error, and leaves nothing', async (t) => {
  const place = t.testdir();
  const error = await writeDurably(join(place, 'none/marker'), '').catch((thrown: unknown) => thrown);
  t.ok(error instanceof Error);
  t.same(readdirSync(place), []);
  mkdirSync(join(place, 'directory'));
  await t.rejects(writeDurably(join(place, 'directory'), ''));
  t.same(readdirSync(place), ['directory'], 'also when the last step fails');
});
