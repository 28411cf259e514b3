// A line between a machine and a server: a TCP proxy that a test can cut, with an error or in silence.
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net';

/** `refused`: connections are reset, and new ones as well. `silent`: they stay, and nothing arrives any more (half-open). */
export type Cut = 'refused' | 'silent';

/** Ended with the test. */
export class Line {
  readonly port: number;
  readonly #server: Server;
  readonly #to: number;
  readonly #near = new Set<Socket>();
  readonly #ends = new Set<Socket>();
  readonly #onOpen: () => void;
  #cut: Cut | null = null;

  private constructor(server: Server, to: number, onOpen: () => void) {
    this.#server = server;
    this.#to = to;
    this.#onOpen = onOpen;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (near) => this.#accept(near));
  }

  /** @param onOpen called for each new connection of the machine */
  static async open(
    t: { teardown(run: () => unknown): void },
    to: number,
    onOpen: () => void = () => undefined,
  ): Promise<Line> {
    const server = createServer({ allowHalfOpen: false }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const line = new Line(server, to, onOpen);
    t.teardown(() => line.#close());
    return line;
  }

  /** Connections that the machine holds now, whatever arrives of them. */
  get connections(): number {
    return this.#near.size;
  }

  cut(how: Cut): void {
    this.#cut = how;
    if (how === 'refused') this.#reset();
  }

  /** What was said in silence stays lost: its connections end. */
  mend(): void {
    if (this.#cut === null) return;
    this.#cut = null;
    this.#reset();
  }

  #accept(near: Socket): void {
    near.on('error', () => undefined);
    if (this.#cut === 'refused') return void near.resetAndDestroy();
    this.#near.add(near);
    near.once('close', () => this.#near.delete(near));
    this.#onOpen();
    const far = dial(this.#to, '127.0.0.1');
    far.on('error', () => undefined);
    this.#pass(near, far);
    this.#pass(far, near);
  }

  #pass(from: Socket, to: Socket): void {
    this.#ends.add(from);
    from.on('data', (data) => {
      if (this.#cut !== null || to.destroyed) return;
      if (!to.write(data)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    });
    from.once('close', () => {
      this.#ends.delete(from);
      to.destroy();
    });
  }

  #reset(): void {
    for (const end of this.#ends) end.resetAndDestroy();
  }

  async #close(): Promise<void> {
    this.#reset();
    await once(this.#server.close(), 'close');
  }
}
