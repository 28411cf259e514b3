// Decides which addresses a webhook may connect to: no private addresses, unless the configuration allows them. A name is
// resolved once for each connection, and the result is checked, so a name that changes its address later cannot reach a
// private one (SSRF, DNS rebinding). Redirects are not followed.
import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Fault } from '../protocol/fault.js';
import { reachOf } from './special-address.js';

/** The type of `lookup` of node:dns, for all addresses of a name. */
type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void;

const refused = (host: string, why: string): Fault =>
  new Fault('webhook_refused', { reason: `${host} resolves to ${why}` });

/** @throws Fault webhook_refused: an address in the url to which no webhook may post */
export function refuseAddress({ hostname }: URL): void {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0 && reachOf(address) === 'never') throw refused(hostname, 'no receiver');
}

/**
 * Resolves a name for a connection, which uses only the addresses returned here. `localhost` in the url is explicit, and
 * so not refused for being private; for an address in the url, Node does not call this function.
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

/** All addresses of a name must be allowed, because we do not choose which of them is used. */
function verdict(hostname: string, address: string, allowPrivate: boolean): Fault | null {
  const reach = reachOf(address);
  if (reach === 'never') return refused(hostname, 'no receiver');
  if (reach === 'public' || allowPrivate || hostname === 'localhost') return null;
  return refused(hostname, 'a private address, and allowPrivate is not set');
}
