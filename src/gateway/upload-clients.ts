// Connections for uploads. A daemon drops an unfinished upload with its connection, so each owner of uploads has one of its
// own: over HTTP, the request that brings the file.
import type { Owner } from '../protocol/dispatch.js';
import type { Client, RequestOptions } from '../socket/client.js';

/** The caller closes it. */
export class UploadClients {
  readonly #open: () => Promise<Client>;
  readonly #clients = new Map<Owner, Promise<Client>>();

  constructor(open: () => Promise<Client>) {
    this.#open = open;
  }

  /** Calls `media.put`. @throws (rejects) Fault of the daemon; unreachable, connection_lost, busy */
  async put(owner: Owner, params: object, options: RequestOptions): Promise<unknown> {
    const client = await this.#of(owner);
    return client.call('media.put', params, options);
  }

  async close(): Promise<void> {
    const clients = [...this.#clients.values()];
    await Promise.all(
      clients.map((opening) =>
        opening.then(
          (client) => client.close(),
          () => undefined,
        ),
      ),
    );
  }

  /** The connection ends with its owner. */
  #of(owner: Owner): Promise<Client> {
    const known = this.#clients.get(owner);
    if (known !== undefined) return known;
    const opening = this.#open();
    this.#clients.set(owner, opening);
    const forget = (): void => {
      this.#clients.delete(owner);
    };
    opening.then((client) => {
      const close = (): void => void client.close();
      owner.closed.addEventListener('abort', close, { once: true });
      if (owner.closed.aborted) close();
      void client.closed.then(() => {
        owner.closed.removeEventListener('abort', close);
        forget();
      });
    }, forget);
    return opening;
  }
}
