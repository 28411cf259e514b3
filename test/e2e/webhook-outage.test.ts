/**
 * A receiver that was down while the daemon ended ten times gets every event once, in order.
 * One of the ends is a kill -9.
 */

import t from 'tap';
import { Feed } from '../../src/daemon/events/feed.js';
import { EVENTS } from '../../src/protocol/events/index.js';
import { openStore } from '../../src/store/open.js';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { Receiver } from '../harness/receiver.js';
import { keepLog } from '../harness/server.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const RESTARTS = 10;
const EACH = 100;
/** A message that contains its number. */
const numbered = (n: number) => ({ ...EVENTS.message.example, body: String(n) });
/** After a kill, the next daemon waits until the lock is stale, some 10 s. */
const KILLED = 4;

t.test('a receiver that was down for 1,000 events and 10 restarts gets each event once', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  await using receiver = await Receiver.start(null);
  const env = { WAD_WEBHOOK_CRM_URL: receiver.url, WAD_WEBHOOK_CRM_TYPES: 'message' };
  // Without a browser: the journal accepts events from any source.
  const options = { args: ['--no-auto-init'], env };
  /** Appends events while the daemon is down, by the daemon's own code. */
  let reported = 0;
  const journal = async (count: number): Promise<void> => {
    const store = openStore({ directory: home.stateDir });
    const feed = new Feed({ account: 'default', store, log: keepLog() });
    for (const end = reported + count; reported < end; reported += 1)
      feed.append('message', numbered(reported));
    await feed.settled();
    store.close();
  };

  // The first start sets its position.
  const first = await home.start(options);
  await first.stop();
  await receiver.down();
  for (let restart = 0; restart < RESTARTS; restart += 1) {
    await journal(EACH);
    const wad = await home.start(options);
    await wad.logged('webhook.failed');
    t.match((await wad.request('webhook.list')).webhooks, [{ name: 'crm', state: 'waiting', dead: 0 }]);
    if (restart === KILLED) await wad.kill();
    else t.match(await wad.stop(), { code: 0 });
  }

  await receiver.up();
  const numbers = () => receiver.taken.map(({ body }) => Number(body.data.body));
  const wanted = Array.from({ length: RESTARTS * EACH }, (_, n) => n);
  const back = await home.start(options);
  await receiver.took(RESTARTS * EACH, 60_000);
  t.same(numbers(), wanted, 'each event arrives once, in order');
  t.equal(new Set(receiver.taken.map(({ id }) => id)).size, RESTARTS * EACH, 'each event has its own id');
  t.match(await back.stop(), { code: 0 });

  await journal(1);
  const last = await home.start(options);
  await receiver.took(wanted.length + 1);
  t.same(numbers(), [...wanted, wanted.length], 'another start repeats nothing');
  const idle = async () => (await last.request('webhook.list')).webhooks[0]?.state === 'idle';
  await eventually(idle, 'the position is after the last event');
  t.match((await last.request('webhook.list')).webhooks, [{ behind: 0, dead: 0, lastError: null }]);
  await last.stop();
});
