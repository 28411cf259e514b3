// The type of a route, and how a request's route is found. Paths are compared as they are sent: nothing is decoded,
// joined or normalised first, so there is nothing to trick.
import type { IncomingHttpHeaders } from 'node:http';
import { Fault } from '../protocol/fault.js';
import type { Result } from '../protocol/method.js';
import type { METHODS, MethodName } from '../protocol/methods/index.js';
import type { EventStream } from './event-stream.js';
import type { Page } from './page.js';
import type { Reply } from './reply.js';

/** One request, as a route sees it. */
export interface Asked {
  /** What stood in the place of `{name}` in the path, decoded. */
  readonly names: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Whether it has the token, or none is needed: on an open route a stranger may ask as well. */
  readonly isKnown: boolean;
  /** @throws (rejects) Fault: see body.ts */
  body(): Promise<Record<string, unknown>>;
  /** Asks the daemon, as the socket would. @throws (rejects) Fault */
  ask<M extends MethodName>(method: M, params?: unknown): Promise<Result<(typeof METHODS)[M]>>;
  /** For a response that does not end: to be begun once its subscription stands. */
  stream(): EventStream;
}

/** What the daemon puts behind the routes that ask no method. */
export interface Own {
  readonly page: Page;
  readonly metrics: () => Promise<Reply>;
  readonly openApi: () => Reply;
}

export interface Route {
  readonly verb: 'GET' | 'POST';
  readonly path: string;
  readonly does: string;
  /** The method that it asks, for the docs; null for what only HTTP has. */
  readonly asks: MethodName | null;
  /** The status of its success. */
  readonly success: number;
  /** No token is required: the route reveals nothing about the account. */
  readonly open: boolean;
  /** Null: the response is a stream, which has begun. */
  readonly serve: (asked: Asked, own: Own) => Promise<Reply | null> | Reply;
}

export interface Found {
  readonly route: Route;
  readonly names: Readonly<Record<string, string>>;
}

/** Finds by path and verb; GET serves HEAD too. */
export class Router {
  readonly #exact = new Map<string, Route[]>();
  readonly #patterns: { readonly route: Route; readonly pattern: RegExp }[] = [];

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      if (route.path.includes('{')) this.#patterns.push({ route, pattern: patternOf(route.path) });
      else this.#exact.set(route.path, [...(this.#exact.get(route.path) ?? []), route]);
    }
  }

  /** @throws Fault no_such_route, wrong_verb, invalid_request: a name in the path is not percent-encoded UTF-8 */
  find(verb: string, path: string): Found {
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
    throw new Fault('wrong_verb', { reason: `this path takes ${allow}`, more: { allow } });
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
