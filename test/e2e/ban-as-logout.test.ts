/**
 * A ban or lock that WhatsApp Web presents as a logout is reported as `banned`.
 * The page wipes its credentials and reloads, as it does for a logout.
 */
import t from 'tap';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

for (const [code, knobs, says] of [
  [406, {}, /banned this account and logged it out \(406\)/],
  [403, {}, /locked this account and logged it out \(403\).*verified/],
  // After a lock, the address of the next document contains the code.
  [403, { refusalIsHeard: false, logoutOrder: 'reload-only' }, /locked this account/],
] as const)
  for (const when of ['while it is ready', 'while the daemon is down'] as const)
    t.test(
      `${code} ${when} is reported as a ban, not as a logout by the phone (${JSON.stringify(knobs)})`,
      async (t) => {
        await using sim = await Simulator.start({ generation: '2026-10', knobs });
        await using home = await Home.make(sim, { t });
        const phone = sim.createPhone({ number: '15550001111' });
        let wad = await home.start();
        await wad.link(phone);
        if (when === 'while it is ready') phone.ban(code);
        else {
          await wad.stop();
          phone.ban(code);
          wad = await home.start();
        }
        await wad.until('failed');
        t.match(await wad.status(), {
          ...{ reason: 'banned', nextAttemptAt: null },
          session: { hasSession: false, connected: false },
        });
        const alerts = await wad.events('alert');
        t.same(
          alerts.map(({ data }) => data.reason),
          ['banned'],
        );
        t.match(alerts[0]?.data.says, says);
        t.equal((await wad.wactl(['send', '15550002222', 'hello'])).code, 4, 'a person must act');

        // After the ban is lifted, the account can be linked again.
        phone.unban();
        phone.unlink();
        await wad.request('session.initialize');
        await wad.link(phone);
        await wad.stop();
        t.same(await wad.leftBehind({ profile: 'kept' }), []);
      },
    );

t.test('a ban that the page does not report looks like a logout by the phone', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-10', knobs: { refusalIsHeard: false } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111' });
  const wad = await home.start();
  await wad.link(phone);
  phone.ban(406);
  await wad.until('linking');
  t.match(await wad.status(), { reason: 'logged_out_by_phone', session: { hasSession: false } });
  await wad.stop();
});
