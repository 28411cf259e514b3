/** The two ids of a message sort by time, have WhatsApp's form, and never repeat. */
import t from 'tap';
import { idsFromKeys, messageId, ownId, RANDOM_IDS } from '../../../../src/daemon/outgoing/ids.js';

t.test('our ids are hex of one length at any time, and sort by time', async (t) => {
  const times = [0, 1, 0xffff, 1_700_000_000_000, 1_700_000_000_001, 2 ** 43];
  const ids = times.map(ownId);
  for (const id of ids) t.match(id, /^m-[0-9a-f]{20}$/);
  t.same(ids, ids.toSorted());
  t.match(ownId(-5), /^m-0{11}[0-9a-f]{9}$/, 'with a clock before 1970');
});

t.test('the ids of WhatsApp are 3EB0 and 18 hex digits', async (t) => {
  t.match(messageId(), /^3EB0[0-9A-F]{18}$/);
});

t.test('every digit of both ids varies, and no id repeats', async (t) => {
  const COUNT = 20_000;
  const own = Array.from({ length: COUNT }, () => ownId(1_700_000_000_000));
  const theirs = Array.from({ length: COUNT }, messageId);
  t.equal(new Set(own).size, COUNT);
  t.equal(new Set(theirs).size, COUNT);
  for (const [ids, from] of [
    [own, 13],
    [theirs, 4],
  ] as const)
    for (let at = from; at < 22; at += 1) t.equal(new Set(ids.map((id) => id[at])).size, 16, `digit ${at}`);
});

t.test('an id from a key is the same on every machine, and differs for all else', async (t) => {
  const choose = idsFromKeys('secret', 'shop');
  const id = choose('15550001111@c.us', 'order-1');
  t.match(id, /^3EB0[0-9A-F]{18}$/);
  t.equal(idsFromKeys(Buffer.from('secret'), 'shop')('15550001111@c.us', 'order-1'), id);
  const others = [
    choose('15550001111@c.us', 'order-2'),
    choose('15550002222@c.us', 'order-1'),
    idsFromKeys('other', 'shop')('15550001111@c.us', 'order-1'),
    idsFromKeys('secret', 'office')('15550001111@c.us', 'order-1'),
    choose('15550001111@c.us', null),
    choose('15550001111@c.us', null),
    RANDOM_IDS('15550001111@c.us', 'order-1'),
    RANDOM_IDS('15550001111@c.us', 'order-1'),
  ];
  t.equal(new Set([id, ...others]).size, 9);
});
