// Writes on a full disk fail whole, and succeed when there is space again. The small real disk needs root to
// mount.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openStore } from '../../../src/store/open.js';
import { event, fill, kindOf, message, NOW, opened, scratch } from './scratch.js';

const place = scratch(t);
const disk = join(place, 'disk');
mkdirSync(disk);
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk], { encoding: 'utf8' });
const skip =
  mounted.status === 0 ? false : `no small disk can be mounted: ${mounted.stderr ?? mounted.error}`.trim();
// Before the directory is removed. Lazily, because the driver holds the file until its statements are
// collected.
if (!skip) t.before(() => t.teardown(() => execFileSync('umount', ['--lazy', disk])));

const ballast = join(disk, 'ballast');
/** Leaves this many bytes free. */
function fillUp(free: number): void {
  rmSync(ballast, { force: true });
  for (let size = 3 * 1024 * 1024; size > 0; size -= 4096) {
    try {
      writeFileSync(ballast, Buffer.alloc(size));
      break;
    } catch {}
  }
  const { size } = JSON.parse(
    execFileSync(process.execPath, ['-p', `JSON.stringify(fs.statSync(${JSON.stringify(ballast)}))`], {
      encoding: 'utf8',
    }),
  );
  execFileSync('truncate', ['-s', String(Math.max(0, size - free)), ballast]);
}

t.test(
  'a write without disk space is refused whole, and the next one with space succeeds',
  { skip },
  async (t) => {
    const directory = join(disk, 'one');
    const store = opened(t, directory);
    await fill(store, 1, 10);
    fillUp(64 * 1024);
    const reported = new Set<number>();
    const kinds = new Set<string>();
    for (let n = 1; n <= 60; n += 4) {
      const group = [n, n + 1, n + 2, n + 3].map(async (each) => {
        const kind = await kindOf(() =>
          store.write((tx) => {
            store.outbox.accept(tx, message(each, { payload: { text: 'x'.repeat(5_000) } }));
            store.journal.append(tx, event(each));
          }),
        );
        kinds.add(kind);
        if (kind === 'none') reported.add(each);
      });
      await Promise.all(group);
    }
    t.same([...kinds].sort(), ['disk_full', 'none']);
    const written = () => store.outbox.list({ limit: 1_000, order: 'oldest' }).messages.map(({ id }) => id);
    t.same(
      written(),
      [...reported].map((n) => `m-${n}`),
      'nothing of the refused writes is stored, and all of the accepted ones',
    );
    t.equal(store.journal.last, NOW + 10 + reported.size);
    // Larger than any space left by earlier groups, whose division into commits depends on the machine.
    const large = message(99, { payload: { text: 'x'.repeat(200_000) } });
    t.equal(await kindOf(() => store.writeNow((tx) => store.outbox.accept(tx, large))), 'disk_full');
    rmSync(ballast);
    await store.write((tx) => store.outbox.accept(tx, message(100)));
    t.same(written().at(-1), 'm-100');
    store.close();
    const again = opened(t, directory);
    t.equal(again.report.replaced, null);
    t.equal(again.outbox.list({ limit: 1_000 }).messages.length, reported.size + 1);
  },
);

t.test(
  'a start on a full disk fails with that reason, and succeeds when there is space',
  { skip },
  async (t) => {
    for (const free of [0, 8 * 1024, 20 * 1024, 40 * 1024]) {
      const directory = join(disk, `start-${free}`);
      fillUp(free);
      t.equal(
        await kindOf(() => openStore({ directory, now: () => NOW })),
        'disk_full',
        `${free} bytes free`,
      );
      rmSync(ballast);
      const store = opened(t, directory);
      t.equal(store.report.replaced, null);
      await fill(store, 1, 1);
      store.close();
    }
  },
);

t.test('a store on a full disk can be closed, opened and read', { skip }, async (t) => {
  const directory = join(disk, 'three');
  const store = openStore({ directory, now: () => NOW });
  await fill(store, 1, 50);
  fillUp(0);
  store.close();
  const again = opened(t, directory);
  t.equal(again.report.replaced, null);
  t.equal(again.journal.page({ after: 0 }).events.length, 50);
  rmSync(ballast);
  await fill(again, 51, 51);
  t.equal(again.journal.last, NOW + 51);
});
