/** A session that was verified is moved to its place, or leaves everything as it was. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { takePlace } from '../../../../src/daemon/move/take-place.js';
import { Fault } from '../../../../src/protocol/fault.js';
import { layout } from '../../../../src/session-dir/layout.js';

/** A verified session, and the place for it with a profile in which nobody is linked. */
function places(t: Test) {
  const root = t.testdir({ work: {}, place: {} });
  const [from, to] = [layout(join(root, 'work'), 'a'), layout(join(root, 'place'), 'a')];
  for (const [dir, text] of [
    [from, 'linked'],
    [to, 'blank'],
  ] as const) {
    mkdirSync(dir.profile);
    writeFileSync(join(dir.profile, 'keys'), text);
  }
  writeFileSync(from.marker, '{}');
  const at = (dir: typeof to): string | null => {
    const path = join(dir.profile, 'keys');
    return existsSync(path) ? readFileSync(path, 'utf8') : null;
  };
  return { from, to, at };
}

t.test('it is in its place when the import is settled', async (t) => {
  const { from, to, at } = places(t);
  await takePlace(from, to, async () => {
    t.same([at(to), existsSync(to.marker)], ['linked', true]);
  });
  t.same([at(to), existsSync(to.marker), at(from)], ['linked', true, null]);
});

t.test('when the lease was lost meanwhile, it is taken away again', async (t) => {
  const { from, to, at } = places(t);
  const error: unknown = await takePlace(from, to, () => Promise.reject(new Fault('lease_lost'))).catch(
    (thrown: unknown) => thrown,
  );
  t.match(error, { kind: 'lease_lost' });
  t.same([at(to), existsSync(to.marker)], [null, false], 'no session');
  t.same([at(from), existsSync(from.marker)], ['linked', true], 'for its owner to remove');
});

t.test('the same when its marker cannot be moved', async (t) => {
  const { from, to, at } = places(t);
  mkdirSync(to.marker);
  let settled = false;
  await t.rejects(
    takePlace(from, to, async () => {
      settled = true;
    }),
  );
  t.same([settled, at(to), at(from)], [false, null, 'linked']);
});
