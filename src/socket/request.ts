// Validates a line as a request before json-rpc-2.0 gets it, and explains what is wrong with an invalid one. The library
// alone would answer `null` to `null`, accept batches, scalars as parameters and any id, and give no reason. Methods and
// their parameters are checked later, by the daemon's dispatch.
import type { JSONRPCErrorResponse } from 'json-rpc-2.0';
import { Fault } from '../protocol/fault.js';

/** `null` only in an answer to something whose id could not be read. */
export type RequestId = string | number;

export interface Request {
  readonly jsonrpc: '2.0';
  readonly method: string;
  readonly params?: Record<string, unknown>;
  /** Missing in a notification, which is run like a request and, as JSON-RPC 2.0 requires, never answered. */
  readonly id?: RequestId;
}

/** The content of a line. `id` is the request's own whenever it can be read; `undefined` means: do not answer. */
export type Reading =
  | { readonly request: Request }
  | { readonly fault: Fault; readonly id: RequestId | null | undefined };

const MEMBERS = new Set(['jsonrpc', 'method', 'params', 'id']);
const MAX_METHOD_CHARS = 128;
/** No valid request comes near this bound. */
export const MAX_LEVELS = 100;

/** Reads one line. Never throws. */
export function readRequest(text: string): Reading {
  if (isDeeper(text, MAX_LEVELS))
    return { fault: new Fault('parse_error', { reason: TOO_DEEP, hint: null }), id: null };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { fault: notJson(text, error), id: null };
  }
  if (Array.isArray(value)) return invalid('batches are not accepted: send one request a line', null);
  if (typeof value !== 'object' || value === null) return invalid('a request is a JSON object', null);

  // JSON.parse makes `__proto__` an own key like any other, so reading only own keys is safe.
  const envelope = new Map<string, unknown>(Object.entries(value));
  const id = envelope.get('id');
  const readable = isId(id) ? id : null;
  if (envelope.get('jsonrpc') !== '2.0') return invalid('"jsonrpc" must be "2.0"', readable);
  if (envelope.has('id') && !isId(id)) {
    return invalid('"id" must be a string or an integer that a double holds exactly', null);
  }
  const method = envelope.get('method');
  if (typeof method !== 'string' || method === '') return invalid('"method" must be a string', readable);
  for (const key of envelope.keys()) {
    if (!MEMBERS.has(key)) return invalid(`unknown member ${JSON.stringify(key.slice(0, 64))}`, readable);
  }
  // From here on it is a JSON-RPC request. Without an id it is a notification, which gets no answer.
  const answered = isId(id) ? id : undefined;
  if (method.length > MAX_METHOD_CHARS) {
    const reason = `a method's name has at most ${MAX_METHOD_CHARS} characters`;
    return { fault: new Fault('method_not_found', { reason }), id: answered };
  }
  const params = envelope.get('params');
  if (Array.isArray(params)) {
    const reason = '"params" must be an object; parameters are passed by name, not by position';
    return { fault: new Fault('invalid_params', { reason }), id: answered };
  }
  if (envelope.has('params') && (typeof params !== 'object' || params === null)) {
    return invalid('"params" must be an object, or left out', readable);
  }
  return {
    request: {
      jsonrpc: '2.0',
      method,
      ...(params === undefined ? {} : { params: params as Record<string, unknown> }),
      ...(answered === undefined ? {} : { id: answered }),
    },
  };
}

/** The error response for a fault. */
export const refusal = (id: RequestId | null, fault: Fault): JSONRPCErrorResponse => ({
  jsonrpc: '2.0',
  id,
  error: fault.toWire(),
});

// A larger integer would come back as a different one, and `null` means "the id could not be read".
const isId = (id: unknown): id is RequestId => typeof id === 'string' || Number.isSafeInteger(id);

const TOO_DEEP = `the line is nested more than ${MAX_LEVELS} levels deep`;

/** Checked before parsing: the parser needs memory for each level, and leaves the heap fragmented. */
function isDeeper(text: string, levels: number): boolean {
  if (text.length <= levels) return false;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case 0x5c: // \ escapes the next character; outside of a string the parser refuses it
        at += 1;
        break;
      case 0x22: // "
        inString = !inString;
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (!inString && ++depth > levels) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        if (!inString) depth -= 1;
    }
  }
  return false;
}

const invalid = (reason: string, id: RequestId | null): Reading => ({
  fault: new Fault('invalid_request', { reason, hint: null }),
  id,
});

function notJson(text: string, error: unknown): Fault {
  const reason = text.startsWith('\ufeff')
    ? 'the line begins with a byte order mark; UTF-8 needs none'
    : `the line is not JSON: ${(error as Error).message}`;
  return new Fault('parse_error', { reason, hint: null });
}
