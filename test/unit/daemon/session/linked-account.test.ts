/** A store belongs to one account: messages queued for it are never sent by another account's page. */
import t, { type Test } from 'tap';
import { Outbox } from '../../../../src/daemon/outgoing/outbox.js';
import { LinkedAccount } from '../../../../src/daemon/session/linked-account.js';
import { Fault } from '../../../../src/protocol/fault.js';
import { keepLines } from '../../log/lines.js';
import { message, opened, WID } from '../../store/scratch.js';

const OTHER = '15550009999@c.us';

async function owned(t: Test) {
  const store = opened(t);
  const log = keepLines();
  const outbox = new Outbox(store, log);
  const open: string[] = [];
  let forgot = 0;
  const owner = new LinkedAccount({
    ...{ store, outbox, log },
    sender: { open: (wid) => void open.push(wid) },
    recipients: {
      forget: () => {
        forgot += 1;
      },
    },
  });
  owner.link(WID);
  await store.write((tx) => store.outbox.accept(tx, message(1)));
  return { store, log, outbox, owner, open, forgot: () => forgot };
}

t.test('the first linked account owns the store, whichever of its devices is linked', async (t) => {
  const { store, owner, open, forgot } = await owned(t);
  const before = forgot();
  owner.ready('15550001111:12@c.us');
  t.equal(store.account.wid, WID);
  t.same(open, [WID]);
  t.equal(forgot(), before, 'the cached recipients stay');
});

t.test('a change of account fails the queued messages and clears the cached recipients', async (t) => {
  const { store, outbox, owner, open, forgot } = await owned(t);
  const before = forgot();
  owner.ready(OTHER);
  t.match(outbox.get('m-1'), { state: 'failed', error: { kind: 'account_changed' } });
  t.equal(store.account.wid, OTHER);
  t.same(open, [OTHER]);
  t.equal(forgot(), before + 1);
});

t.test(
  'a disk that refuses the new owner keeps the queue closed until the owner can be written',
  async (t) => {
    const { store, outbox, owner, open, log } = await owned(t);
    const refusing = t.intercept(store, 'writeNow', {
      value: () => {
        throw new Fault('disk_full');
      },
    });
    owner.link(OTHER);
    owner.ready(OTHER);
    t.same(open, [], "the old account's queue is not sent by the new account's page");
    t.match(outbox.get('m-1'), { state: 'queued' });
    t.ok(log.lines.some(([level, event]) => level === 'error' && event === 'account.link-refused'));
    refusing.restore();
    owner.again(OTHER);
    t.match(outbox.get('m-1'), { state: 'failed' });
    t.same(open, [OTHER]);
    owner.again(OTHER);
    t.same(open, [OTHER], 'it is open already');
  },
);

t.test('a page without an account opens no queue', async (t) => {
  const { owner, open } = await owned(t);
  owner.ready(null);
  t.same(open, []);
});
