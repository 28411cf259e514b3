/** The page's answers about a person are used unless a newer fact arrives before them. */
import t, { type Test } from 'tap';
import { RecipientCache } from '../../../../src/daemon/outgoing/recipient-cache.js';
import type { Restriction } from '../../../../src/session/restriction.js';
import { keepLines } from '../../log/lines.js';
import { NOW, WID } from '../../store/scratch.js';
import { A, open, Page, until } from './sending.js';

const LOCKED: Restriction = { kind: 'time_lock', untilMs: NOW + 3_600_000, used: null, total: null };

/** A page that decides each answer when it is asked, and delivers it when the test says so. */
class SlowPage extends Page {
  readonly #late: (() => void)[] = [];

  override async mayWrite(chatId: typeof A): Promise<boolean> {
    const answer = this.reachable.has(chatId);
    await new Promise<void>((arrive) => this.#late.push(arrive));
    return answer;
  }

  arrive(): void {
    for (const arrive of this.#late.splice(0)) arrive();
  }
}

function begin(t: Test) {
  const page = new SlowPage();
  const log = keepLines();
  const cache = new RecipientCache({ page, restriction: () => LOCKED, log, now: () => NOW });
  cache.useAccount(WID);
  t.equal(cache.mayWrite(A), null);
  return { page, cache };
}

t.test('an answer from before the person wrote is discarded', async (t) => {
  const { page, cache } = begin(t);
  const asked = cache.ask([A]);
  page.reachable.add(A);
  page.knownChats.add(A);
  cache.reconsider(A);
  page.arrive();
  await asked;
  t.equal(cache.mayWrite(A), null, 'the page is asked again');
  t.equal(cache.hasChat(A), null);
  const again = cache.ask([A]);
  page.arrive();
  await again;
  t.equal(cache.mayWrite(A), true);
  t.equal(cache.hasChat(A), true);
  t.equal(cache.reconsider(A), false, 'the permission to write to them stays');
  t.equal(cache.mayWrite(A), true);
});

t.test('a person who may not be written to is checked again after they write', async (t) => {
  const { page, cache } = begin(t);
  const asked = cache.ask([A]);
  page.arrive();
  await asked;
  t.equal(cache.mayWrite(A), false);
  t.equal(cache.reconsider(A), true);
  t.equal(cache.mayWrite(A), null);
  t.equal(cache.reconsider(A), false, 'there is nothing more to forget');
});

t.test('a held message is sent when its person writes, under either identity', async (t) => {
  for (const how of ['number', 'lid', 'lid, learnt later'] as const) {
    const { page, sender, accept, store } = open(t, { restriction: () => LOCKED, now: () => NOW });
    const pair = { number: A, lid: '200000000002222@lid' } as const;
    if (how === 'lid') {
      store.writeNow((tx) => store.identities.put(tx, pair));
      sender.identified([pair], 0);
    }
    const row = await accept(A, 'held');
    sender.open(WID);
    await until(() => sender.waitOf(store.outbox.get(row.id) ?? row)?.waitsFor === 'restriction');
    t.same(page.sent, []);
    page.reachable.add(A);
    sender.personWrote(how === 'number' ? A : pair.lid);
    if (how === 'lid, learnt later') {
      store.writeNow((tx) => store.identities.put(tx, pair));
      sender.identified([pair], 0);
    }
    await until(() => page.sent.length === 1, how);
  }
});
