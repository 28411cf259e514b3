// Shared parts of the tests of the store: a directory for each, distinct messages and events, and a crash.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../../src/protocol/fault.js';
import type { NewEvent } from '../../../src/store/event.js';
import { openStore } from '../../../src/store/open.js';
import type { NewMessage } from '../../../src/store/outbox-row.js';
import type { Store } from '../../../src/store/store.js';

export const NOW = Date.UTC(2026, 0, 1);
export const WID = '15550001111@c.us';

interface Test {
  teardown(end: () => void): unknown;
}

export function scratch(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'wad-store-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Opens a store that is closed at the end of the test. */
export function opened(t: Test, directory = scratch(t), now: () => number = () => NOW): Store {
  const store = openStore({ directory, now });
  t.teardown(() => store.close());
  return store;
}

/** Copies the files as a kill of this process would leave them, while the store has them open. */
export function crashed(t: Test, directory: string): string {
  const copy = join(scratch(t), 'copy');
  execFileSync('cp', ['-r', directory, copy]);
  return copy;
}

export const message = (n: number, more: Partial<NewMessage> = {}): NewMessage => ({
  id: `m-${n}`,
  messageId: `3EB0${String(n).padStart(18, '0')}`,
  wid: WID,
  key: null,
  recipient: '15550002222@c.us',
  chatId: '15550002222@c.us',
  kind: 'text',
  payload: { text: `message ${n}` },
  queuedAtMs: NOW + n,
  ...more,
});

export const event = (n: number, more: Partial<NewEvent> = {}): NewEvent => ({
  type: 'message',
  timeMs: NOW + n,
  wid: WID,
  data: { n },
  ...more,
});

/** Writes many events, one transaction for each group. */
export async function fill(
  store: Store,
  from: number,
  to: number,
  more: Partial<NewEvent> = {},
): Promise<void> {
  for (let n = from; n <= to; n += 500) {
    await store.write((tx) => {
      for (let i = n; i <= Math.min(n + 499, to); i += 1) store.journal.append(tx, event(i, more));
    });
  }
}

/** The kind of the Fault that is thrown or rejected with. Anything else as text. */
export async function kindOf(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    return error instanceof Fault ? error.kind : String(error);
  }
  return 'none';
}
