// One request and its answer: who asks, for what, and what of it the daemon says. Whatever goes wrong is a Fault and is
// answered as one. Refuses to know: what any route does, and how connections come and go.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Address } from '../protocol/address.js';
import type { Dispatch, Peer } from '../protocol/dispatch.js';
import { Fault } from '../protocol/fault.js';
import type { MethodName } from '../protocol/methods/index.js';
import { readBody } from './body.js';
import { EventStream } from './event-stream.js';
import { refuseCrossSite, refuseFlood, refuseForeign } from './guard.js';
import { faultReply, send } from './reply.js';
import type { Asked, Found, Own, Route, Router } from './route.js';
import { refuseStrangers, type Token } from './token.js';

export interface ExchangeOptions {
  readonly dispatch: Dispatch;
  readonly router: Router;
  readonly own: Own;
  readonly token: Token;
  /** For the hints of this door's own faults. */
  readonly address?: Address | undefined;
  readonly maxBodyBytes: number;
  readonly maxBacklogBytes: number;
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

/** What a body that is not wanted may take until its connection is closed. */
const LINGER_MS = 1_000;

/**
 * Answers one request. Never rejects; resolves when the answer has been handed to the connection, and of a stream when
 * it has begun.
 * @param signal aborted with a Fault when the server closes
 */
export async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  options: ExchangeOptions & { readonly id: number; readonly signal: AbortSignal },
): Promise<Ended> {
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
    finish(request, response, () => send(response, reply));
    return ended(reply.status, null);
  } catch (error) {
    const fault = Fault.of(error);
    const reply = faultReply(fault.addressedTo(options.address ?? []));
    if (response.headersSent) response.destroy();
    else finish(request, response, () => send(response, reply, !request.complete));
    return ended(reply.status, fault, error instanceof Fault ? null : bugOf(error, request));
  }
}

function bugOf(err: unknown, { url = '', headers }: IncomingMessage): Bug {
  const parameters = [...queryOf(url).keys()].map((name) => (/^[a-zA-Z]{1,32}$/.test(name) ? name : '…'));
  return { err, parameters, bodyBytes: Number(headers['content-length'] ?? 0) };
}

const queryOf = (url: string): URLSearchParams => new URLSearchParams(url.split('?').slice(1).join('?'));

/** @throws Fault of guard, token and router: in this order, so that nobody learns what there is */
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
  { dispatch, id, signal, maxBodyBytes, maxBacklogBytes }: Parameters<typeof exchange>[2],
): Asked {
  const gone = new AbortController();
  const leave = (why: Fault) => gone.abort(why);
  const onClosing = () => leave(signal.reason as Fault);
  signal.addEventListener('abort', onClosing, { once: true });
  response.once('close', () => {
    signal.removeEventListener('abort', onClosing);
    leave(new Fault('connection_lost', { reason: 'the peer hung up', hint: null }));
  });
  let peer: Peer = alone(id, gone.signal);
  return {
    names,
    query: queryOf(request.url ?? ''),
    headers: request.headers,
    body: () => {
      if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
      return readBody(request, maxBodyBytes);
    },
    ask: async (method: MethodName, params: unknown = {}) =>
      (await dispatch(method, params, { peer, signal: gone.signal })) as never,
    stream: () => {
      const stream = new EventStream(id, response, maxBacklogBytes);
      peer = stream;
      gone.signal.addEventListener('abort', () => response.end(), { once: true });
      return stream;
    },
  };
}

/** Somebody who asks once and hears no events. */
const alone = (id: number, closed: AbortSignal): Peer => ({
  ...{ id, closed },
  notify: () => false,
  backlogBytes: 0,
  drained: async () => undefined,
});

/** A connection that is closed on what the peer still sends is reset, and the answer lost: so that is read first. */
function finish(request: IncomingMessage, response: ServerResponse, write: () => void): void {
  write();
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
