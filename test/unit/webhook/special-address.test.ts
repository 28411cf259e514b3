// The bounds of each special address range: first and last address, and the nearest outside of it.
import t from 'tap';
import { RANGES, type Reach, reachOf } from '../../../src/webhook/special-address.js';

type Edge = readonly [address: string, reach: Reach] | null;

const TABLE: readonly (readonly [subnet: string, reach: Reach, first: string, last: string, Edge, Edge])[] = [
  ['0.0.0.0/8', 'never', '0.0.0.0', '0.255.255.255', null, ['1.0.0.0', 'public']],
  [
    '10.0.0.0/8',
    'private',
    '10.0.0.0',
    '10.255.255.255',
    ['9.255.255.255', 'public'],
    ['11.0.0.0', 'public'],
  ],
  [
    '100.64.0.0/10',
    'private',
    '100.64.0.0',
    '100.127.255.255',
    ['100.63.255.255', 'public'],
    ['100.128.0.0', 'public'],
  ],
  [
    '100.100.100.200/32',
    'never',
    '100.100.100.200',
    '100.100.100.200',
    ['100.100.100.199', 'private'],
    ['100.100.100.201', 'private'],
  ],
  [
    '127.0.0.0/8',
    'private',
    '127.0.0.0',
    '127.255.255.255',
    ['126.255.255.255', 'public'],
    ['128.0.0.0', 'public'],
  ],
  [
    '168.63.129.16/32',
    'never',
    '168.63.129.16',
    '168.63.129.16',
    ['168.63.129.15', 'public'],
    ['168.63.129.17', 'public'],
  ],
  [
    '169.254.0.0/16',
    'never',
    '169.254.0.0',
    '169.254.255.255',
    ['169.253.255.255', 'public'],
    ['169.255.0.0', 'public'],
  ],
  [
    '172.16.0.0/12',
    'private',
    '172.16.0.0',
    '172.31.255.255',
    ['172.15.255.255', 'public'],
    ['172.32.0.0', 'public'],
  ],
  [
    '192.0.0.0/24',
    'never',
    '192.0.0.0',
    '192.0.0.255',
    ['191.255.255.255', 'public'],
    ['192.0.1.0', 'public'],
  ],
  ['192.0.2.0/24', 'never', '192.0.2.0', '192.0.2.255', ['192.0.1.255', 'public'], ['192.0.3.0', 'public']],
  [
    '192.88.99.0/24',
    'never',
    '192.88.99.0',
    '192.88.99.255',
    ['192.88.98.255', 'public'],
    ['192.88.100.0', 'public'],
  ],
  [
    '192.168.0.0/16',
    'private',
    '192.168.0.0',
    '192.168.255.255',
    ['192.167.255.255', 'public'],
    ['192.169.0.0', 'public'],
  ],
  [
    '198.18.0.0/15',
    'never',
    '198.18.0.0',
    '198.19.255.255',
    ['198.17.255.255', 'public'],
    ['198.20.0.0', 'public'],
  ],
  [
    '198.51.100.0/24',
    'never',
    '198.51.100.0',
    '198.51.100.255',
    ['198.51.99.255', 'public'],
    ['198.51.101.0', 'public'],
  ],
  [
    '203.0.113.0/24',
    'never',
    '203.0.113.0',
    '203.0.113.255',
    ['203.0.112.255', 'public'],
    ['203.0.114.0', 'public'],
  ],
  [
    '224.0.0.0/4',
    'never',
    '224.0.0.0',
    '239.255.255.255',
    ['223.255.255.255', 'public'],
    ['240.0.0.0', 'never'],
  ],
  ['240.0.0.0/4', 'never', '240.0.0.0', '255.255.255.255', ['239.255.255.255', 'never'], null],
  ['::/96', 'never', '::', '::ffff:ffff', null, ['::1:0:0', 'never']],
  ['::1/128', 'private', '::1', '::1', ['::', 'never'], ['::2', 'never']],
  [
    '64:ff9b:1::/48',
    'never',
    '64:ff9b:1::',
    '64:ff9b:1:ffff:ffff:ffff:ffff:ffff',
    ['64:ff9b:0:ffff:ffff:ffff:ffff:ffff', 'never'],
    ['64:ff9b:2::', 'never'],
  ],
  [
    '100::/64',
    'never',
    '100::',
    '100::ffff:ffff:ffff:ffff',
    ['ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
    ['100:0:0:1::', 'never'],
  ],
  [
    '100:0:0:1::/64',
    'never',
    '100:0:0:1::',
    '100::1:ffff:ffff:ffff:ffff',
    ['100::ffff:ffff:ffff:ffff', 'never'],
    ['100:0:0:2::', 'never'],
  ],
  [
    '2000::/3',
    'public',
    '2000::',
    '3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    ['1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
    ['4000::', 'never'],
  ],
  [
    '2001::/23',
    'never',
    '2001::',
    '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff',
    ['2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'public'],
    ['2001:200::', 'public'],
  ],
  [
    '2001::/32',
    'never',
    '2001::',
    '2001:0:ffff:ffff:ffff:ffff:ffff:ffff',
    ['2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'public'],
    ['2001:1::', 'never'],
  ],
  [
    '2001:2::/48',
    'never',
    '2001:2::',
    '2001:2:0:ffff:ffff:ffff:ffff:ffff',
    ['2001:1:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
    ['2001:2:1::', 'never'],
  ],
  [
    '2001:10::/28',
    'never',
    '2001:10::',
    '2001:1f:ffff:ffff:ffff:ffff:ffff:ffff',
    ['2001:f:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
    ['2001:20::', 'never'],
  ],
  [
    '2001:20::/28',
    'never',
    '2001:20::',
    '2001:2f:ffff:ffff:ffff:ffff:ffff:ffff',
    ['2001:1f:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
    ['2001:30::', 'never'],
  ],
  [
    '2001:30::/28',
    'never',
    '2001:30::',
    '2001:3f:ffff:ffff:ffff:ffff:ffff:ffff',
    ['2001:2f:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
    ['2001:40::', 'never'],
  ],
  [
    '2001:db8::/32',
    'never',
    '2001:db8::',
    '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
    ['2001:db7:ffff:ffff:ffff:ffff:ffff:ffff', 'public'],
    ['2001:db9::', 'public'],
  ],
  [
    '2002::/16',
    'never',
    '2002::',
    '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    ['2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'public'],
    ['2003::', 'public'],
  ],
  [
    '3fff::/20',
    'never',
    '3fff::',
    '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff',
    ['3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'public'],
    ['3fff:1000::', 'public'],
  ],
  [
    '5f00::/16',
    'never',
    '5f00::',
    '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    ['5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
    ['5f01::', 'never'],
  ],
  [
    'fc00::/7',
    'private',
    'fc00::',
    'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    ['fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
    ['fe00::', 'never'],
  ],
  [
    'fd00:42::42/128',
    'never',
    'fd00:42::42',
    'fd00:42::42',
    ['fd00:42::41', 'private'],
    ['fd00:42::43', 'private'],
  ],
  [
    'fd00:ec2::254/128',
    'never',
    'fd00:ec2::254',
    'fd00:ec2::254',
    ['fd00:ec2::253', 'private'],
    ['fd00:ec2::255', 'private'],
  ],
  [
    'fd20:ce::254/128',
    'never',
    'fd20:ce::254',
    'fd20:ce::254',
    ['fd20:ce::253', 'private'],
    ['fd20:ce::255', 'private'],
  ],
  [
    'fe80::/10',
    'never',
    'fe80::',
    'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    ['fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
    ['fec0::', 'private'],
  ],
  [
    'fec0::/10',
    'private',
    'fec0::',
    'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    ['febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
    ['ff00::', 'never'],
  ],
  [
    'ff00::/8',
    'never',
    'ff00::',
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    ['feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'private'],
    null,
  ],
];

/** Prefixes with IPv4 in the last 32 bits. */
const EMBEDDING = ['::ffff:', '64:ff9b::'];

t.test('each range extends from its first to its last address', (t) => {
  for (const [subnet, reach, first, last, before, after] of TABLE) {
    for (const address of [first, last]) t.equal(reachOf(address), reach, `${subnet}: ${address}`);
    for (const edge of [before, after])
      if (edge !== null) t.equal(reachOf(edge[0]), edge[1], `next to ${subnet}: ${edge[0]}`);
  }
  t.end();
});

t.test('an IPv4 address within an IPv6 address is classified as the IPv4 address', (t) => {
  for (const prefix of EMBEDDING) {
    for (const [, reach, first, last] of TABLE.filter(([subnet]) => subnet.includes('.')))
      for (const address of [first, last])
        t.equal(reachOf(`${prefix}${address}`), reach, `${prefix}${address}`);
    for (const public_ of ['1.1.1.1', '8.0.0.0', '223.255.255.255'])
      t.equal(reachOf(`${prefix}${public_}`), 'public', `${prefix}${public_}`);
  }
  for (const [address, reach] of [
    ['::ffff:a9fe:a9fe', 'never'],
    ['::FFFF:0A00:0001', 'private'],
    ['64:ff9b:0:0:0:0:7f00:1', 'private'],
    ['64:ff9b::808:808', 'public'],
    ['::fffe:ffff:ffff', 'never'],
    ['::1:0:0:0', 'never'],
    ['64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
    ['64:ff9b::1:0:0', 'never'],
    // Withdrawn forms of the same, which no receiver uses.
    ['::10.0.0.1', 'never'],
    ['::8.8.8.8', 'never'],
    ['2002:a00:1::1', 'never'],
  ] as const)
    t.equal(reachOf(address), reach, address);
  t.end();
});

t.test('the zone of an address is ignored', (t) => {
  t.equal(reachOf('fe80::1%eth0'), 'never');
  t.equal(reachOf('fd00::1%2'), 'private');
  t.equal(reachOf('2606:4700::1111%1'), 'public');
  t.equal(reachOf('::ffff:10.0.0.1%lo'), 'private');
  t.end();
});

t.test('public addresses have no row, and invalid addresses are never reachable', (t) => {
  for (const address of ['1.1.1.1', '100.0.0.1', '192.0.1.1', '2606:4700:4700::1111', '2a00:1450::1'])
    t.equal(reachOf(address), 'public', address);
  for (const address of ['', 'localhost', '1.2.3', 'nonsense::g'])
    t.equal(reachOf(address), 'never', address);
  t.end();
});

t.test('every row has a source, and its bounds are in the table above', (t) => {
  const edges = new Set(TABLE.map(([subnet]) => subnet));
  const catchAll = ['0.0.0.0/0', '::/0', '::ffff:0:0/96', '64:ff9b::/96'];
  t.same(
    RANGES.map(({ subnet }) => subnet).filter((subnet) => !edges.has(subnet)),
    catchAll,
  );
  for (const { subnet, source, purpose } of RANGES) t.match([source, purpose], [/\w/, /\w/], subnet);
  t.end();
});
