// Where a webhook may lead: never to what only this machine's surroundings reach, unless whoever configures it said so.
// Names are resolved once for each connection, and what they resolve to is looked at there: a name that leads somewhere
// else a moment later leads nowhere (SSRF, DNS rebinding). Redirects are not followed by whoever posts.
import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Fault } from '../protocol/fault.js';

/** Of no use to a webhook, and dangerous: metadata of clouds, multicast, nothing at all. */
const NEVER = listOf([
  ...['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4', '192.0.0.0/24', '192.0.2.0/24'],
  ...['198.51.100.0/24', '203.0.113.0/24', '198.18.0.0/15', '100.100.100.200/32', '168.63.129.16/32'],
  ...['::/128', 'fe80::/10', 'ff00::/8', '2001:db8::/32', 'fd00:ec2::254/128'],
]);
/** This machine and its neighbours. Addresses of IPv4 in those of IPv6 lead there as well. */
const PRIVATE = listOf([
  ...['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'],
  ...['::1/128', 'fc00::/7', '64:ff9b::/96', '2002::/16', '2001::/32'],
]);

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

const isIn = (list: BlockList, address: string): boolean =>
  list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

const refused = (host: string, why: string): Fault =>
  new Fault('webhook_refused', { reason: `${host} leads to ${why}` });

/** @throws Fault webhook_refused: an address that stands in the url and may not be posted to by anybody */
export function refuseAddress({ hostname }: URL): void {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0 && isIn(NEVER, address)) throw refused(hostname, 'no receiver');
}

/** Resolves a name for a connection. An address or `localhost` in the url is what somebody wrote, and is not asked here. */
export const guardedLookup =
  (allowPrivate: boolean): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, []);
      const wrong = found.map(({ address }) => verdict(hostname, address, allowPrivate)).find(Boolean);
      if (wrong) return callback(wrong, []);
      if (options.all) return callback(null, found);
      const [first] = found as [LookupAddress, ...LookupAddress[]];
      callback(null, first.address, first.family);
    });
  };

/** All addresses of a name have to be fine: which of them is taken is not ours to choose. */
function verdict(hostname: string, address: string, allowPrivate: boolean): Fault | null {
  if (isIn(NEVER, address)) return refused(hostname, 'no receiver');
  if (allowPrivate || hostname === 'localhost' || !isIn(PRIVATE, address)) return null;
  return refused(hostname, 'a private address, and allowPrivate is not set');
}
