// The log of one run of the daemon, as it comes on stdout: its records, and waits for one of them.

export interface LogRecord {
  readonly event: string;
  readonly level: string;
  readonly time: string;
  readonly [field: string]: unknown;
}

export class DaemonLog {
  readonly records: LogRecord[] = [];
  /** Lines that are no JSON object. */
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

  /** Nothing more will come. */
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
   * The first record, written already or yet to come, that fits; of those behind `after`.
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
