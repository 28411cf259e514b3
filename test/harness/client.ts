// The client that tests use. It checks every request and every answer against the table of methods, so each
// test also tests the contract. A violation fails the test that caused it.
import type { z } from 'zod';
import { COMMON_FAULTS } from '../../src/dispatch/dispatch.js';
import type { WireEvent } from '../../src/protocol/events/index.js';
import { Fault } from '../../src/protocol/fault.js';
import { deadlineMs } from '../../src/protocol/method.js';
import { METHODS, type MethodName } from '../../src/protocol/methods/index.js';
import {
  type Answered,
  type Asked,
  Client,
  type ConnectOptions,
  type RequestOptions,
} from '../../src/socket/client.js';
import { ContractBroken, check, checkEvent } from './check-event.js';

/** Faults that the client itself raises, and no handler does. */
const CLIENT_FAULTS = ['connection_lost', 'interrupted', 'bad_answer', 'connection_idle'];

export class CheckedClient implements AsyncDisposable {
  readonly client: Client;
  readonly #events: WireEvent[] = [];
  #wake = () => {};

  private constructor(client: Client) {
    this.client = client;
    client.onEvent((event) => {
      this.#events.push(checkEvent(event));
      this.#wake();
    });
  }

  static async connect(path: string, options?: ConnectOptions): Promise<CheckedClient> {
    return new CheckedClient(await Client.connect(path, options));
  }

  /** Sends a request that the table allows. For others use `client.call`. */
  async request<M extends MethodName>(
    method: M,
    params: Asked<M>,
    options: RequestOptions = {},
  ): Promise<Answered<M>> {
    const row = METHODS[method];
    const { deadlineMs: deadline, ...own } = params as { deadlineMs?: unknown };
    check(row.params, own, `the parameters of ${method}`);
    check(deadlineMs, deadline, `the deadline of ${method}`);
    const answer = await this.client
      .request(method, params, { writes: row.effect === 'writes', ...options })
      .catch((error: unknown) => {
        const kinds: readonly string[] = [...row.faults, ...COMMON_FAULTS, ...CLIENT_FAULTS];
        if (error instanceof Fault && kinds.includes(error.kind)) throw error;
        throw new ContractBroken(`${method} may not fail with this`, { cause: error });
      });
    const checked = check(row.result as z.ZodType, answer, `the answer of ${method}`) as Answered<M>;
    if (method === 'events.list') (checked as Answered<'events.list'>).events.forEach(checkEvent);
    if (method === 'webhook.dead')
      for (const { event } of (checked as Answered<'webhook.dead'>).letters) checkEvent(event);
    return checked;
  }

  /** Takes the next event from the queue; fails after `waitMs`. */
  async event(waitMs = 10_000): Promise<WireEvent> {
    if (this.#events.length === 0) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no event within ${waitMs} ms`)), waitMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = () => {};
    }
    return this.#events.shift() as WireEvent;
  }

  close(): Promise<void> {
    return this.client.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
