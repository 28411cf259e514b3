// Classifies IP addresses by the ranges with a special purpose. The rows are those of IANA's special-purpose registries
// for IPv4 and IPv6 that are not globally reachable, and the addresses of cloud metadata services.
import { BlockList, isIP } from 'node:net';

/** `never`: there can be no receiver. `private`: this machine and its network. */
export type Reach = 'public' | 'private' | 'never';

interface Range {
  readonly subnet: string;
  readonly reach: Reach;
  readonly purpose: string;
  readonly source: string;
  /** The last 32 bits are an IPv4 address, which is classified instead. */
  readonly endsInIpv4?: true;
}

/** The longest prefix decides, in any order of the rows. */
export const RANGES: readonly Range[] = [
  { subnet: '0.0.0.0/0', reach: 'public', purpose: 'all other addresses', source: 'RFC 791' },
  { subnet: '0.0.0.0/8', reach: 'never', purpose: 'this network', source: 'RFC 791' },
  { subnet: '10.0.0.0/8', reach: 'private', purpose: 'private use', source: 'RFC 1918' },
  { subnet: '100.64.0.0/10', reach: 'private', purpose: 'shared by carriers', source: 'RFC 6598' },
  { subnet: '100.100.100.200/32', reach: 'never', purpose: 'metadata', source: 'Alibaba Cloud' },
  { subnet: '127.0.0.0/8', reach: 'private', purpose: 'loopback', source: 'RFC 1122' },
  { subnet: '168.63.129.16/32', reach: 'never', purpose: 'services of the host', source: 'Azure' },
  { subnet: '169.254.0.0/16', reach: 'never', purpose: 'link-local, metadata', source: 'RFC 3927' },
  { subnet: '172.16.0.0/12', reach: 'private', purpose: 'private use', source: 'RFC 1918' },
  { subnet: '192.0.0.0/24', reach: 'never', purpose: 'protocol assignments', source: 'RFC 6890' },
  { subnet: '192.0.2.0/24', reach: 'never', purpose: 'documentation', source: 'RFC 5737' },
  { subnet: '192.88.99.0/24', reach: 'never', purpose: '6to4 relays, withdrawn', source: 'RFC 7526' },
  { subnet: '192.168.0.0/16', reach: 'private', purpose: 'private use', source: 'RFC 1918' },
  { subnet: '198.18.0.0/15', reach: 'never', purpose: 'benchmarks', source: 'RFC 2544' },
  { subnet: '198.51.100.0/24', reach: 'never', purpose: 'documentation', source: 'RFC 5737' },
  { subnet: '203.0.113.0/24', reach: 'never', purpose: 'documentation', source: 'RFC 5737' },
  { subnet: '224.0.0.0/4', reach: 'never', purpose: 'multicast', source: 'RFC 5771' },
  { subnet: '240.0.0.0/4', reach: 'never', purpose: 'reserved, broadcast', source: 'RFC 1112' },

  { subnet: '::/0', reach: 'never', purpose: 'not assigned', source: 'RFC 4291' },
  { subnet: '::/96', reach: 'never', purpose: 'IPv4-compatible, withdrawn; ::', source: 'RFC 4291' },
  { subnet: '::1/128', reach: 'private', purpose: 'loopback', source: 'RFC 4291' },
  {
    subnet: '::ffff:0:0/96',
    reach: 'public',
    purpose: 'IPv4-mapped',
    source: 'RFC 4291',
    endsInIpv4: true,
  },
  {
    subnet: '64:ff9b::/96',
    reach: 'public',
    purpose: 'IPv4 by NAT64',
    source: 'RFC 6052',
    endsInIpv4: true,
  },
  // Each network chooses the position of the IPv4 address, so the target is unknown.
  { subnet: '64:ff9b:1::/48', reach: 'never', purpose: 'NAT64 of a network of its own', source: 'RFC 8215' },
  { subnet: '100::/64', reach: 'never', purpose: 'discarded', source: 'RFC 6666' },
  { subnet: '100:0:0:1::/64', reach: 'never', purpose: 'dummy prefix', source: 'RFC 9780' },
  { subnet: '2000::/3', reach: 'public', purpose: 'global unicast', source: 'RFC 4291' },
  { subnet: '2001::/23', reach: 'never', purpose: 'protocol assignments', source: 'RFC 2928' },
  { subnet: '2001::/32', reach: 'never', purpose: 'Teredo, a tunnel to IPv4', source: 'RFC 4380' },
  { subnet: '2001:2::/48', reach: 'never', purpose: 'benchmarks', source: 'RFC 5180' },
  { subnet: '2001:10::/28', reach: 'never', purpose: 'ORCHID, withdrawn', source: 'RFC 4843' },
  { subnet: '2001:20::/28', reach: 'never', purpose: 'ORCHIDv2, not routed', source: 'RFC 7343' },
  { subnet: '2001:30::/28', reach: 'never', purpose: 'tags of drones', source: 'RFC 9374' },
  { subnet: '2001:db8::/32', reach: 'never', purpose: 'documentation', source: 'RFC 3849' },
  { subnet: '2002::/16', reach: 'never', purpose: '6to4, a tunnel to IPv4', source: 'RFC 3056' },
  { subnet: '3fff::/20', reach: 'never', purpose: 'documentation', source: 'RFC 9637' },
  { subnet: '5f00::/16', reach: 'never', purpose: 'segment routing', source: 'RFC 9602' },
  { subnet: 'fc00::/7', reach: 'private', purpose: 'unique local', source: 'RFC 4193' },
  { subnet: 'fd00:42::42/128', reach: 'never', purpose: 'metadata', source: 'Scaleway' },
  { subnet: 'fd00:ec2::254/128', reach: 'never', purpose: 'metadata', source: 'AWS' },
  { subnet: 'fd20:ce::254/128', reach: 'never', purpose: 'metadata', source: 'Google Cloud' },
  { subnet: 'fe80::/10', reach: 'never', purpose: 'link-local', source: 'RFC 4291' },
  { subnet: 'fec0::/10', reach: 'private', purpose: 'site-local, withdrawn', source: 'RFC 3879' },
  { subnet: 'ff00::/8', reach: 'never', purpose: 'multicast', source: 'RFC 4291' },
];

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

const LONGEST_FIRST = RANGES.map((range) => {
  const [network = '', bits] = range.subnet.split('/');
  const [list, family] = [new BlockList(), familyOf(network)];
  list.addSubnet(network, Number(bits), family);
  return { ...range, list, family, bits: Number(bits) };
}).sort((one, other) => other.bits - one.bits);

/** @param address IPv4 or IPv6; a zone is ignored */
export function reachOf(address: string): Reach {
  const family = familyOf(address);
  // A BlockList with IPv6 rows also matches IPv4 by its mapped form, so only rows of the same family are checked.
  const range = LONGEST_FIRST.find((row) => row.family === family && row.list.check(address, family));
  if (range === undefined) return 'never';
  return range.endsInIpv4 ? reachOf(lastIpv4(address)) : range.reach;
}

/** The last 32 bits, as an IPv4 address. */
function lastIpv4(address: string): string {
  const [bare = ''] = address.split('%');
  // URL normalises an IPv6 address to groups of hexadecimal digits, without the longest run of zeros.
  const groups = new URL(`http://[${bare}]/`).hostname.slice(1, -1).split(':');
  const [high = 0, low = 0] = groups.slice(-2).map((group) => Number.parseInt(group || '0', 16));
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}
