// Connections to one daemon that calls share. A daemon answers a limited number of requests of a connection at a time, so
// further connections are opened while more calls are in progress, and closed when they are no longer needed.
import type { Connection, RequestOptions } from '../protocol/connection.js';
import { Fault } from '../protocol/fault.js';

interface Line {
  readonly client: Promise<Connection>;
  calls: number;
}

/** Half of what a daemon accepts by default, so that a slow call leaves room for others. */
const CALLS_PER_LINE = 16;
/**
 * The daemon keeps connections for its other clients, and calls to a daemon that hangs do not use up the gateway's limit on
 * requests in progress.
 */
const MAX_LINES = 4;

/** The caller closes it. */
export class CallPool {
  readonly #open: () => Promise<Connection>;
  readonly #lines = new Set<Line>();
  #isClosed = false;

  constructor(open: () => Promise<Connection>) {
    this.#open = open;
  }

  /** @throws (rejects) Fault of the daemon, of a connection, or busy */
  async call(method: string, params: object, options: RequestOptions): Promise<unknown> {
    try {
      return await this.#callOnce(method, params, options);
    } catch (error) {
      // The daemon ended the idle connection before it accepted this call.
      if (error instanceof Fault && error.kind === 'connection_idle')
        return this.#callOnce(method, params, options);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#lines].map((line) => this.#end(line)));
  }

  async #callOnce(method: string, params: object, options: RequestOptions): Promise<unknown> {
    const line = this.#take();
    line.calls += 1;
    try {
      return await (await line.client).call(method, params, options);
    } finally {
      line.calls -= 1;
      if (line.calls === 0 && this.#lines.size > 1) void this.#end(line);
    }
  }

  #take(): Line {
    if (this.#isClosed) throw new Fault('unreachable', { reason: 'the account has gone', hint: null });
    for (const line of this.#lines) if (line.calls < CALLS_PER_LINE) return line;
    if (this.#lines.size >= MAX_LINES)
      throw new Fault('busy', {
        reason: 'the gateway has too many requests to this account in progress',
        hint: null,
        retryAfterMs: 1_000,
      });
    const line: Line = { client: this.#open(), calls: 0 };
    this.#lines.add(line);
    const forget = (): void => {
      this.#lines.delete(line);
    };
    line.client.then(({ closed }) => closed.then(forget), forget);
    return line;
  }

  async #end(line: Line): Promise<void> {
    this.#lines.delete(line);
    const client = await line.client.catch(() => null);
    await client?.close();
  }
}
