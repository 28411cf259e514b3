// Calls a method of the daemon that runs an account, wherever that is, over NATS.
import type { Connection, RequestOptions } from '../protocol/connection.js';
import { Fault } from '../protocol/fault.js';
import { readAnswer } from '../socket/answer.js';
import { type FleetConnection, fleetFault } from './connection.js';
import { type Msg, NoRespondersError, TimeoutError } from './nats.js';

/** NATS has to be told how long to wait. */
const TIMEOUT_MS = 60_000;
/** How much longer than the daemon the client waits. */
const LATE_MS = 1_000;

/** Nothing to close: the connection belongs to the caller. */
export class RpcClient implements Pick<Connection, 'call'> {
  readonly #fleet: Pick<FleetConnection, 'nats' | 'names'>;
  readonly #account: string;
  #lastId = 0;

  constructor(fleet: Pick<FleetConnection, 'nats' | 'names'>, account: string) {
    this.#fleet = fleet;
    this.#account = account;
  }

  /**
   * @throws (rejects) the daemon's Fault; unreachable: no machine runs the account now; deadline_exceeded, interrupted,
   * bad_answer, fleet_unreachable, fleet_refused
   */
  async call(
    method: string,
    params: object = {},
    { timeoutMs = TIMEOUT_MS, signal, writes = true }: RequestOptions = {},
  ): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const request = { jsonrpc: '2.0', id, method, params: { ...params, deadlineMs: timeoutMs } };
    const outcome = writes ? 'unknown' : 'none';
    const text = JSON.stringify(request);
    const max = this.#fleet.nats.info?.max_payload;
    // NATS would end the connection.
    if (max !== undefined && Buffer.byteLength(text) > max)
      throw new Fault('line_too_long', { outcome: 'none' });
    let msg: Msg;
    try {
      msg = await this.#request(text, timeoutMs + LATE_MS, signal);
    } catch (error) {
      if (error instanceof Fault) throw new Fault(error.kind, { ...error.details, outcome });
      if (isCausedBy(error, NoRespondersError)) throw this.#noMachine();
      if (!isCausedBy(error, TimeoutError)) {
        const fault = fleetFault(error);
        throw new Fault(fault.kind, { ...fault.details, outcome });
      }
      const reason = `no answer within ${timeoutMs} ms`;
      throw new Fault('deadline_exceeded', { reason, outcome, cause: error });
    }
    const answer = readAnswer(msg.string());
    if (answer.is === 'refusal') throw answer.fault;
    if (answer.is !== 'response' || answer.id !== id)
      throw new Fault('bad_answer', { reason: 'the answer is not one to this request', outcome });
    const { error, result } = answer.response;
    if (error) throw Fault.fromWire(error);
    return result;
  }

  /** @throws (rejects) Fault interrupted; the errors of NATS */
  async #request(body: string, timeout: number, signal: AbortSignal | undefined): Promise<Msg> {
    const asked = this.#fleet.nats.request(this.#fleet.names.rpc(this.#account), body, { timeout });
    if (signal === undefined) return asked;
    let abort = (): void => undefined;
    const aborted = new Promise<never>((_, reject) => {
      abort = () =>
        reject(
          signal.reason instanceof Fault ? signal.reason : new Fault('interrupted', { cause: signal.reason }),
        );
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
    });
    try {
      return await Promise.race([asked, aborted]);
    } finally {
      signal.removeEventListener('abort', abort);
      // The loser of the race.
      asked.catch(() => undefined);
    }
  }

  #noMachine(): Fault {
    return new Fault('unreachable', {
      reason: `No machine runs the account "${this.#account}" now.`,
      hint: 'wactl fleet accounts',
      outcome: 'none',
    });
  }
}

const isCausedBy = (error: unknown, kind: abstract new (...args: never[]) => Error): boolean =>
  error instanceof kind ||
  (error instanceof Error && error.cause !== undefined && isCausedBy(error.cause, kind));
