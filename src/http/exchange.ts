// Handles one HTTP request: authorises it, finds and runs its route, sends the answer, and returns the result for log and
// metrics. Every failure is answered as a Fault.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Owner } from '../protocol/dispatch.js';
import { Fault } from '../protocol/fault.js';
import { asked, queryOf } from './asked.js';
import type { Connection } from './connection.js';
import { refuseCrossSite, refuseFlood, refuseForeign } from './guard.js';
import { faultReply, type Reply, type StreamedReply, send, writeHead } from './reply.js';
import type { Found, Route, RouteRow, Router } from './route.js';
import type { Site } from './site.js';
import type { Transfer } from './transfers.js';

export interface ExchangeOptions<O, C> {
  readonly site: Site<O, C>;
  readonly router: Router<O>;
  readonly maxBodyBytes: number;
  /** The longest time without a byte of a file that is uploaded, and for all of it. */
  readonly stallMs: number;
  readonly transferMs: number;
}

/** The result of a request, for log and metrics. It leaves out the requested path, which may contain anything. */
export interface Ended<C = unknown> {
  /** Null: unknown, or not identified yet. */
  readonly caller: C | null;
  readonly route: RouteRow | null;
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
  /**
   * Begins to transfer a file, which may take longer than other requests. The caller ends it.
   * @param caller whose places count
   * @param until ends it, too
   * @throws Fault busy
   */
  readonly transfer: (caller: unknown, until?: AbortSignal) => Transfer;
  /** Takes a place of the caller's share of event streams. @returns gives it back @throws Fault busy */
  readonly stream: (caller: unknown) => () => void;
}

/**
 * Answers one request. Never rejects; resolves when the answer has been handed to the connection, or the stream has begun.
 */
export async function exchange<O, C>(
  request: IncomingMessage,
  response: ServerResponse,
  options: ExchangeOptions<O, C> & Between,
): Promise<Ended<C>> {
  const { connection, site } = options;
  const startedAt = performance.now();
  let route: Route<O> | null = null;
  const ended = (status: number, fault: Fault | null, bug: Bug | null = null): Ended<C> => {
    return {
      caller: known(() => caller(route)),
      route,
      status,
      fault,
      bug,
      ms: performance.now() - startedAt,
    };
  };
  const caller = onceOf((of: RouteRow | null) => site.identify(request, of));
  /** Called when the request ends, or the stream that it has begun. */
  const releases: (() => void)[] = [];
  try {
    const found = admit(request, options, caller);
    route = found.route;
    const answering = site.enter(caller(route), found.names);
    const isKnown = () => caller(route) !== null;
    const transfer = () => {
      const begun = options.transfer(caller(route), answering.until);
      releases.push(begun.end);
      return begun;
    };
    const stream = () => void releases.push(options.stream(caller(route)));
    const { serve } = found.route;
    const reply = await serve(
      asked(request, response, found, { ...options, transfer, stream, answering, isKnown }),
      answering.own,
    );
    if (reply === null) {
      // A stream has a connection of its own from its beginning on.
      whenClosed(connection, releases.splice(0));
      if (answering.until !== undefined) endWith(connection, answering.until);
      if (request.method === 'HEAD') response.end();
      return ended(200, null);
    }
    if (isWhole(reply)) {
      refuseLong(connection, reply);
      send(connection, response, reply, false, () => finish(request, response));
    } else {
      const { bytes, pieces } = reply.body;
      const begun = request.method === 'HEAD' ? null : transfer();
      writeHead(response, reply, bytes, false);
      if (begun !== null) {
        const timer = setTimeout(begun.end, options.transferMs);
        await connection.stream(response, pieces, begun.closed).finally(() => clearTimeout(timer));
      }
      finish(request, response);
    }
    return ended(reply.status, null);
  } catch (error) {
    const fault = Fault.of(error);
    const reply = faultReply(
      known(() => caller(route)) !== null
        ? fault.addressedTo(site.address)
        : unaddressed(fault, site.tokenHint),
    );
    if (response.headersSent) response.destroy();
    else send(connection, response, reply, !request.complete, () => finish(request, response));
    return ended(reply.status, fault, error instanceof Fault ? null : bugOf(error, request));
  } finally {
    for (const release of releases) release();
  }
}

function whenClosed({ closed }: Connection, releases: readonly (() => void)[]): void {
  const release = (): void => {
    for (const one of releases) one();
  };
  if (closed.aborted) release();
  else closed.addEventListener('abort', release, { once: true });
}

/** Ends the connection, with its stream, when the signal is aborted. */
function endWith(connection: Connection, until: AbortSignal): void {
  const end = (): void => connection.end(until.reason);
  if (until.aborted) end();
  // A signal that lives as long as a token must not keep every connection that has ended.
  if (connection.closed.aborted) return;
  until.addEventListener('abort', end, { once: true });
  connection.closed.addEventListener('abort', () => until.removeEventListener('abort', end), { once: true });
}

const isWhole = (reply: Reply | StreamedReply): reply is Reply => reply.body instanceof Uint8Array;

/** Calls a function at the first use only; later uses return or throw the same, whatever they pass. */
function onceOf<T, A>(make: (argument: A) => T): (argument: A) => T {
  let kept: { readonly value: T } | { readonly error: unknown } | undefined;
  return (argument) => {
    if (kept === undefined) {
      try {
        kept = { value: make(argument) };
      } catch (error) {
        kept = { error };
      }
    }
    if ('error' in kept) throw kept.error;
    return kept.value;
  };
}

/** Null also for a caller that cannot be identified now. */
function known<C>(caller: () => C | null): C | null {
  try {
    return caller();
  } catch {
    return null;
  }
}

/** For unauthorised requests: uses the hint of the table, because the daemon's own hint contains the socket's path. */
const unaddressed = ({ kind, details }: Fault, tokenHint: string | undefined): Fault =>
  new Fault(kind, { ...details, hint: kind === 'unauthorized' ? tokenHint : undefined });

/** @throws Fault answer_too_long */
function refuseLong(connection: Connection, { body }: Reply): void {
  if (!connection.fits(body.length)) throw new Fault('answer_too_long');
}

function bugOf(err: unknown, { url = '', headers }: IncomingMessage): Bug {
  const parameters = [...queryOf(url).keys()].map((name) => (/^[a-zA-Z]{1,32}$/.test(name) ? name : '…'));
  return { err, parameters, bodyBytes: Number(headers['content-length'] ?? 0) };
}

/** @throws Fault of guard, site and router, in this order: unauthorised requests do not learn which routes exist */
function admit<O, C>(
  request: IncomingMessage,
  { router, site }: ExchangeOptions<O, C>,
  caller: (route: RouteRow | null) => C | null,
): Found<O> {
  refuseFlood(request);
  refuseForeign(request, site.hosts);
  const { method: verb = '', url = '' } = request;
  const [path = ''] = url.split('?', 1);
  let found: Found<O> | null = null;
  let none: unknown;
  try {
    found = router.find(verb, path);
  } catch (fault) {
    none = fault;
  }
  if (!found?.route.open) {
    refuseCrossSite(request);
    if (caller(found?.route ?? null) === null) throw new Fault('unauthorized');
  }
  if (found === null) {
    // It counts as a request, too.
    site.enter(caller(null), {});
    throw none;
  }
  return found;
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
