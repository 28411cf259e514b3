/**
 * Refuses requests that a web page makes. A page in a browser on this machine can reach loopback, too: its browser sends an Origin
 * with each request that may change something, and as Host the name of the page if that was pointed here (DNS rebinding).
 * Programs send this address and no Origin.
 */
import type { IncomingMessage } from 'node:http';

/** Has a status of its own. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'Refused';
    this.status = status;
  }
}

/** @throws Refused */
export function refuseForeign({ headersDistinct, socket }: IncomingMessage): void {
  const own = [`127.0.0.1:${socket.localPort}`, `localhost:${socket.localPort}`];
  const { host = [], origin } = headersDistinct;
  if (host.length !== 1 || !own.includes(host[0]?.toLowerCase() ?? ''))
    throw new Refused(403, `the Host header must be ${own.join(' or ')}`);
  if (origin !== undefined) throw new Refused(403, 'a web page asks: there is an Origin header');
}
