// Builds and sends replies: status, type and bytes. A Fault becomes a reply with the status from the table of faults.
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Fault } from '../protocol/fault.js';
import { faultRow } from '../protocol/fault-table.js';
import type { Connection } from './connection.js';

interface Answer<B> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Several replies may share these bytes. */
  readonly body: B;
}

/** A body that is read piece by piece, as fast as the peer reads it. */
export interface Pieces {
  /** The length of all pieces together. */
  readonly bytes: number;
  readonly pieces: AsyncIterable<Uint8Array>;
}

export type Reply = Answer<Uint8Array>;
export type StreamedReply = Answer<Pieces>;

/** Headers of every reply: not cached, not sniffed, not framed, not readable by another site. */
export const ALWAYS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export const typed = (type: string, body: string | Uint8Array, status = 200): Reply => ({
  status,
  headers: { 'Content-Type': type },
  body: typeof body === 'string' ? Buffer.from(body) : body,
});

export const json = (value: unknown, status = 200): Reply =>
  typed('application/json; charset=utf-8', `${JSON.stringify(value)}\n`, status);

/** `error` is the same object as on the socket; the other fields are for people who use curl. */
export function faultReply(fault: Fault): Reply {
  const error = fault.toWire();
  const { status, headers, body } = json(
    {
      success: false,
      message: error.message,
      reason: error.data.reason,
      hint: error.data.hint,
      timestamp: new Date().toISOString(),
      error,
    },
    faultRow(fault.kind).http,
  );
  return { status, headers: { ...headers, ...more(fault) }, body };
}

function more({ kind, details }: Fault): Record<string, string> {
  if (kind === 'unauthorized') return { 'WWW-Authenticate': 'Bearer realm="wad"' };
  // The daemon of another account may have sent the fault, and a line break would end the headers.
  if (kind === 'wrong_verb')
    return { Allow: /^[A-Z, ]*$/.exec(String(details.more?.allow ?? ''))?.[0] ?? '' };
  if (details.retryAfterMs !== undefined)
    return { 'Retry-After': String(Math.ceil(details.retryAfterMs / 1_000)) };
  return {};
}

/** The raw text of a reply, for a request that could not be parsed and so has no response object. */
export function bareReply(fault: Fault): string {
  const { status, headers, body } = faultReply(fault);
  const length = { 'Content-Length': String(body.length), Connection: 'close' };
  const lines = Object.entries({ ...ALWAYS, ...headers, ...length }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const text = Buffer.from(body).toString();
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', text].join('\r\n');
}

/**
 * Writes a reply to a response, which the caller ends.
 * @param last true when nothing more is read from this connection
 * @param then called when the whole body has been handed to the response
 */
export function send(
  connection: Connection,
  response: ServerResponse,
  reply: Reply,
  last: boolean,
  then: () => void,
): void {
  writeHead(response, reply, reply.body.length, last);
  connection.answer(response, reply.body, then);
}

/** Writes the head of a reply. @param bytes the length of the body */
export function writeHead(
  response: ServerResponse,
  { status, headers }: Pick<Reply, 'status' | 'headers'>,
  bytes: number,
  last: boolean,
): void {
  response.writeHead(status, {
    ...ALWAYS,
    ...headers,
    'Content-Length': bytes,
    ...(last && { Connection: 'close' }),
  });
}
