/** The phone removed the device while the daemon was down: the server answers 401 at the next login. */
import t from 'tap';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

for (const generation of ['2026-04', '2026-07'] as const) {
  for (const [how, knobs] of [
    ['heard', {}],
    ['with navigation', { loginRefusedNavigates: true, refusalIsHeard: false }],
    ['neither heard nor with navigation', { refusalIsHeard: false }],
  ] as const) {
    const isExplained = how !== 'neither heard nor with navigation';
    const reason = isExplained ? 'logged_out_by_phone' : 'auth_failed';
    t.test(`401 at login, ${how}, is reported as ${reason} (${generation})`, async (t) => {
      await using sim = await Simulator.start({ generation, knobs });
      await using home = await Home.make(sim, { t });
      const phone = sim.createPhone({ number: '15550001111' });
      const before = await home.start();
      await before.link(phone);
      await before.stop();
      t.same(await before.leftBehind({ profile: 'kept' }), []);
      phone.unlink();

      const wad = await home.start();
      await wad.until('linking');
      t.match(await wad.status(), {
        reason,
        hint: /^wactl .*\bqr$/,
        session: { hasSession: false, connected: false },
        reconnectAttempts: 0,
      });
      t.same(
        (await wad.events('alert')).map(({ data }) => data.reason),
        [reason],
      );
      t.notOk((await wad.states()).includes('reconnecting'), 'a refused login never uses the backoff');
      const aside = () =>
        home.sessions().filter((name) => /^session-default\.(?!lock|holder|linked)/.test(name));
      const expected = isExplained ? [] : [/^session-default\.authfailed-\d{8}T\d{9}Z$/];
      t.match(aside(), expected, 'an unexplained profile is quarantined, not deleted');
      t.equal(aside().length, expected.length);

      await wad.link(phone);
      await wad.stop();
      t.same(aside(), [], 'the next ready removes it');
      t.same(await wad.leftBehind({ profile: 'kept' }), []);
      const again = await home.start();
      await again.until('ready');
      t.same(await again.events('qr'), []);
      await again.stop();
      t.same(await again.leftBehind({ profile: 'kept' }), []);
    });
  }
}
