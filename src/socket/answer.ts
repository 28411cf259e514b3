// Classifies a line from the daemon: an answer, an event, a refusal, or not JSON-RPC. It is checked by hand, because the
// client starts without zod.
import type { JSONRPCResponse } from 'json-rpc-2.0';
import type { WireEvent } from '../protocol/events/index.js';
import { Fault } from '../protocol/fault.js';

export type Answer =
  | { readonly is: 'response'; readonly id: number; readonly response: JSONRPCResponse }
  /** An error without an id: it is about the connection, or about a request whose id could not be read. */
  | { readonly is: 'refusal'; readonly fault: Fault }
  | { readonly is: 'event'; readonly event: WireEvent }
  | { readonly is: 'other notification' }
  | { readonly is: 'garbage'; readonly why: string };

const garbage = (why: string): Answer => ({ is: 'garbage', why });

/** Reads one line. Never throws. */
export function readAnswer(text: string): Answer {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return garbage('the line is not JSON');
  }
  if (!isObject(value) || value.jsonrpc !== '2.0') return garbage('the line is not JSON-RPC 2.0');
  const { id, method, params, result, error } = value;
  if (id === undefined) {
    if (typeof method !== 'string') return garbage('neither an answer nor a notification');
    if (method !== 'event') return { is: 'other notification' };
    return isEvent(params)
      ? { is: 'event', event: params }
      : garbage('an event without cursor, type or data');
  }
  if (error === undefined ? !isObject(result) : !isError(error) || result !== undefined) {
    return garbage('an answer with neither a result object nor a proper error');
  }
  if (id === null && isError(error)) return { is: 'refusal', fault: Fault.fromWire(error) };
  if (!Number.isSafeInteger(id)) return garbage('an answer with an id that was never sent');
  return { is: 'response', id: id as number, response: value as unknown as JSONRPCResponse };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isError = (value: unknown): value is { code: number; message: string; data?: unknown } =>
  isObject(value) && typeof value.code === 'number' && typeof value.message === 'string';

const isEvent = (value: unknown): value is WireEvent =>
  isObject(value) &&
  Number.isSafeInteger(value.cursor) &&
  typeof value.type === 'string' &&
  isObject(value.data);
