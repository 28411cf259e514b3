/** Logs of LevelDB that break off: at every byte, and with what a loss of power leaves. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { checksum, cutTornLogs, soundLength } from '../../../src/session-dir/torn-log.js';
import { place } from './place.js';

const BLOCK = 32_768;
const HEADER = 7;

/** A log of records of these lengths, as LevelDB lays them out, and where each of them ends. */
function logOf(lengths: readonly number[]): { log: Buffer; ends: number[] } {
  const parts: Buffer[] = [];
  const ends: number[] = [];
  let at = 0;
  const put = (part: Buffer) => {
    parts.push(part);
    at += part.length;
  };
  for (const [n, length] of lengths.entries()) {
    let rest = Buffer.alloc(length, n + 1);
    for (let isFirst = true, isLast = false; !isLast; isFirst = false) {
      if (BLOCK - (at % BLOCK) < HEADER) put(Buffer.alloc(BLOCK - (at % BLOCK)));
      const piece = rest.subarray(0, BLOCK - (at % BLOCK) - HEADER);
      rest = rest.subarray(piece.length);
      isLast = rest.length === 0;
      const kind = isFirst && isLast ? 1 : isFirst ? 2 : isLast ? 4 : 3;
      const record = Buffer.concat([Buffer.alloc(HEADER), piece]);
      record.writeUInt16LE(piece.length, 4);
      record.writeUInt8(kind, 6);
      record.writeUInt32LE(checksum(record.subarray(6)), 0);
      put(record);
    }
    ends.push(at);
  }
  return { log: Buffer.concat(parts), ends };
}

t.test('the checksum is that of the format', async (t) => {
  // CRC-32C of "123456789" is e3069283; turned right by 15 bits, and a constant added.
  const crc = 0xe3069283;
  t.equal(checksum(Buffer.from('123456789')), ((((crc >>> 15) | (crc << 17)) >>> 0) + 0xa282ead8) % 2 ** 32);
});

t.test('whole logs stay as they are', async (t) => {
  for (const lengths of [[], [0], [100, 0, 5], [BLOCK - HEADER, 3], [BLOCK - 13, 1], [3 * BLOCK, 9]]) {
    const { log } = logOf(lengths);
    t.equal(soundLength(log), log.length, `${lengths}`);
  }
});

t.test('wherever a log breaks off, what was whole before stays, and no more', async (t) => {
  // A long one over three blocks, one that leaves no room for a header, and short ones.
  const { log, ends } = logOf([20, 2 * BLOCK, 400, 30_000 - 4, 8]);
  const wrong: number[] = [];
  const places = [...ends, 0, BLOCK, 2 * BLOCK];
  for (let length = 0; length <= log.length; length += 1) {
    // Everywhere near a place where something ends, and now and then in between.
    if (length % 211 > 0 && !places.some((place) => Math.abs(place - length) < 20)) continue;
    const whole = ends.filter((end) => end <= length).at(-1) ?? 0;
    const sound = soundLength(log.subarray(0, length));
    // Filling at the end of a block belongs to no record, and may stay.
    if (sound !== whole && !(sound > whole && sound <= length && !log.subarray(whole, sound).some(Boolean)))
      wrong.push(length);
    if (soundLength(log.subarray(0, sound)) !== sound) wrong.push(length);
  }
  t.same(wrong, []);
});

t.test('what a loss of power leaves at the end goes; what is wrong before it does not', async (t) => {
  const { log, ends } = logOf([50, 60, 70]);
  t.equal(soundLength(Buffer.concat([log, Buffer.alloc(5_000)])), log.length, 'zeros');
  const badEnd = Buffer.from(log);
  badEnd.writeUInt8(99, log.length - 1);
  t.equal(soundLength(badEnd), ends[1], 'a bad record');
  const badMiddle = Buffer.from(log);
  badMiddle.writeUInt8(99, (ends[1] ?? 0) - 1);
  t.equal(soundLength(badMiddle), log.length, 'not in the midst of others');
  t.equal(soundLength(Buffer.alloc(1_000, 'text')), 1_000, 'nor where it is no log at all');
});

t.test('of all databases of a profile, and of nothing else', async (t) => {
  const { dir, log, said } = place(t);
  const { log: whole } = logOf([10, 20]);
  const torn = Buffer.concat([whole, Buffer.from('half')]);
  const put = (name: string, bytes: Buffer | string) => {
    const path = join(dir.profile, 'Default', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    return path;
  };
  const idb = 'IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb';
  const cut = [
    ...[put(`${idb}/000007.log`, torn), put(`${idb}/MANIFEST-000001`, torn)],
    ...[put('Local Storage/leveldb/000003.log', torn), put('Service Worker/Database/000003.log', torn)],
  ];
  for (const folder of [idb, 'Local Storage/leveldb', 'Service Worker/Database'])
    put(`${folder}/CURRENT`, 'MANIFEST-000001\n');
  const kept = [put(`${idb}/LOG`, torn), put(`${idb}/000005.ldb`, torn), put('elsewhere/000003.log', torn)];
  await cutTornLogs(dir, log);
  for (const path of cut) t.same(readFileSync(path), whole, path.slice(dir.profile.length));
  for (const path of kept) t.same(readFileSync(path), torn, path.slice(dir.profile.length));
  t.equal(said.length, 4);
  t.match(said[0], ['leftover.torn-log', { bytes: 4 }]);
  await cutTornLogs(dir, log);
  t.equal(said.length, 4, 'once');
});
