// Removes a half-written record from the LevelDB logs of a profile before a browser starts. A page's storage is in LevelDB
// databases, whose logs end in half a record when the browser is killed during a write (H31). The next browser reads
// correctly up to that point, but then appends after the half record (reuse_logs). The browser after that finds an
// invalid record in the middle of the log and discards the whole database: the session is lost with IndexedDB. A half
// record with later records after it is also removed, as in a profile that another program has used.
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readBoundedAsync } from '../local/bounded-file.js';
import { writeDurably } from './durable-file.js';
import type { SessionDir, SessionLog } from './layout.js';
import { examine } from './leveldb-log.js';

/** The log of a database, and its list of files, which has the format of a log, too. */
const IS_LOG = /^(?:\d+\.log|MANIFEST-\d+)$/;
/** How deep below the profile databases are: IndexedDB/ORIGIN.leveldb, Local Storage/leveldb, Service Worker/Database. */
const DEPTH = 3;
/** LevelDB begins a new log at 4 MiB. A larger log than this is left to Chromium. */
const MAX_BYTES = 256 * 1_048_576;

/**
 * Removes half-written records from the logs of all databases in a profile. No process may have them open. Any other
 * damage is left to Chromium. Never rejects.
 */
export async function mendLogs({ profile }: SessionDir, log: SessionLog): Promise<void> {
  for await (const path of logsBelow(join(profile, 'Default'), DEPTH)) {
    try {
      const bytes = await mend(path);
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

/** @returns how many bytes were removed */
async function mend(path: string): Promise<number> {
  const log = await readBoundedAsync(path, MAX_BYTES);
  const found = examine(log);
  switch (found.is) {
    case 'whole':
    case 'damaged':
      return 0;
    case 'torn': {
      await using file = await open(path, 'r+');
      await file.truncate(found.soundBytes);
      await file.sync();
      return log.length - found.soundBytes;
    }
    case 'spliced':
      await writeDurably(path, found.mended);
      return log.length - found.mended.length;
  }
}
