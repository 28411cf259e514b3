/** The logs of all databases in a profile are repaired, and no other file is changed. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { layOut } from '../../../src/session-dir/leveldb-log.js';
import { mendLogs } from '../../../src/session-dir/torn-log.js';
import { place } from './place.js';

const FIRST = Buffer.from('the first record');
const SECOND = Buffer.from('the second record');

t.test('torn records are removed from the logs of databases only', async (t) => {
  const { dir, log, said } = place(t);
  const put = (name: string, bytes: Buffer | string) => {
    const path = join(dir.profile, 'Default', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes, { mode: 0o600 });
    return path;
  };
  const whole = layOut([FIRST, SECOND]);
  const torn = Buffer.concat([whole, Buffer.from('half')]);
  const cut = layOut([FIRST, SECOND]).subarray(0, layOut([FIRST]).length + 12);
  const spliced = Buffer.concat([cut, layOut([Buffer.alloc(cut.length - 7), SECOND]).subarray(cut.length)]);
  const idb = 'IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb';
  const databases = [idb, 'Local Storage/leveldb', 'Service Worker/Database'];
  const mended = [
    ...[put(`${idb}/000007.log`, torn), put(`${idb}/MANIFEST-000001`, torn)],
    ...[put('Local Storage/leveldb/000003.log', spliced), put('Service Worker/Database/000003.log', torn)],
  ];
  for (const folder of databases) put(`${folder}/CURRENT`, 'MANIFEST-000001\n');
  const kept = [put(`${idb}/LOG`, torn), put(`${idb}/000005.ldb`, torn), put('elsewhere/000003.log', torn)];
  await mendLogs(dir, log);
  for (const path of mended) {
    t.same(readFileSync(path), whole, path.slice(dir.profile.length));
    t.equal(statSync(path).mode & 0o777, 0o600);
  }
  for (const path of kept) t.same(readFileSync(path), torn, path.slice(dir.profile.length));
  t.equal(said.length, 4);
  t.ok(said.some(([event, { bytes }]) => event === 'leftover.torn-log' && bytes === 4));
  await mendLogs(dir, log);
  t.equal(said.length, 4, 'the second run changes nothing');
});
