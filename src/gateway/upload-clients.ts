// Connections for uploads. A daemon drops an unfinished upload with its connection, so each owner of uploads has one of its
// own: the request that brings a file, or the token that sends one in pieces.
import type { Connection, RequestOptions } from '../protocol/connection.js';
import type { Owner } from '../protocol/dispatch.js';

/** A daemon drops an upload after as long without a piece, so a connection that rests for longer has none. */
const REST_MS = 600_000;

interface Held {
  readonly opening: Promise<Connection>;
  /** Pieces that are on their way. */
  pending: number;
  rest: NodeJS.Timeout | undefined;
}

/** The caller closes it. */
export class UploadClients {
  readonly #open: () => Promise<Connection>;
  readonly #restMs: number;
  readonly #held = new Map<Owner, Held>();

  constructor(open: () => Promise<Connection>, restMs: number = REST_MS) {
    this.#open = open;
    this.#restMs = restMs;
  }

  /** Calls `media.put`. @throws (rejects) Fault of the daemon; unreachable, connection_lost, busy */
  async put(owner: Owner, params: object, options: RequestOptions): Promise<unknown> {
    const held = this.#of(owner);
    held.pending += 1;
    clearTimeout(held.rest);
    try {
      const client = await held.opening;
      return await client.call('media.put', params, options);
    } finally {
      held.pending -= 1;
      if (held.pending === 0 && this.#held.get(owner) === held)
        held.rest = setTimeout(() => this.#drop(owner, held), this.#restMs).unref();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#held.values()].map(closed));
  }

  #drop(owner: Owner, held: Held): void {
    // The next piece gets a new connection.
    this.#held.delete(owner);
    void closed(held);
  }

  /** The connection ends with its owner, or when it has rested. */
  #of(owner: Owner): Held {
    const known = this.#held.get(owner);
    if (known !== undefined) return known;
    const held: Held = { opening: this.#open(), pending: 0, rest: undefined };
    this.#held.set(owner, held);
    const forget = (): void => {
      clearTimeout(held.rest);
      if (this.#held.get(owner) === held) this.#held.delete(owner);
    };
    held.opening.then((client) => {
      const close = (): void => void client.close();
      owner.closed.addEventListener('abort', close, { once: true });
      if (owner.closed.aborted) close();
      void client.closed.then(() => {
        owner.closed.removeEventListener('abort', close);
        forget();
      });
    }, forget);
    return held;
  }
}

const closed = ({ opening }: Held): Promise<void> =>
  opening.then(
    (client) => client.close(),
    () => undefined,
  );
