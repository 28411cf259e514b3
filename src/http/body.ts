// Reads the body of a request: a JSON object within its bounds. It does not know what the body asks for.
import type { IncomingMessage } from 'node:http';
import { Fault } from '../protocol/fault.js';

/**
 * An empty body is an empty object.
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
  // A form of another site cannot say this without asking first, and the answer to that question is no.
  if (!/^application\/json *(;|$)/i.test(type ?? '') || coding !== undefined) {
    const reason = 'Content-Type must be application/json, and the body is sent as it is';
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
  throw new Fault('invalid_params', { reason: 'the body is a JSON object; parameters go by name' });
}

const tooLarge = (maxBytes: number): Fault =>
  new Fault('body_too_large', { reason: `a body has at most ${maxBytes} bytes`, hint: null });
