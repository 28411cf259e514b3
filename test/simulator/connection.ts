/** The server's end of one chat socket: frames in and out, and the socket faults. It knows no accounts. */
import type { WebSocket } from 'ws';
import type { Device } from './device.js';
import type { KnobValues } from './knobs.js';
import type { Registration } from './pairing-service.js';
import type { Timers } from './timers.js';
import type { DownFrame, UpFrame } from './wire.js';
import type { WireLog } from './wire-log.js';

export interface ConnectionOptions {
  socket: WebSocket;
  /** the document at the other end */
  page: string;
  knobs: () => KnobValues;
  log: WireLog;
  timers: Timers;
  onFrame: (connection: Connection, frame: UpFrame) => void;
  onClose: (connection: Connection) => void;
}

export class Connection {
  readonly page: string;
  readonly #options: ConnectionOptions;
  #frozen: boolean;
  /** set by pairing-service.ts while the page shows a QR code */
  registration: Registration | undefined;
  /** set after the login */
  device: Device | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.page = options.page;
    const { socketFault } = options.knobs();
    this.#frozen = socketFault === 'hang' || socketFault === 'half-open';
    const { socket, log } = options;
    socket.on('error', () => {});
    socket.on('close', () => options.onClose(this));
    socket.on('message', (data) => {
      if (this.#frozen) return;
      let frame: UpFrame;
      try {
        frame = JSON.parse(String(data)) as UpFrame;
      } catch {
        // The other end is not one of our pages.
        this.drop();
        return;
      }
      if (frame.type !== 'ping') log.add('up', this.page, frame.type, frame);
      options.onFrame(this, frame);
    });
  }

  get open(): boolean {
    return this.#options.socket.readyState === this.#options.socket.OPEN;
  }

  send(frame: DownFrame): void {
    const { knobs, timers } = this.#options;
    const { socketSlowMs } = knobs();
    if (socketSlowMs > 0) timers.after(socketSlowMs, () => this.#sendNow(frame));
    else this.#sendNow(frame);
  }

  /** Drops all frames in both directions from now on, without an error at either end. */
  freeze(): void {
    this.#frozen = true;
  }

  close(): void {
    this.#options.socket.close();
  }

  /** Cuts the connection with a reset. */
  drop(): void {
    this.#options.socket.terminate();
  }

  #sendNow(frame: DownFrame): void {
    if (this.#frozen || !this.open) return;
    if (frame.type !== 'pong') this.#options.log.add('down', this.page, frame.type, frame);
    this.#options.socket.send(JSON.stringify(frame));
  }
}
