// Decides which addresses a webhook may reach: no address that only this machine's network reaches, unless the
// configuration allows it. Names are resolved once for each connection, and the result is checked there, so a name that
// changes its address later reaches nothing (SSRF, DNS rebinding). The poster does not follow redirects.
import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Fault } from '../protocol/fault.js';
import { reachOf } from './special-address.js';

/** As `lookup` of node:dns, for all addresses of a name. */
type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void;

const refused = (host: string, why: string): Fault =>
  new Fault('webhook_refused', { reason: `${host} leads to ${why}` });

/** @throws Fault webhook_refused: an address in the url to which nobody may post */
export function refuseAddress({ hostname }: URL): void {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0 && reachOf(address) === 'never') throw refused(hostname, 'no receiver');
}

/**
 * Resolves a name for a connection, which is made to nothing else than what is answered here. An address or `localhost` in
 * the url is what somebody wrote, and is not refused for being private.
 */
export const guardedLookup =
  (allowPrivate: boolean, resolve: Resolve = lookup): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, []);
      const wrong = found.map(({ address }) => verdict(hostname, address, allowPrivate)).find(Boolean);
      if (wrong) return callback(wrong, []);
      if (options.all) return callback(null, found);
      const [first = { address: '', family: 0 }] = found;
      callback(null, first.address, first.family);
    });
  };

/** All addresses of a name have to be fine: which of them is taken is not ours to choose. */
function verdict(hostname: string, address: string, allowPrivate: boolean): Fault | null {
  const reach = reachOf(address);
  if (reach === 'never') return refused(hostname, 'no receiver');
  if (reach === 'public' || allowPrivate || hostname === 'localhost') return null;
  return refused(hostname, 'a private address, and allowPrivate is not set');
}
