/**
 * The listening TCP port. It keeps its number while it is closed, so that "connection refused" and its end
 * can both be simulated. It does not know the protocol on it.
 */
import { once } from 'node:events';
import net from 'node:net';

export class ListeningPort {
  readonly #onSocket: (socket: net.Socket) => void;
  readonly #sockets = new Set<net.Socket>();
  #server: net.Server | undefined;
  #moving: Promise<void> = Promise.resolve();
  port = 0;

  constructor(onSocket: (socket: net.Socket) => void) {
    this.#onSocket = onSocket;
  }

  open(port = this.port): Promise<void> {
    return this.#move(async () => {
      if (this.#server) return;
      const server = net.createServer((socket) => {
        this.#sockets.add(socket);
        socket.on('error', () => {});
        socket.once('close', () => this.#sockets.delete(socket));
        this.#onSocket(socket);
      });
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      this.#server = server;
      this.port = (server.address() as net.AddressInfo).port;
    });
  }

  /** Refuses new connections; existing ones continue. */
  shut(): Promise<void> {
    return this.#move(async () => {
      this.#server?.close();
      this.#server = undefined;
    });
  }

  async close(): Promise<void> {
    await this.shut();
    for (const socket of this.#sockets) socket.destroy();
  }

  #move(step: () => Promise<void>): Promise<void> {
    this.#moving = this.#moving.then(step, step);
    return this.#moving;
  }
}
