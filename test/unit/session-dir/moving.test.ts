// A decrypted session left by a killed move is removed by the next owner of the lock.
import { existsSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeMoving, pruneMoving } from '../../../src/session-dir/moving.js';
import { place } from './place.js';

t.test('files left by a killed move are removed, those of version 0.1 after a day', async (t) => {
  const { dir, write } = place(t);
  write({
    '.moving-Ab12cD/Default/Preferences': '{}',
    '.moving-Ef34gH/Default/Preferences': '{}',
    '.moving-other.Ab12cD/Default/Preferences': '{}',
    'session-shop/Default/Preferences': '{}',
  });
  const mine = await makeMoving(dir);
  const old = join(dir.dataPath, '.moving-Ab12cD');
  const twoDaysAgo = Date.now() / 1_000 - 2 * 86_400;
  utimesSync(old, twoDaysAgo, twoDaysAgo);
  t.same([...(await pruneMoving(dir))].sort(), [old, mine].sort());
  t.notOk(existsSync(old));
  t.notOk(existsSync(mine));
  for (const name of ['.moving-Ef34gH', '.moving-other.Ab12cD', 'session-shop'])
    t.ok(existsSync(join(dir.dataPath, name)), `${name} stays`);
});
