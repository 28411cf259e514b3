/** A saved session survives every orderly stop: it is linked once, and no QR code is shown again. */
import t, { type Test } from 'tap';
import { Home } from '../harness/home.js';
import type { Wad } from '../harness/wad.js';
import { Simulator } from '../simulator/simulator.js';

const ROUNDS = Number(process.env.WAD_ROUNDS ?? 3);
// For slow machines. It usually takes a tenth of this.
t.setTimeout(60_000 + ROUNDS * 60_000);
const GENERATIONS = ['2026-04', '2026-09'] as const;

/** Sends and receives a message, and checks that both arrive. */
async function talks(t: Test, sim: Simulator, wad: Wad, round: number): Promise<void> {
  const [contact] = sim.contacts;
  if (!contact) throw new Error('there is no contact');
  const sent = await wad.request('message.send', { to: contact.number, text: `out ${round}` });
  const end = await wad.request('message.wait', { id: sent.id, for: 'read', timeoutMs: 30_000 });
  t.match(end, { state: 'read', ack: 3, messageId: sent.messageId, error: null });
  t.same(
    contact.received.filter(({ body }) => body === `out ${round}`).map(({ id }) => id),
    [sent.messageId],
    'the message arrived once, under the id that we chose',
  );
  const id = await contact.send(`in ${round}`);
  const { data } = await wad.event('message', ({ messageId }) => messageId === id);
  t.match(data, { body: `in ${round}`, chatId: contact.wid, fromMe: false, type: 'text', backfilled: false });
}

for (const generation of GENERATIONS) {
  t.test(`${ROUNDS} rounds of stop and start show no QR (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: '15550001111', pushname: 'Ada' });
    sim.createContact({ number: '15550002222', pushname: 'Ben' });

    const first = await home.start();
    await first.link(phone);
    t.match(await first.status(), {
      status: 'ready',
      session: {
        hasSession: true,
        phone: '15550001111',
        platform: 'android',
        connected: true,
        pushname: 'Ada',
      },
      reconnectAttempts: 0,
      reason: 'none',
      hint: null,
    });
    await talks(t, sim, first, 0);
    const { agent } = sim.loads[0] ?? {};
    t.match(agent, { userAgent: /\(X11; Linux x86_64\) .* Chrome\/\d+\.0\.0\.0 Safari/, automated: false });
    t.notMatch(agent, { userAgent: /Headless/ });
    const version = /Chrome\/(\d+)/.exec(agent?.userAgent ?? '')?.[1];
    t.ok(agent?.brands.includes(`Chromium ${version}`), 'the client hints have the same version');
    await first.stop();
    t.same(await first.leftBehind({ profile: 'kept' }), []);

    for (let round = 1; round <= ROUNDS; round++) {
      const wad = await home.start();
      t.not((await wad.status()).status, 'stopped', 'the first request finds it already starting');
      t.equal((await wad.until('ready')).status, 'ready');
      t.same(await wad.states(), ['starting', 'syncing', 'ready'], `round ${round}: straight to ready`);
      t.same(await wad.events('qr'), [], 'no QR was shown');
      await talks(t, sim, wad, round);
      const end = await wad.stop();
      t.same(await wad.leftBehind({ profile: 'kept' }), [], `stopped in ${Math.round(end.ms)} ms`);
    }
    t.equal(phone.devices.length, 1, 'the device stays linked throughout');
  });
}
