// Group commit: writes of one group share a transaction, but not their failures.
import { join } from 'node:path';
import t from 'tap';
import { GroupCommit } from '../../../src/store/commit.js';
import { Database } from '../../../src/store/database.js';
import { kindOf, scratch } from './scratch.js';

function table(t: { teardown(end: () => void): unknown }, pages?: number) {
  const db = new Database(join(scratch(t), 'test.sqlite'));
  t.teardown(() => db.close());
  db.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT)');
  if (pages !== undefined) db.exec(`PRAGMA max_page_count = ${pages}`);
  const insert = db.prepare('INSERT INTO t VALUES (?, ?)');
  const all = db.prepare<{ n: number }>('SELECT n FROM t ORDER BY n');
  const numbers = () => all.all().map(({ n }) => n);
  /** Returns a write that records when it ran. */
  const ran: number[] = [];
  const adds = (n: number) => () => {
    ran.push(n);
    insert.run(n, '');
    return n;
  };
  return { db, insert, numbers, ran, adds };
}

t.test('writes of one turn share a transaction, in order', async (t) => {
  const { db, insert, numbers } = table(t);
  const commit = new GroupCommit(db);
  const ran: number[] = [];
  const writes = [3, 1, 2].map((n) =>
    commit.write(() => {
      ran.push(n);
      insert.run(n, '');
      return n * 10;
    }),
  );
  t.same(ran, [], 'nothing runs before the turn is over');
  t.same(await Promise.all(writes), [30, 10, 20]);
  t.same(ran, [3, 1, 2]);
  t.same(numbers(), [1, 2, 3]);
});

t.test('a patient write commits with the next ordinary write, or alone after its limit', async (t) => {
  const { db, numbers, ran, adds } = table(t);
  const patient = { turn: 'patient' } as const;
  const commit = new GroupCommit(db, { patienceMs: 1_000_000 });
  const first = commit.write(adds(1), patient);
  const second = commit.write(adds(2), patient);
  await new Promise((resolve) => setImmediate(resolve));
  t.same(ran, [], 'it does not run in its own turn');
  t.equal(await commit.write(adds(3)), 3);
  t.same(ran, [1, 2, 3]);
  t.same(await Promise.all([first, second]), [1, 2], 'both resolve together');
  const hurried = commit.write(adds(4), patient);
  commit.hurry();
  t.equal(await hurried, 4, 'on request');
  commit.hurry();
  const last = commit.write(adds(5), patient);
  commit.close();
  t.equal(await last, 5, 'at the close');
  t.equal(
    await new GroupCommit(db, { patienceMs: 1 }).write(adds(6), patient),
    6,
    'or when its time limit has passed',
  );
  t.same(numbers(), [1, 2, 3, 4, 5, 6]);
});

t.test('urgent writes commit first and alone, and delay no other write for ever', async (t) => {
  const { db, numbers, ran, adds } = table(t);
  const first = { turn: 'first' } as const;
  const patient = { turn: 'patient' } as const;
  const commit = new GroupCommit(db, { patienceMs: 1_000_000 });
  const late = commit.write(adds(1), patient);
  t.same(await Promise.all([commit.write(adds(2), first), commit.write(adds(3), first)]), [2, 3]);
  t.same(ran, [2, 3], 'urgent writes share a commit, and the patient one keeps waiting');
  const plain = commit.write(adds(4));
  await commit.write(adds(5), first);
  t.same(ran, [2, 3, 5], 'before earlier writes');
  t.same(await Promise.all([late, plain]), [1, 4]);
  t.same(ran, [2, 3, 5, 1, 4], 'earlier writes keep their order');

  ran.length = 0;
  let more = 100;
  const goOn = (): unknown => more < 110 && commit.write(adds(more++), first).then(goOn);
  const flood = goOn();
  await commit.write(adds(6));
  t.ok(ran.indexOf(6) <= 2, `not behind all of the urgent writes: ${ran}`);
  await flood;
  t.equal(ran.length, 11, 'all of the urgent writes are done');

  const [one, two] = [commit.write(adds(7), first), commit.write(adds(8), patient)];
  commit.close();
  t.same(await Promise.all([one, two]), [7, 8], 'also at the close');
  t.equal(numbers().length, 18);
});

