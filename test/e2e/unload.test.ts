/** A page with a message that has no ack asks before it is reloaded; the question stops nothing. */
import t from 'tap';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

t.test('a page that asks before it is reloaded is reloaded', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-09' });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111' });
  const contact = sim.createContact({ number: '15550002222' });
  const wad = await home.startLinked(phone);
  const browsers = await home.browsers();
  await sim.set('ackFault', 'never');
  const { id } = await wad.request('message.send', { to: contact.number, text: 'no ack' });
  await contact.waitForMessage(({ body }) => body === 'no ack');
  const page = sim.pages[0];
  if (page === undefined) return t.fail('no page');
  await sim.set('ackFault', 'none');
  const after = await wad.mark();
  await page.reload();
  await sim.waitForPage(({ id: next }) => next !== page.id);
  await wad.became('ready', { after });
  const params = { id, for: 'sent', timeoutMs: 60_000 } as const;
  t.match(await wad.request('message.wait', params, { timeoutMs: 65_000 }), { error: null });
  t.same(await home.browsers(), browsers, 'in the same browser');
  t.same(
    contact.received.map(({ body }) => body),
    ['no ack'],
  );
  await wad.stop();
});
