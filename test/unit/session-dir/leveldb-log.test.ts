/** A LevelDB log that was cut off at any byte is repaired, even if more was written after the cut. */
import t from 'tap';
import { checksum, examine, layOut } from '../../../src/session-dir/leveldb-log.js';

const BLOCK = 32_768;
const HEADER = 7;
const recordsOf = (...lengths: number[]): Buffer[] => lengths.map((length, n) => Buffer.alloc(length, n + 1));
/** A long record over three blocks, one that leaves no room for another header, and short ones. */
const RECORDS = recordsOf(20, 2 * BLOCK, 400, 32_243, 8);
const LOG = layOut(RECORDS);
const ENDS = RECORDS.map((_, n) => layOut(RECORDS.slice(0, n + 1)).length);

/** All positions near the end of a record or block, and some in between. */
function* places(): Generator<number> {
  const ends = [0, BLOCK, 2 * BLOCK, 3 * BLOCK, ...ENDS];
  for (let at = 0; at <= LOG.length; at += 1)
    if (at % 1_999 === 0 || ends.some((end) => Math.abs(end - at) < 12)) yield at;
}
const wholeBefore = (at: number): number => ENDS.filter((end) => end <= at).length;

/** The bytes that LevelDB would write after a log of this length. */
function behind(bytes: number, records: readonly Buffer[]): Buffer {
  const at = bytes % BLOCK;
  if (BLOCK - at < HEADER) return Buffer.concat([Buffer.alloc(BLOCK - at), layOut(records)]);
  // The first record stands for everything already in the block.
  return at < HEADER ? layOut(records) : layOut([Buffer.alloc(at - HEADER), ...records]).subarray(at);
}

t.test('the checksum is the one of the format', async (t) => {
  // CRC-32C of "123456789" is e3069283. LevelDB rotates it right by 15 bits and adds a constant.
  const crc = 0xe3069283;
  t.equal(checksum(Buffer.from('123456789')), ((((crc >>> 15) | (crc << 17)) >>> 0) + 0xa282ead8) % 2 ** 32);
});

t.test('a complete log is recognised as complete', async (t) => {
  for (const lengths of [[], [0], [100, 0, 5], [BLOCK - HEADER, 3], [BLOCK - 13, 1], [3 * BLOCK, 9]])
    t.same(examine(layOut(recordsOf(...lengths))), { is: 'whole' }, `${lengths}`);
});

t.test('wherever a log is cut off, its complete records stay, and nothing else', async (t) => {
  const wrong: unknown[] = [];
  for (const at of places()) {
    const whole = ENDS[wholeBefore(at) - 1] ?? 0;
    const found = examine(LOG.subarray(0, at));
    const sound = found.is === 'torn' ? found.soundBytes : found.is === 'whole' ? at : -1;
    // The padding of a block belongs to no record, and may stay.
    const fill = LOG.subarray(whole, Math.max(whole, sound));
    if (sound < whole || sound > at || fill.some(Boolean)) wrong.push([at, found]);
  }
  t.same(wrong, []);
});

t.test('a torn record is removed from a log that was continued, and everything else stays', async (t) => {
  const more = recordsOf(30, 5, BLOCK);
  const wrong: unknown[] = [];
  for (const at of places()) {
    // LevelDB continues with so little room in a block only after a break inside a header, and treats it as
    // padding.
    if (at % BLOCK > 0 && at % BLOCK < HEADER) continue;
    const whole = RECORDS.slice(0, wholeBefore(at));
    const found = examine(Buffer.concat([LOG.subarray(0, at), behind(at, more)]));
    const is = found.is === 'spliced' ? found.mended : null;
    const isBreak = at !== (ENDS[whole.length - 1] ?? 0);
    if (isBreak ? !is?.equals(layOut([...whole, ...more])) : found.is !== 'whole') wrong.push([at, found.is]);
  }
  t.same(wrong, []);
});

t.test('damage at the end, as after a power loss, is removed, and other damage is not touched', async (t) => {
  const records = recordsOf(50, 60, 70);
  const log = layOut(records);
  const ends = records.map((_, n) => layOut(records.slice(0, n + 1)).length);
  t.same(examine(Buffer.concat([log, Buffer.alloc(5_000)])), { is: 'torn', soundBytes: log.length }, 'zeros');
  const badEnd = Buffer.from(log);
  badEnd.writeUInt8(99, log.length - 1);
  t.same(examine(badEnd), { is: 'torn', soundBytes: ends[1] }, 'a bad record');
  const badMiddle = Buffer.from(log);
  badMiddle.writeUInt8(99, (ends[1] ?? 0) - 1);
  t.same(examine(badMiddle), { is: 'damaged' }, 'a bad record between others');
  t.same(examine(Buffer.alloc(1_000, 'text')), { is: 'damaged' }, 'a file that is not a log');
});
