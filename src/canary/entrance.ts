/** Where the page's chat socket arrives: TLS, and behind it the WhatsApp server of this process. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, type Socket } from 'node:net';
import { createServer, type Server } from 'node:tls';
import type { Credentials } from '../waserver/media-host.js';
import { OpenSockets } from '../waserver/open-sockets.js';

export class Entrance {
  readonly #server: Server;
  readonly #near: OpenSockets;
  readonly #far = new Set<Socket>();

  private constructor(credentials: Credentials, port: number) {
    this.#server = createServer(credentials, (near) => {
      const far = connect(port, '127.0.0.1');
      this.#far.add(far);
      far.once('close', () => this.#far.delete(far));
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
      near.pipe(far).pipe(near);
    });
    this.#near = new OpenSockets(this.#server);
    // A connection that never becomes TLS: there is nothing to tell.
    this.#server.on('tlsClientError', () => undefined);
  }

  /** @param url of the server. @throws Error: it cannot listen */
  static async open(credentials: Credentials, url: string): Promise<Entrance> {
    const entrance = new Entrance(credentials, Number(new URL(url).port));
    entrance.#server.listen(0, '127.0.0.1');
    await once(entrance.#server, 'listening');
    return entrance;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    this.#near.end();
    for (const socket of this.#far) socket.destroy();
    await closed;
  }
}
