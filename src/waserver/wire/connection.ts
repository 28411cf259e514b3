/** One client's connection: handshake, then stanzas in both directions. A stanza that cannot be read ends the connection. */
import type { WebSocket } from 'ws';
import type { ServerIdentity } from './certificate.js';
import { FrameReader, frame } from './frames.js';
import { decodeNode, encodeNode, type Node } from './nodes.js';
import { Handshake, type Introduction, type Transport } from './noise.js';

export interface Listener {
  /** The handshake has ended. */
  opened(connection: Connection, introduction: Introduction): void;
  /** In the order of arrival. */
  stanza(connection: Connection, stanza: Node): void;
  /** @param error why the server ended it; undefined if the client did or the server meant to */
  closed(connection: Connection, error: Error | undefined): void;
}

type State =
  | { readonly name: 'new' }
  | { readonly name: 'shaking hands'; readonly handshake: Handshake }
  | { readonly name: 'open'; readonly transport: Transport }
  | { readonly name: 'closed' };

export class Connection {
  readonly #socket: WebSocket;
  readonly #identity: ServerIdentity;
  readonly #listener: Listener;
  readonly #reader = new FrameReader();
  #state: State = { name: 'new' };
  /** Frames are handled one after the other, because decompression is asynchronous. */
  #work: Promise<void> = Promise.resolve();

  constructor(socket: WebSocket, identity: ServerIdentity, listener: Listener) {
    this.#socket = socket;
    this.#identity = identity;
    this.#listener = listener;
    socket.on('message', (data) => {
      const chunk = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
      this.#work = this.#work.then(() => this.#take(chunk)).catch((error) => this.#end(error));
    });
    socket.on('close', () => this.#end(undefined));
    socket.on('error', (error) => this.#end(error));
  }

  get isOpen(): boolean {
    return this.#state.name === 'open';
  }

  /** Does nothing once the connection is closed. */
  send(stanza: Node): void {
    if (this.#state.name === 'open') this.#socket.send(frame(this.#state.transport.seal(encodeNode(stanza))));
  }

  /** Closes the connection after what was sent. */
  close(): void {
    this.#socket.close();
    this.#end(undefined);
  }

  /** Cuts the connection without a word, as a network that goes away. */
  cut(): void {
    this.#socket.terminate();
    this.#end(undefined);
  }

  async #take(chunk: Buffer): Promise<void> {
    for (const content of this.#reader.take(chunk)) await this.#frame(content);
  }

  async #frame(content: Buffer): Promise<void> {
    switch (this.#state.name) {
      case 'new': {
        const prologue = this.#reader.prologue ?? Buffer.alloc(0);
        const handshake = new Handshake(this.#identity.staticKey, this.#identity.certificates, prologue);
        this.#socket.send(frame(handshake.hello(content)));
        this.#state = { name: 'shaking hands', handshake };
        return;
      }
      case 'shaking hands': {
        const introduction = this.#state.handshake.finish(content);
        this.#state = { name: 'open', transport: introduction.transport };
        this.#listener.opened(this, introduction);
        return;
      }
      case 'open': {
        const stanza = await decodeNode(this.#state.transport.open(content));
        if (this.isOpen) this.#listener.stanza(this, stanza);
        return;
      }
      case 'closed':
        return;
    }
  }

  #end(error: Error | undefined): void {
    if (this.#state.name === 'closed') return;
    this.#state = { name: 'closed' };
    if (error !== undefined) this.#socket.terminate();
    this.#listener.closed(this, error);
  }
}