t.test('a failing write rolls back its own changes only', async (t) => {
  const { db, insert, numbers } = table(t);
  const commit = new GroupCommit(db);
  const results = await Promise.allSettled([
    commit.write(() => insert.run(1, '')),
    commit.write(() => {
      insert.run(2, '');
      insert.run(1, '');
    }),
    commit.write(() => {
      insert.run(3, '');
      throw new Error('thought better of it');
    }),
    commit.write(() => insert.run(4, '')),
  ]);
  t.same(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
  );
  t.match(results[1], { reason: { kind: 'internal', message: /UNIQUE/ } });
  t.match(results[2], { reason: { message: 'thought better of it' } }, "the writer's own error is passed on");
  t.same(numbers(), [1, 4]);
});

t.test('a single write that fails leaves no change', async (t) => {
  const { db, insert, numbers } = table(t);
  const commit = new GroupCommit(db);
  await t.rejects(
    commit.write(() => {
      insert.run(1, '');
      throw new Error('no');
    }),
    { message: 'no' },
  );
  t.same(numbers(), []);
  await commit.write(() => insert.run(1, ''));
  t.same(numbers(), [1]);
});

t.test(
  'the size of a group is limited: the rest commits in later turns, and none is lost or run twice',
  async (t) => {
    const { db, insert, numbers } = table(t);
    for (const limits of [{ writes: 2 }, { ms: 0 }]) {
      db.exec('DELETE FROM t');
      const commit = new GroupCommit(db, limits);
      let turns = 0;
      let counting = true;
      const count = () => {
        turns += 1;
        if (counting) setImmediate(count);
      };
      setImmediate(count);
      await Promise.all([1, 2, 3, 4, 5].map((n) => commit.write(() => insert.run(n, ''))));
      counting = false;
      t.same(numbers(), [1, 2, 3, 4, 5]);
      t.ok(turns >= 3, `other work had ${turns} turns in between`);
    }
  },
);

t.test('writes over the queue limit are refused at once, and queued ones are written', async (t) => {
  const { db, insert, numbers } = table(t);
  const commit = new GroupCommit(db, { waiting: 2 });
  const two = [commit.write(() => insert.run(1, '')), commit.write(() => insert.run(2, ''))];
  t.equal(await kindOf(() => commit.write(() => insert.run(3, ''))), 'busy');
  await Promise.all(two);
  t.same(numbers(), [1, 2]);
});

t.test('writeNow has written when it returns, and so have the writes queued before it', async (t) => {
  const { db, insert, numbers } = table(t);
  const commit = new GroupCommit(db);
  const waiting = commit.write(() => insert.run(1, ''));
  t.equal(
    commit.writeNow(() => insert.run(2, '')),
    1,
  );
  t.same(numbers(), [1, 2]);
  await waiting;
  t.equal(await kindOf(() => commit.writeNow(() => insert.run(2, ''))), 'internal');
  t.equal(await kindOf(() => commit.write(() => commit.writeNow(() => insert.run(3, '')))), 'internal');
  t.same(numbers(), [1, 2]);
});

t.test('a transaction cannot be used after its end', async (t) => {
  const { db, insert, numbers } = table(t);
  const commit = new GroupCommit(db);
  const kept = await commit.write((tx) => ({ tx }));
  t.equal(await kindOf(() => kept.tx.check()), 'internal');
  const late = (async () => {
    insert.run(1, '');
  }) as unknown as () => number;
  t.equal(await kindOf(() => commit.write(late)), 'internal', 'a write cannot await');
  t.same(numbers(), []);
});

t.test('close writes what is queued, and accepts no more', async (t) => {
  const { db, insert, numbers } = table(t);
  const commit = new GroupCommit(db);
  const waiting = commit.write(() => insert.run(1, ''));
  commit.close();
  commit.close();
  t.same(numbers(), [1]);
  await waiting;
  t.equal(await kindOf(() => commit.write(() => insert.run(2, ''))), 'shutting_down');
  t.equal(await kindOf(() => commit.writeNow(() => insert.run(2, ''))), 'shutting_down');
});

t.test('on a full file, a refused write leaves nothing, and later writes work', async (t) => {
  // SQLite's own limit on pages ends the transaction just as a full disk does.
  const { db, insert, numbers } = table(t, 20);
  const commit = new GroupCommit(db);
  const large = 'x'.repeat(30_000);
  const results = await Promise.allSettled(
    [1, 2, 3, 4, 5].map((n) =>
      commit.write(() => {
        insert.run(n, large);
        return n;
      }),
    ),
  );
  const written = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  t.ok(written.length < 5);
  for (const result of results) if (result.status === 'rejected') t.equal(result.reason.kind, 'disk_full');
  t.same(numbers(), written);
  db.exec('PRAGMA max_page_count = 1000');
  await commit.write(() => insert.run(9, large));
  t.same(numbers(), [...written, 9]);
});
