// One request as its route gets it: its parts, its body, calls of methods, and a stream of events.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Owner, Peer } from '../protocol/dispatch.js';
import type { MethodName } from '../protocol/methods/index.js';
import { readBody } from './body.js';
import { bodyStream } from './body-stream.js';
import type { Connection } from './connection.js';
import { EventStream } from './event-stream.js';
import type { Asked, Found } from './route.js';
import type { Answering } from './site.js';
import type { Transfer } from './transfers.js';

export const queryOf = (url: string): URLSearchParams =>
  new URLSearchParams(url.split('?').slice(1).join('?'));

/** What a request is answered with. */
export interface Around {
  readonly id: number;
  readonly connection: Connection;
  /** Owns what outlasts a request, such as an upload: the next request may come over another connection. */
  readonly owner: Owner;
  /** Begins to transfer a file of this request. @throws Fault busy */
  readonly transfer: () => Transfer;
  /** Takes a place of the caller's share of event streams, until the request or the stream ends. @throws Fault busy */
  readonly stream: () => void;
  readonly answering: Answering<unknown>;
  readonly isKnown: () => boolean;
  readonly maxBodyBytes: number;
  readonly stallMs: number;
  readonly transferMs: number;
}

/** Builds it; nothing is read or called yet. */
export function asked(
  request: IncomingMessage,
  response: ServerResponse,
  { names }: Pick<Found<unknown>, 'names'>,
  around: Around,
): Asked {
  const { answering, id, connection, isKnown, maxBodyBytes, stallMs, transferMs, transfer } = around;
  const { dispatch, owner = around.owner } = answering;
  const { closed } = connection;
  /** The peer waits until it may send the body. */
  const admitBody = () => {
    if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
  };
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
      return isKnown();
    },
    body: (maxBytes = maxBodyBytes) => {
      admitBody();
      return readBody(request, maxBytes);
    },
    bytes: (maxBytes) => {
      const owner = transfer();
      peer = { ...peer, owner };
      const limits = { maxBytes, stallMs, longestMs: transferMs, closed: owner.closed };
      return bodyStream(request, limits, admitBody);
    },
    get call() {
      return { peer, signal: closed };
    },
    ask: async (method: MethodName, params: unknown = {}) =>
      (await dispatch(method, params, { peer, signal: closed })) as never,
    stream: () => {
      around.stream();
      const stream = new EventStream(id, connection, response);
      peer = stream;
      return stream;
    },
  };
}
