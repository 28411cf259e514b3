/** The account that owns a store is recorded on disk. */
import t from 'tap';
import { opened, scratch } from './scratch.js';

const [ONE, OTHER] = ['15550001111@c.us', '15550009999@c.us'];

t.test('the account linked last is stored, and read by the next process', async (t) => {
  const directory = scratch(t);
  const store = opened(t, directory);
  t.equal(store.account.wid, null);
  t.equal(
    store.writeNow((tx) => store.account.link(tx, ONE, 0)),
    true,
  );
  t.equal(store.account.wid, ONE);
  t.equal(
    store.writeNow((tx) => store.account.link(tx, ONE, 1)),
    false,
    'linking the same account again is not a change',
  );
  t.equal(
    store.writeNow((tx) => {
      store.account.link(tx, OTHER, 2);
      return store.account.wid;
    }),
    OTHER,
    'the change is visible within the write',
  );
  t.equal(store.account.wid, OTHER);
  store.close();
  t.equal(opened(t, directory).account.wid, OTHER);
});

t.test('a link that is rolled back does not count', async (t) => {
  const store = opened(t, scratch(t));
  store.writeNow((tx) => store.account.link(tx, ONE, 0));
  t.throws(
    () =>
      store.writeNow((tx) => {
        store.account.link(tx, OTHER, 1);
        t.equal(store.account.wid, OTHER);
        throw new Error('undone');
      }),
    /undone/,
  );
  t.equal(store.account.wid, ONE);
  // The next write of the group shares the transaction, and must not see the undone one.
  const undone = store.write((tx) => {
    store.account.link(tx, OTHER, 1);
    throw new Error('undone');
  });
  const seen = store.write(() => store.account.wid);
  await t.rejects(undone, /undone/);
  t.equal(await seen, ONE);
});
