/**
 * The open connections of a server, so that they can be ended with it. `closeAllConnections` of Node.js does not know a connection
 * that has not become HTTP, such as one in its TLS handshake; and a server is not closed while it has one.
 */
import type { Server, Socket } from 'node:net';

export class OpenSockets {
  readonly #open = new Set<Socket>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
  }

  end(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
