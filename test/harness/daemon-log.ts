// Parses the daemon's stdout into log records, and waits for a given one.

export interface LogRecord {
  readonly event: string;
  readonly level: string;
  readonly time: string;
  readonly [field: string]: unknown;
}

export class DaemonLog {
  readonly records: LogRecord[] = [];
  /** Lines that are not JSON objects. */
  readonly strayLines: string[] = [];
  isClosed = false;
  #rest = '';
  readonly #watchers = new Set<() => void>();

  read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      try {
        this.records.push(JSON.parse(line) as LogRecord);
      } catch {
        this.strayLines.push(line);
      }
    }
    for (const look of this.#watchers) look();
  }

  /** Marks the end of the output. */
  close(): void {
    this.isClosed = true;
    for (const look of this.#watchers) look();
  }

  tail(lines: number): string {
    return this.records
      .slice(-lines)
      .map((record) => JSON.stringify(record))
      .join('\n');
  }

  /**
   * Resolves with the first matching record, past or future, at or after index `after`.
   * @throws (rejects) after `timeoutMs`, or when the log ends without it
   */
  logged(
    event: string,
    fits: (record: LogRecord) => boolean = () => true,
    { timeoutMs, after = 0 }: { timeoutMs: number; after?: number },
  ): Promise<LogRecord> {
    const find = () => this.records.slice(after).find((record) => record.event === event && fits(record));
    return new Promise((resolve, reject) => {
      const end = (act: () => void) => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        act();
      };
      const look = () => {
        const found = find();
        if (found) end(() => resolve(found));
        else if (this.isClosed) end(() => reject(new Error(`wad ended without ${event}`)));
      };
      const late = () => end(() => reject(new Error(`no ${event} within ${timeoutMs} ms`)));
      const timer = setTimeout(late, timeoutMs);
      this.#watchers.add(look);
      look();
    });
  }
}
