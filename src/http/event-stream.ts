// Sends events to one listener as server-sent events: the peer of an `events.subscribe`, with the format of the stream and
// its back-pressure.
import type { ServerResponse } from 'node:http';
import type { Peer } from '../protocol/dispatch.js';
import type { WireEvent } from '../protocol/events/index.js';
import type { Fault } from '../protocol/fault.js';
import type { Connection } from './connection.js';
import { ALWAYS } from './reply.js';

/** The interval of keep-alive comments: a proxy would cut off an idle stream. */
const ALIVE_MS = 15_000;
/** A browser that lost the stream reconnects after this. */
const RETRY_MS = 2_000;

/** Ends with its connection. */
export class EventStream implements Peer {
  readonly id: number;
  readonly #connection: Connection;
  readonly #response: ServerResponse;
  #alive: NodeJS.Timeout | undefined;

  constructor(id: number, connection: Connection, response: ServerResponse) {
    this.id = id;
    this.#connection = connection;
    this.#response = response;
  }

  get backlogBytes(): number {
    return this.#connection.backlogBytes;
  }

  get closed(): AbortSignal {
    return this.#connection.closed;
  }

  /** See Peer. @throws Fault busy */
  hold(): () => void {
    return this.#connection.hold();
  }

  /** See Peer. */
  end(why: Fault): void {
    this.#connection.end(why);
  }

  /** Starts the stream after the subscription. The first id gives the listener the cursor to resume from. @throws Fault busy */
  begin(after: number | string): void {
    if (this.closed.aborted) return;
    // Without a place, the answer is an error.
    const release = this.#connection.hold();
    // Each source of events may wait until the peer has read.
    this.#response.setMaxListeners(0);
    const type = 'text/event-stream; charset=utf-8';
    // No further response can follow a stream on its connection.
    const headers = { ...ALWAYS, 'Content-Type': type, 'X-Accel-Buffering': 'no', Connection: 'close' };
    this.#response.writeHead(200, headers);
    // The listener remembers an id without data, and fires no event for it.
    this.#write(`retry: ${RETRY_MS}\nid: ${after}\n\n`);
    this.#alive = setInterval(() => this.#write(':\n\n'), ALIVE_MS);
    const end = (): void => {
      clearInterval(this.#alive);
      release();
      this.#response.end();
    };
    this.closed.addEventListener('abort', end, { once: true });
  }

  notify(_method: 'event', event: WireEvent): boolean {
    return this.send(event.type, event, String(event.cursor));
  }

  /**
   * Sends one item. False when the peer has gone, or was cut off because it does not read.
   * @param id where a listener that reconnects continues; null: the item does not change that
   */
  send(type: string, data: unknown, id: string | null): boolean {
    // JSON contains no raw line breaks, so it fits into one `data:` line.
    return this.#write(
      `${id === null ? '' : `id: ${id}\n`}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`,
    );
  }

  async drained(): Promise<void> {
    const response = this.#response;
    if (this.closed.aborted || !response.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        response.off('drain', done);
        this.closed.removeEventListener('abort', done);
        resolve();
      };
      response.on('drain', done);
      this.closed.addEventListener('abort', done, { once: true });
    });
  }

  #write(text: string): boolean {
    return !this.closed.aborted && this.#connection.write(this.#response, Buffer.from(text));
  }
}
