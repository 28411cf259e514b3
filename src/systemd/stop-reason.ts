// Reads why the daemon is being stopped, as recorded by a root helper (systemd/stop-intent, which ExecStop= runs before
// the SIGTERM). A missing, stale, unreadable or unclear record counts as "not an explicit stop".
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { readBounded, UnfitFile } from '../local/bounded-file.js';

export interface StopReason {
  /** True when a person or program stopped this service only: it is no restart and no shutdown of the machine. */
  readonly explicit: boolean;
  /** For the log. */
  readonly why: string;
}

export interface StopReasonFrom {
  readonly account: string;
  /** $INVOCATION_ID; undefined outside systemd. */
  readonly invocation: string | undefined;
  /** Where the helper writes; tests use another directory and owner. */
  readonly directory?: string;
  readonly owner?: number;
}

const DIRECTORY = '/run/wad-stop';
const ROOT = 0;
const MAX_BYTES = 512;
const LINE = /^invocation=([0-9a-f]{32}) explicit=(yes|no) why=([\x21-\x7e]{1,200})\n$/;

const kept = (why: string): StopReason => ({ explicit: false, why });

/** Reads the record. Synchronous, because a second signal may arrive at any time; never throws. */
export function stopReason(from: StopReasonFrom): StopReason {
  const { account, invocation, directory = DIRECTORY, owner = ROOT } = from;
  if (invocation === undefined) return kept('not under systemd');
  let text: string;
  try {
    text = readOwned(join(directory, account), owner);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = error instanceof UnfitFile ? error.why : (code ?? message);
    return kept(code === 'ENOENT' ? 'no verdict' : `no verdict that can be trusted: ${why}`);
  }
  const [, of, explicit, why = ''] = LINE.exec(text) ?? [];
  if (of === undefined) return kept('no verdict that can be understood');
  if (of !== invocation) return kept('the verdict is of an earlier run');
  return { explicit: explicit === 'yes', why };
}

/** @throws when it is not a regular file that belongs to the owner and that only the owner can write */
function readOwned(path: string, owner: number): string {
  const check = (stats: Stats) => {
    if (stats.uid !== owner) throw new Error(`owned by user ${stats.uid}`);
    if ((stats.mode & 0o022) !== 0) throw new Error('others can write it');
  };
  return readBounded(path, MAX_BYTES, { follow: false, check }).toString('latin1');
}
