/** A page reloads itself during its sync. Messages arrive in the next document, and there is no alert. */
import t from 'tap';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

/** Delays after the sync, in ms. On an idle machine the library is busy for some 100 ms after the sync. */
const MOMENTS = [1, 10, 20, 35, 50, 70, 90, 120, 160, 250];

t.test('a reload at any time during the sync loses no message and causes no alert', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-09' });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111' });
  const contact = sim.createContact({ number: '15550002222' });
  await home.saveSession(phone);
  for (const ms of MOMENTS) {
    await sim.set('reloadAtSyncMs', ms);
    const loads = sim.loads.length;
    const wad = await home.start();
    await wad.until('ready');
    await sim.waitForPage(() => sim.loads.length >= loads + 2, { timeoutMs: 30_000 });
    await wad.until('ready');
    const text = `reloaded after ${ms} ms`;
    const messageId = await contact.send(text);
    await wad.event('message', (data) => data.messageId === messageId);
    t.same(await wad.events('alert'), [], text);
    t.notOk((await wad.states()).includes('reconnecting'), 'the reload is not a crash');
    await wad.stop();
    t.same(await wad.leftBehind({ profile: 'kept' }), []);
  }
});
