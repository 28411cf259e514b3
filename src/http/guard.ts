// Refuses requests that were not meant for this machine, or that a page of another site made in a browser (DNS rebinding,
// CSRF). It runs before the check of the token and the route.
import type { IncomingMessage } from 'node:http';
import { Fault } from '../protocol/fault.js';

/** Names of this machine everywhere, whatever resolves them. Any port is allowed, because a tunnel may use another. */
const LOCAL = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

type Headers = Pick<IncomingMessage, 'headersDistinct' | 'url'>;

/** Above this many headers Node would silently drop some, possibly one that is checked here. */
export const MAX_HEADERS = 100;

/** Refuses too many headers; Node's parser bounds their bytes. @throws Fault body_too_large */
export function refuseFlood({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): void {
  if (rawHeaders.length <= 2 * MAX_HEADERS) return;
  throw new Fault('body_too_large', {
    reason: `a request may have at most ${MAX_HEADERS} headers`,
    hint: null,
  });
}

/**
 * @param hosts further names of this machine
 * @throws Fault invalid_request: the target is not a path, or there is no Host. foreign_host: the Host is not a name of
 * this machine. foreign_origin: the request comes from a page that we did not serve.
 */
export function refuseForeign({ headersDistinct, url = '' }: Headers, hosts: readonly string[] = []): void {
  const only = (name: string): string | undefined => {
    const all = headersDistinct[name] ?? [];
    // If there are two, a proxy may have checked the other one.
    return all.length > 1 ? '' : all[0];
  };
  const host = only('host');
  if (host === undefined)
    throw new Fault('invalid_request', { reason: 'the request has no Host header', hint: null });
  if (!LOCAL.test(host) && !hosts.includes(host.toLowerCase().replace(/:\d{1,5}$/, '')))
    throw new Fault('foreign_host');
  if (!url.startsWith('/'))
    throw new Fault('invalid_request', { reason: 'the target of a request must be a path', hint: null });
  const origin = only('origin');
  if (origin !== undefined && !isOwn(origin, host)) throw new Fault('foreign_origin');
}

/** Checks Sec-Fetch-Site, which browsers send also where they send no Origin, such as for an image of a page. */
export function refuseCrossSite({ headersDistinct }: Headers): void {
  const sites = headersDistinct['sec-fetch-site'] ?? [];
  if (sites.some((site) => site !== 'same-origin' && site !== 'none')) throw new Fault('foreign_origin');
}

/** False for `null`, too: the origin of sandboxed frames and local files. */
function isOwn(origin: string, host: string): boolean {
  try {
    const { protocol, host: of } = new URL(origin);
    return (protocol === 'http:' || protocol === 'https:') && of === host.toLowerCase();
  } catch {
    return false;
  }
}
