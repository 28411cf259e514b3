// A webhook receiver: a real HTTP server that verifies each signature with the package that receivers use,
// and checks each event against its schema. It can be down, be slow, or refuse.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { WireEvent } from '../../src/protocol/events/index.js';
import { checkEvent } from './check-event.js';

export interface Delivery {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Record<string, never> & { cursor: number; type: string; data: Record<string, unknown> };
}

/** The status to answer with; null: no answer, the connection stays open. */
export type Answers = (delivery: Delivery) => number | null;

export class Receiver implements AsyncDisposable {
  readonly taken: Delivery[] = [];
  /** Deliveries that were answered with any other status. */
  readonly refused: Delivery[] = [];
  answers: Answers;
  /** Headers of each answer, such as `Retry-After` and `Location`. */
  headers: Record<string, string> = {};
  readonly #webhook: Webhook | null;
  readonly #check: (event: WireEvent) => unknown;
  #server: Server | null = null;
  #port = 0;
  #watcher = (): void => undefined;

  private constructor(secret: string | null, answers: Answers, check: (event: WireEvent) => unknown) {
    this.#webhook =
      secret === null
        ? null
        : new Webhook(secret, secret.startsWith('whsec_') ? undefined : { format: 'raw' });
    this.answers = answers;
    this.#check = check;
  }

  /**
   * @param secret null: signatures are not checked
   * @param check throws for an event that does not match its schema; default: the real check
   */
  static async start(
    secret: string | null,
    answers: Answers = () => 204,
    check: (event: WireEvent) => unknown = checkEvent,
  ): Promise<Receiver> {
    const receiver = new Receiver(secret, answers, check);
    await receiver.up();
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`;
  }

  /** Listens, again on the same port after `down`. */
  async up(): Promise<void> {
    this.#server = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      request.on('end', () => {
        const { headers } = request;
        this.#webhook?.verify(text, headers as Record<string, string>);
        const id = String(headers['webhook-id']);
        const delivery: Delivery = { id, headers, text, body: JSON.parse(text) as Delivery['body'] };
        if (delivery.body.type !== 'webhook.test') this.#check(delivery.body as unknown as WireEvent);
        const status = this.answers(delivery);
        if (status === null) return;
        (status < 300 ? this.taken : this.refused).push(delivery);
        response.writeHead(status, this.headers).end();
        this.#watcher();
      });
    });
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Stops listening on its port. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    server?.closeAllConnections();
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  /** Waits until `count` deliveries were accepted. @throws (rejects) after `waitMs` */
  took(count: number, waitMs = 60_000): Promise<readonly Delivery[]> {
    return this.#until(
      () => this.taken.length >= count,
      () => `${this.taken.length} of ${count} taken`,
      waitMs,
    );
  }

  /** Waits until `count` deliveries were refused. */
  denied(count: number, waitMs = 60_000): Promise<readonly Delivery[]> {
    return this.#until(
      () => this.refused.length >= count,
      () => `${this.refused.length} of ${count} refused`,
      waitMs,
    ).then(() => this.refused);
  }

  async #until(done: () => boolean, says: () => string, waitMs: number): Promise<readonly Delivery[]> {
    if (!done())
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${says()} within ${waitMs} ms`)), waitMs);
        this.#watcher = () => {
          if (!done()) return;
          clearTimeout(timer);
          resolve();
        };
      });
    return this.taken;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.down();
  }
}
