// Finds the route of a request. Paths are compared as they were sent: nothing is decoded, joined or normalised first, so
// no spelling of a path can get around the check.
import type { IncomingHttpHeaders } from 'node:http';
import type { Call } from '../protocol/dispatch.js';
import { Fault } from '../protocol/fault.js';
import type { Result } from '../protocol/method.js';
import type { METHODS, MethodName } from '../protocol/methods/index.js';
import type { EventStream } from './event-stream.js';
import type { Reply, StreamedReply } from './reply.js';

/** One request, as a route gets it. */
export interface Asked {
  /** The decoded values of the `{name}` parts of the path. */
  readonly names: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** True when the caller is known. On an open route it may be false. */
  readonly isKnown: boolean;
  /** @param maxBytes the server's own limit when left out. @throws (rejects) Fault: see body.ts */
  body(maxBytes?: number): Promise<Record<string, unknown>>;
  /**
   * The body as it arrives, for a file. From then on, what `ask` leaves unfinished, such as an upload, ends with this request.
   * @throws Fault busy; while it is read: see body-stream.ts
   */
  bytes(maxBytes: number): AsyncIterable<Uint8Array>;
  /** Calls a method of the daemon, as the socket does. @throws (rejects) Fault */
  ask<M extends MethodName>(method: M, params?: unknown): Promise<Result<(typeof METHODS)[M]>>;
  /** For a route that calls another dispatch than that of `ask`. */
  readonly call: Call;
  /** A response that does not end. Call its `begin` after the subscription. @throws Fault busy: the caller has its share of them */
  stream(): EventStream;
}

/** A route without its code: what documents and metrics need. */
export interface RouteRow {
  readonly verb: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly does: string;
  /** The method that it calls, for the docs; null for a route that exists only in HTTP. */
  readonly asks: MethodName | null;
  /** The status of a success. */
  readonly success: number;
  /** No token is required: the route reveals nothing about the account. */
  readonly open: boolean;
  /** Parameters of the query that belong to no method, with what they mean. */
  readonly query?: Readonly<Record<string, string>>;
  /** Where a file is: it is the body of the request or of the answer, instead of JSON. */
  readonly file?: 'request' | 'answer';
  /** Clients of other programs may give the token in the header X-Api-Key. */
  readonly takesApiKey?: true;
}

/** @typeParam O what the routes that call no method are answered from */
export interface Route<O = unknown> extends RouteRow {
  /** Returns null when the response is a stream that has begun. */
  readonly serve: (asked: Asked, own: O) => Promise<Reply | StreamedReply | null> | Reply;
}

export interface Found<O> {
  readonly route: Route<O>;
  readonly names: Readonly<Record<string, string>>;
}

/** Finds a route by path and verb. A GET route serves HEAD, too. */
export class Router<O> {
  readonly #exact = new Map<string, Route<O>[]>();
  readonly #patterns: { readonly route: Route<O>; readonly pattern: RegExp }[] = [];

  constructor(routes: readonly Route<O>[]) {
    for (const route of routes) {
      if (route.path.includes('{')) this.#patterns.push({ route, pattern: patternOf(route.path) });
      else this.#exact.set(route.path, [...(this.#exact.get(route.path) ?? []), route]);
    }
  }

  /** @throws Fault no_such_route, wrong_verb, invalid_request: a name in the path is not percent-encoded UTF-8 */
  find(verb: string, path: string): Found<O> {
    const found = [
      ...(this.#exact.get(path) ?? []).map((route) => ({ route, groups: {} })),
      ...this.#patterns.flatMap(({ route, pattern }) => {
        const match = pattern.exec(path);
        return match === null ? [] : [{ route, groups: match.groups ?? {} }];
      }),
    ];
    const wanted = found.find(({ route }) => route.verb === (verb === 'HEAD' ? 'GET' : verb));
    if (wanted !== undefined) return { route: wanted.route, names: decoded(wanted.groups) };
    if (found.length === 0) throw new Fault('no_such_route');
    const allow = [...new Set(found.map(({ route }) => route.verb))].join(', ');
    throw new Fault('wrong_verb', { reason: `this path allows ${allow}`, more: { allow } });
  }
}

const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replace(/\./g, '\\.').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);

function decoded(groups: Readonly<Record<string, string>>): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, decodeURIComponent(text)]));
  } catch {
    throw new Fault('invalid_request', { reason: 'the path is not percent-encoded UTF-8', hint: null });
  }
}
