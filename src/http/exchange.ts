// Handles one HTTP request: authorises it, finds and runs its route, sends the answer, and returns the result for log and
// metrics. Every failure is answered as a Fault.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Address } from '../protocol/address.js';
import type { Dispatch, Owner, Peer } from '../protocol/dispatch.js';
import { Fault } from '../protocol/fault.js';
import type { MethodName } from '../protocol/methods/index.js';
import { readBody } from './body.js';
import type { Connection } from './connection.js';
import { EventStream } from './event-stream.js';
import { refuseCrossSite, refuseFlood, refuseForeign } from './guard.js';
import { faultReply, type Reply, send } from './reply.js';
import type { Asked, Found, Own, Route, Router } from './route.js';
import { isKnown, refuseStrangers, type Token } from './token.js';

export interface ExchangeOptions {
  readonly dispatch: Dispatch;
  readonly router: Router;
  readonly own: Own;
  readonly token: Token;
  /** For the hints of the faults raised here. */
  readonly address?: Address | undefined;
  readonly maxBodyBytes: number;
}

/** The result of a request, for log and metrics. It leaves out the requested path, which may contain anything. */
export interface Ended {
  readonly route: Route | null;
  readonly status: number;
  readonly fault: Fault | null;
  /** Set when the error was not a Fault. */
  readonly bug: Bug | null;
  readonly ms: number;
}

/** The parts of a failed request that may be logged: names and sizes, but no values. */
export interface Bug {
  readonly err: unknown;
  readonly parameters: readonly string[];
  readonly bodyBytes: number;
}

/** How long to read and drop the rest of an unwanted body before the response ends. */
const LINGER_MS = 1_000;

interface Between {
  readonly id: number;
  readonly connection: Connection;
  /** Owns what outlasts a request, such as an upload: the next request may come over another connection. */
  readonly owner: Owner;
}

/**
 * Answers one request. Never rejects; resolves when the answer has been handed to the connection, or the stream has begun.
 */
export async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  options: ExchangeOptions & Between,
): Promise<Ended> {
  const { connection } = options;
  const startedAt = performance.now();
  let route: Route | null = null;
  const ended = (status: number, fault: Fault | null, bug: Bug | null = null): Ended => {
    return { route, status, fault, bug, ms: performance.now() - startedAt };
  };
  try {
    const found = admit(request, options);
    route = found.route;
    const reply = await route.serve(asked(request, response, found, options), options.own);
    if (reply === null) {
      if (request.method === 'HEAD') response.end();
      return ended(200, null);
    }
    refuseLong(connection, reply);
    send(connection, response, reply, false, () => finish(request, response));
    return ended(reply.status, null);
  } catch (error) {
    const fault = Fault.of(error);
    const reply = faultReply(
      isKnown(options.token, request.headers) ? fault.addressedTo(options.address ?? []) : unaddressed(fault),
    );
    if (response.headersSent) response.destroy();
    else send(connection, response, reply, !request.complete, () => finish(request, response));
    return ended(reply.status, fault, error instanceof Fault ? null : bugOf(error, request));
  }
}

/** For unauthorised requests: uses the hint of the table, because the daemon's own hint contains the socket's path. */
const unaddressed = ({ kind, details }: Fault): Fault => new Fault(kind, { ...details, hint: undefined });

/** @throws Fault answer_too_long */
function refuseLong(connection: Connection, { body }: Reply): void {
  if (!connection.fits(body.length)) throw new Fault('answer_too_long');
}

function bugOf(err: unknown, { url = '', headers }: IncomingMessage): Bug {
  const parameters = [...queryOf(url).keys()].map((name) => (/^[a-zA-Z]{1,32}$/.test(name) ? name : '…'));
  return { err, parameters, bodyBytes: Number(headers['content-length'] ?? 0) };
}

const queryOf = (url: string): URLSearchParams => new URLSearchParams(url.split('?').slice(1).join('?'));

/** @throws Fault of guard, token and router, in this order: unauthorised requests do not learn which routes exist */
function admit(request: IncomingMessage, { router, token }: ExchangeOptions): Found {
  refuseFlood(request);
  refuseForeign(request);
  const { method: verb = '', url = '' } = request;
  const [path = ''] = url.split('?', 1);
  let found: Found | null = null;
  let none: unknown;
  try {
    found = router.find(verb, path);
  } catch (fault) {
    none = fault;
  }
  if (!found?.route.open) {
    refuseCrossSite(request);
    refuseStrangers(token, request.headers);
  }
  if (found === null) throw none;
  return found;
}

function asked(
  request: IncomingMessage,
  response: ServerResponse,
  { names }: Found,
  { dispatch, id, connection, owner, token, maxBodyBytes }: ExchangeOptions & Between,
): Asked {
  const { closed } = connection;
  let peer: Peer = {
    id,
    closed,
    owner,
    notify: () => false,
    backlogBytes: 0,
    drained: async () => undefined,
  };
  return {
    names,
    query: queryOf(request.url ?? ''),
    headers: request.headers,
    get isKnown() {
      return isKnown(token, request.headers);
    },
    body: () => {
      if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
      return readBody(request, maxBodyBytes);
    },
    ask: async (method: MethodName, params: unknown = {}) =>
      (await dispatch(method, params, { peer, signal: closed })) as never,
    stream: () => {
      const stream = new EventStream(id, connection, response);
      peer = stream;
      return stream;
    },
  };
}

/** Reads the rest of the body before the response ends: closing on unread input resets the connection and loses the answer. */
function finish(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete || request.destroyed) {
    response.end();
    return;
  }
  const timer = setTimeout(() => response.end(), LINGER_MS);
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  request.once('end', end).once('close', end).resume();
}
