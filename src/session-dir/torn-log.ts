// What a page stores lies in databases of LevelDB, whose logs end in half a record when a browser is killed in the midst
// of a write (H31). The next browser reads on up to there, as it should, and then, as Chromium has it, goes on writing
// behind the half (reuse_logs). The one after that finds a record that is none in the midst of its log, and throws the
// whole database away: with IndexedDB goes the session. So the half goes before a browser is started.
// The format: https://github.com/google/leveldb/blob/main/doc/log_format.md
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionDir, SessionLog } from './layout.js';

/** Records are laid out in blocks; where fewer bytes are left in one than a header takes, it is filled up. */
const BLOCK = 32_768;
/** Checksum (4 bytes), length (2), kind (1). */
const HEADER = 7;
const [FULL, FIRST, MIDDLE, LAST] = [1, 2, 3, 4];
/** The log and the list of a database's files, which is a log as well. */
const IS_LOG = /^(?:\d+\.log|MANIFEST-\d+)$/;
/** Below the profile: IndexedDB/ORIGIN.leveldb, Local Storage/leveldb, Service Worker/Database and their like. */
const DEPTH = 3;

/**
 * Cuts what was not written to its end off the logs of all databases in a profile. Nobody may have them open. What is
 * wrong with one in any other way is left to Chromium. Never rejects.
 */
export async function cutTornLogs({ profile }: SessionDir, log: SessionLog): Promise<void> {
  for await (const path of logsBelow(join(profile, 'Default'), DEPTH)) {
    try {
      const bytes = await cutTorn(path);
      if (bytes > 0) log.warn('leftover.torn-log', { path, bytes });
    } catch (error) {
      log.warn('leftover.torn-log', { path, err: error });
    }
  }
}

async function* logsBelow(folder: string, depth: number): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth > 0) yield* logsBelow(path, depth - 1);
    else if (entry.isFile() && IS_LOG.test(entry.name) && entries.some(({ name }) => name === 'CURRENT'))
      yield path;
  }
}

/** @returns how many bytes went */
async function cutTorn(path: string): Promise<number> {
  const bytes = await readFile(path);
  const sound = soundLength(bytes);
  if (sound === bytes.length) return 0;
  const file = await open(path, 'r+');
  try {
    await file.truncate(sound);
    await file.sync();
    return bytes.length - sound;
  } finally {
    await file.close();
  }
}

/**
 * Where the last whole record of a log ends, if it breaks off behind it, or holds nothing but zeros or one bad record
 * more, as after a loss of power; else its length. A log that is wrong before its end is no torn one.
 */
export function soundLength(log: Buffer): number {
  let sound = 0;
  let isOpen = false;
  for (let at = 0; at < log.length; ) {
    const left = BLOCK - (at % BLOCK);
    if (left < HEADER) {
      at += left;
      if (!isOpen) sound = Math.min(at, log.length);
      continue;
    }
    if (at + HEADER > log.length) return sound;
    const length = log.readUInt16LE(at + 4);
    const kind = log[at + 6] ?? 0;
    const end = at + HEADER + length;
    if (kind === 0 && log.subarray(at).every((byte) => byte === 0)) return sound;
    if (kind < FULL || kind > LAST || HEADER + length > left) return log.length;
    // One that follows another record's beginning has to go on with it.
    if (isOpen !== (kind === MIDDLE || kind === LAST)) return log.length;
    if (end > log.length) return sound;
    if (checksum(log.subarray(at + 6, end)) !== log.readUInt32LE(at))
      return end === log.length ? sound : log.length;
    isOpen = kind === FIRST || kind === MIDDLE;
    if (!isOpen) sound = end;
    at = end;
  }
  return sound;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit += 1) n = n & 1 ? (n >>> 1) ^ 0x82f63b78 : n >>> 1;
  return n >>> 0;
});

/** CRC-32C, turned and shifted, since a log may itself hold checksums. */
export function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = ((TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)) >>> 0;
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
