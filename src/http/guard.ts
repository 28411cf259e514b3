// Decides who may send requests at all, before anything else is checked: only requests that were meant for this
// machine, and were not made by a page of another site in somebody's browser (DNS rebinding, CSRF). It does not know
// tokens, routes or bodies.
import type { IncomingMessage } from 'node:http';
import { Fault } from '../protocol/fault.js';

/** Names that mean this machine wherever they are resolved; any port, since a tunnel may have another. */
const LOCAL = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

type Headers = Pick<IncomingMessage, 'headersDistinct' | 'url'>;

/** Beyond this many headers Node silently drops some, possibly one that is checked here. */
export const MAX_HEADERS = 100;

/** Their bytes are bounded as they are read. @throws Fault body_too_large */
export function refuseFlood({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): void {
  if (rawHeaders.length <= 2 * MAX_HEADERS) return;
  throw new Fault('body_too_large', {
    reason: `a request has at most ${MAX_HEADERS} headers`,
    hint: null,
  });
}

/**
 * @throws Fault invalid_request: the target is no path, or no Host is named. foreign_host: the name was resolved to this machine by
 * somebody else. foreign_origin: a page that we did not serve asks.
 */
export function refuseForeign({ headersDistinct, url = '' }: Headers): void {
  const only = (name: string): string | undefined => {
    const all = headersDistinct[name] ?? [];
    // Of two, a proxy in between may have checked the other one.
    return all.length > 1 ? '' : all[0];
  };
  const host = only('host');
  if (host === undefined) throw new Fault('invalid_request', { reason: 'a request has a Host', hint: null });
  if (!LOCAL.test(host)) throw new Fault('foreign_host');
  if (!url.startsWith('/'))
    throw new Fault('invalid_request', { reason: 'the target of a request is a path', hint: null });
  const origin = only('origin');
  if (origin !== undefined && !isOwn(origin, host)) throw new Fault('foreign_origin');
}

/** What a browser sends with requests that carry no Origin, such as that of a picture in a page. */
export function refuseCrossSite({ headersDistinct }: Headers): void {
  const sites = headersDistinct['sec-fetch-site'] ?? [];
  if (sites.some((site) => site !== 'same-origin' && site !== 'none')) throw new Fault('foreign_origin');
}

/** `null` is the origin of sandboxed frames and local files. */
function isOwn(origin: string, host: string): boolean {
  try {
    const { protocol, host: of } = new URL(origin);
    return (protocol === 'http:' || protocol === 'https:') && of === host.toLowerCase();
  } catch {
    return false;
  }
}
