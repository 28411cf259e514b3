// A session directory for one test, and a log that keeps its records.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { layout, type SessionDir, type SessionLog } from '../../../src/session-dir/layout.js';

export interface Place {
  readonly dir: SessionDir;
  readonly log: SessionLog;
  /** Every record: event and fields. */
  readonly said: readonly [string, Readonly<Record<string, unknown>>][];
  /** Files by their path below dataPath. */
  write(files: Readonly<Record<string, string>>): void;
}

export function place(t: { teardown(end: () => void): unknown }): Place {
  const dataPath = mkdtempSync(join(tmpdir(), 'wad-session-'));
  t.teardown(() => rmSync(dataPath, { recursive: true, force: true }));
  const said: [string, Readonly<Record<string, unknown>>][] = [];
  const say = (event: string, fields: Readonly<Record<string, unknown>> = {}) =>
    void said.push([event, fields]);
  return {
    dir: layout(dataPath, 'shop'),
    log: { info: say, warn: say },
    said,
    write(files) {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(dataPath, name)), { recursive: true });
        writeFileSync(join(dataPath, name), text);
      }
    },
  };
}
