// Checks the bearer token of a request, in constant time.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Null: no token is required (`anonymousLoopback`). */
export type Token = { readonly digest: Buffer } | null;

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

export const tokenOf = (text: string): Token => ({ digest: digestOf(text) });

/** True when the request has the token, or none is required. */
export function isKnown(token: Token, { authorization = '' }: IncomingHttpHeaders): boolean {
  if (token === null) return true;
  const [, given] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
  return given !== undefined && timingSafeEqual(digestOf(given), token.digest);
}
