/** When WhatsApp Web unlinks itself, that is reported as a logout by the page, with its reason. */
import t from 'tap';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

for (const logoutOrder of ['reload', 'reload-only'] as const)
  t.test(
    `a page that unlinks itself is not reported as a logout by the phone (${logoutOrder})`,
    async (t) => {
      await using sim = await Simulator.start({ generation: '2026-10', knobs: { logoutOrder } });
      await using home = await Home.make(sim, { t });
      const phone = sim.createPhone({ number: '15550001111' });
      const wad = await home.start();
      await wad.link(phone);
      await sim.faults.inPages('logout', { reason: 'syncd_failure' });
      await wad.until('linking');
      t.match(await wad.status(), {
        ...{ reason: 'logged_out_by_page', hint: /^wactl .*\bqr$/ },
        session: { hasSession: false, connected: false },
      });
      const alerts = await wad.events('alert');
      t.same(
        alerts.map(({ data }) => data.reason),
        ['logged_out_by_page'],
      );
      t.equal(alerts[0]?.data.says, 'WhatsApp Web itself unlinked this account (syncd_failure).');
      t.same(phone.devices, [], 'the phone lists no device');

      await wad.link(phone);
      if (logoutOrder === 'reload') {
        phone.unlink();
        await wad.until('linking');
        t.match(
          await wad.status(),
          { reason: 'logged_out_by_phone' },
          'the next logout is reported as one by the phone',
        );
      }
      await wad.stop();
    },
  );
