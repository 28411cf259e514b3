// Reads the body of a request: a JSON object up to a maximum size.
import type { IncomingMessage } from 'node:http';
import { Fault } from '../protocol/fault.js';

/**
 * An empty body counts as an empty object.
 * @throws (rejects) Fault unsupported_body, body_too_large, parse_error, invalid_params, connection_lost
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Record<string, unknown>> {
  const { 'content-length': length, 'content-type': type, 'content-encoding': coding } = request.headers;
  if (Number(length) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('connection_lost', { outcome: 'none', cause: error });
  }
  if (bytes === 0) return {};
  // A page of another site cannot send this type without a preflight request, which is refused (CSRF).
  if (!/^application\/json *(;|$)/i.test(type ?? '') || coding !== undefined) {
    const reason = 'Content-Type must be application/json, without a Content-Encoding';
    throw new Fault('unsupported_body', { reason, hint: "curl -H 'Content-Type: application/json'" });
  }
  return parsed(Buffer.concat(chunks));
}

function parsed(bytes: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Fault('parse_error', { reason: 'the body is not JSON in UTF-8', hint: null });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new Fault('invalid_params', { reason: 'the body must be a JSON object with named parameters' });
}

const tooLarge = (maxBytes: number): Fault =>
  new Fault('body_too_large', { reason: `a body may have at most ${maxBytes} bytes`, hint: null });
