/**
 * The phone unlinks a running account (H8).
 * The profile is removed only after the browser has ended, and the next link gets a profile that is on disk.
 */
import { watch } from 'node:fs';
import t from 'tap';
import { Home } from '../harness/home.js';
import { isAlive } from '../harness/processes.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const ORDERS = [
  ['2026-04', 'reload'],
  ['2026-10', 'reload'],
  ['2026-04', 'cmd'],
  ['2026-04', 'bridge'],
  ['2026-04', 'unpaired-first'],
  ['2026-04', 'navigation-only'],
  ['2026-07', 'cmd'],
  ['2026-07', 'unpaired-first'],
] as const;

for (const [generation, logoutOrder] of ORDERS) {
  t.test(
    `a logout by the phone (${logoutOrder}, ${generation}) ends in a fresh QR and a fresh profile`,
    async (t) => {
      await using sim = await Simulator.start({ generation, knobs: { logoutOrder } });
      await using home = await Home.make(sim, { t });
      const phone = sim.createPhone({ number: NUMBER });
      const wad = await home.start();
      const firstQr = await wad.qr();
      await phone.scan(firstQr);
      await wad.until('ready');

      const { browser } = await wad.request('daemon.info');
      const aliveWhenItWent: boolean[] = [];
      const watcher = watch(home.authDir, (_, name) => {
        if (name === 'session-default') aliveWhenItWent.push(isAlive(browser.pid ?? 0));
      });
      phone.unlink();
      await wad.until('linking');
      watcher.close();
      t.equal(aliveWhenItWent[0], false, 'the profile was removed after its browser had ended');
      t.match(await wad.status(), {
        status: 'linking',
        reason: 'logged_out_by_phone',
        hint: /^wactl .*\bqr$/,
        session: { hasSession: false, phone: null, connected: false, pushname: null },
        reconnectAttempts: 0,
      });
      t.same(
        (await wad.events('alert')).map(({ data }) => data.reason),
        ['logged_out_by_phone'],
      );
      t.notOk((await wad.states()).includes('reconnecting'), 'no state was reconnecting');
      t.same(
        home.sessions(),
        ['session-default', 'session-default.holder.json', 'session-default.lock'],
        'nothing was quarantined',
      );

      const secondQr = await wad.qr();
      t.not(secondQr, firstQr);
      await phone.scan(secondQr);
      await wad.until('ready');
      t.match(await wad.status(), { reason: 'none', session: { hasSession: true, phone: NUMBER } });
      await wad.stop();
      t.same(await wad.leftBehind({ profile: 'kept' }), []);

      const again = await home.start();
      await again.until('ready');
      t.same(await again.states(), ['starting', 'syncing', 'ready']);
      t.same(await again.events('qr'), []);
      await again.stop();
      t.same(await again.leftBehind({ profile: 'kept' }), []);
      t.equal(phone.devices.length, 1);
    },
  );
}

t.test('with afterLogout = "stop" it stays stopped, and reports the reason', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const wad = await home.start({ env: { WAD_AFTER_LOGOUT: 'stop' } });
  await wad.link(phone);
  phone.unlink();
  await wad.until('stopped');
  t.match(await wad.status(), {
    status: 'stopped',
    reason: 'logged_out_by_phone',
    hint: /^wactl .*\binit$/,
    session: { hasSession: false },
    nextAttemptAt: null,
  });
  await wad.event('alert', ({ reason }) => reason === 'logged_out_by_phone');
  const { code } = await wad.wactl(['qr', '--raw']);
  t.equal(code, 5, 'no QR code is shown');
  t.match(await wad.wactl(['init']), { code: 0 });
  await wad.link(phone);
  await wad.stop();
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
});
