// A file to which an export appends whole lines of JSON while it runs. After a kill, a line that was written in part is
// cut off, and the next run continues behind the last whole one.
import { constants } from 'node:fs';
import { open, readFile, rm, truncate } from 'node:fs/promises';

const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;

export class StagedLines<T> {
  readonly #path: string;
  readonly entries: T[];

  private constructor(path: string, entries: T[]) {
    this.#path = path;
    this.entries = entries;
  }

  /** Reads what an earlier run has left, up to the first line that is not whole. */
  static async open<T>(path: string): Promise<StagedLines<T>> {
    const bytes = await readFile(path).catch((error) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    const entries: T[] = [];
    let at = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, at)) {
      try {
        entries.push(JSON.parse(bytes.toString('utf8', at, end)) as T);
      } catch {
        break;
      }
      at = end + 1;
    }
    if (at < bytes.length) await truncate(path, at);
    return new StagedLines(path, entries);
  }

  async append(entries: readonly T[]): Promise<void> {
    if (entries.length === 0) return;
    const file = await open(this.#path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
    try {
      await file.appendFile(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    } finally {
      await file.close();
    }
    this.entries.push(...entries);
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
    this.entries.length = 0;
  }
}
