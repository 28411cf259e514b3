// Every older schema is migrated to the newest one, with its content.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import t from 'tap';
import { Database } from '../../../src/store/database.js';
import { migrate } from '../../../src/store/migrate.js';
import { MIGRATIONS } from '../../../src/store/migrations/index.js';
import { NOW, opened, scratch } from './scratch.js';

const file = (directory: string) => join(directory, 'wad.sqlite');
/** Hashes of the shipped migrations, which never change. A new migration adds its hash at the end. */
const SHIPPED = [
  '7418914f0c55d8b5',
  '27ed3bc636b7d502',
  '58504680776531f1',
  'a04bf2ecbe23cd8c',
  '98d8ca6b59f54562',
  'ffb7ee87c975ba97',
  '78166b4d817b4917',
  'fbcbb44c5aa27748',
];

t.test('every older version is migrated with its content', async (t) => {
  const fresh = scratch(t);
  opened(t, fresh).close();
  const schema = (directory: string) => {
    const db = new Database(file(directory));
    const rows = db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all();
    db.close();
    return rows;
  };
  for (let version = 0; version < MIGRATIONS.length; version += 1) {
    const directory = scratch(t);
    const db = new Database(file(directory));
    for (const sql of MIGRATIONS.slice(0, version)) db.exec(sql);
    db.exec(`PRAGMA user_version = ${version}`);
    if (version >= 1)
      db.exec(`INSERT INTO outbox (id, message_id, wid, content, recipient, chat_id, kind, state, ack, attempts,
                 queued_at, not_before, changed_at, payload${version >= 6 ? ', lane' : ''})
               VALUES ('old', '3EB0', 'w', '', 'r', 'c', 'text', 'queued', 0, 0, 1, 0, 1, '{"text":"hi"}'${version >= 6 ? ", 'c'" : ''})`);
    if (version >= 2)
      db.exec(`INSERT INTO events (cursor, type, time, data) VALUES (${NOW - 5}, 'message', 1, '{}')`);
    db.close();
    const store = opened(t, directory);
    t.match(store.report, { migratedFrom: version, version: MIGRATIONS.length, replaced: null });
    if (version >= 1) t.match(store.outbox.get('old'), { state: 'queued', payload: { text: 'hi' } });
    t.equal(store.journal.last, version >= 2 ? NOW - 5 : NOW, 'cursors continue');
    store.close();
    t.same(schema(directory), schema(fresh), `${version} is migrated to the same schema`);
  }
});

t.test('a migration that fails leaves the previous version unchanged', async (t) => {
  const db = new Database(join(scratch(t), 'x.sqlite'));
  t.teardown(() => db.close());
  const good = 'CREATE TABLE a (n)';
  t.throws(() => migrate(db, [good, 'CREATE TABLE b (n); INSERT INTO nowhere VALUES (1)']), {
    kind: 'internal',
  } as never);
  t.equal(db.pragma('user_version'), 1);
  t.same(
    db
      .prepare<{ name: string }>('SELECT name FROM sqlite_schema')
      .all()
      .map(({ name }) => name),
    ['a'],
  );
  t.equal(migrate(db, [good, 'CREATE TABLE b (n)']), 1);
  t.equal(db.pragma('user_version'), 2);
  t.equal(migrate(db, [good, 'CREATE TABLE b (n)']), 2, 'afterwards nothing is left to do');
});

t.test('migrations that were shipped never change', async (t) => {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
  t.same(MIGRATIONS.map(hash), SHIPPED);
});
