// Events to one listener by server-sent events: the peer of an `events.subscribe`. Owns the form of the stream and its
// back-pressure. Refuses to know: which events there are.
import type { ServerResponse } from 'node:http';
import type { Peer } from '../protocol/dispatch.js';
import { Fault } from '../protocol/fault.js';
import type { WireEvent } from '../protocol/schema.js';
import { ALWAYS } from './reply.js';

/** A listener behind a proxy would be cut off as idle. */
const ALIVE_MS = 15_000;
/** A browser that lost the stream comes back after this. */
const RETRY_MS = 2_000;

/** Ends with its response. */
export class EventStream implements Peer {
  readonly id: number;
  readonly #response: ServerResponse;
  readonly #closed = new AbortController();
  readonly #maxBacklogBytes: number;
  #alive: NodeJS.Timeout | undefined;

  /** @param maxBacklogBytes more than this waiting for the listener, and it is cut off; it resumes by cursor */
  constructor(id: number, response: ServerResponse, maxBacklogBytes: number) {
    this.id = id;
    this.#response = response;
    this.#maxBacklogBytes = maxBacklogBytes;
    response.once('close', () => {
      clearInterval(this.#alive);
      this.#closed.abort(new Fault('connection_lost'));
    });
  }

  get backlogBytes(): number {
    return this.#response.writableLength;
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** The listener is subscribed: from now on it knows where it would have to resume. */
  begin(after: number): void {
    if (this.#closed.signal.aborted) return;
    const type = 'text/event-stream; charset=utf-8';
    this.#response.writeHead(200, { ...ALWAYS, 'Content-Type': type, 'X-Accel-Buffering': 'no' });
    // An id without data is kept by the listener and makes no event.
    this.#response.write(`retry: ${RETRY_MS}\nid: ${after}\n\n`);
    this.#alive = setInterval(() => this.#write(':\n\n'), ALIVE_MS);
  }

  notify(_method: 'event', event: WireEvent): boolean {
    // JSON has no raw line breaks, so one line of data holds it.
    return this.#write(`id: ${event.cursor}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  }

  async drained(): Promise<void> {
    const response = this.#response;
    if (response.destroyed || !response.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        response.off('drain', done).off('close', done);
        resolve();
      };
      response.on('drain', done).on('close', done);
    });
  }

  #write(text: string): boolean {
    if (this.#closed.signal.aborted || this.#response.writableEnded) return false;
    const bytes = Buffer.from(text);
    if (this.backlogBytes + bytes.length > this.#maxBacklogBytes) {
      this.#response.destroy();
      return false;
    }
    this.#response.write(bytes);
    return true;
  }
}
