// Handles one request and its answer: authorises it, finds its route, and reports how it ended for log and metrics.
// Every failure is a Fault and is answered as one. It does not know what a route does, or how connections come and go.
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
  /** For the hints of this door's own faults. */
  readonly address?: Address | undefined;
  readonly maxBodyBytes: number;
}

/** How one ended, for log and metrics. The path as it was asked is not in it: it may hold anything. */
export interface Ended {
  readonly route: Route | null;
  readonly status: number;
  readonly fault: Fault | null;
  /** An error of this room's own. */
  readonly bug: Bug | null;
  readonly ms: number;
}

/** What of a request that met one may be written down: names, sizes and types, and no value that somebody sent. */
export interface Bug {
  readonly err: unknown;
  readonly parameters: readonly string[];
  readonly bodyBytes: number;
}

/** How long an unwanted body may take until its connection is closed. */
const LINGER_MS = 1_000;

interface Between {
  readonly id: number;
  readonly connection: Connection;
  /** Of what outlasts a request, which the next one may bring over another connection. */
  readonly owner: Owner;
}

/**
 * Answers one request. Never rejects; resolves when the answer has been handed to the connection, and of a stream when
 * it has begun.
 */
export async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  options: ExchangeOptions & Between,
): Promise<Ended> {
  const { connection } = options;
  const startedAt = performance.now();
  let route: Route | null = null;
  const ended = (status: number, fault: Fault | null, bug: Bug | null = null): Ended => ({
    ...{ route, status, fault, bug },
    ms: performance.now() - startedAt,
  });
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

/** For a stranger, who would learn the socket's path from the daemon's own hint: uses the hint of the table. */
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

/** @throws Fault of guard, token and router: in this order, so that strangers do not learn which routes exist */
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

/** A connection that is closed on what the peer still sends is reset, and the answer lost: so that is read first. */
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
