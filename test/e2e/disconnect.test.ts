/** `wactl disconnect` and `wactl clear-session` work in every state, unprompted, and leave no session. */
import t from 'tap';
import { Home } from '../harness/home.js';
import { LASTING, SITUATIONS } from '../harness/situations.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';

for (const command of ['disconnect', 'clear-session'] as const) {
  t.test(`wactl ${command} works in every state`, async (t) => {
    await using sim = await Simulator.start({ knobs: { deviceLimit: 50 } });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const wad = await home.start({ args: ['--no-auto-init'], env: LASTING });
    for (const { state, reach, unlinked } of SITUATIONS) {
      await reach(wad, sim, phone);
      t.equal((await wad.status()).status, state);
      const linkedBefore = phone.devices.length;
      const { hasSession } = (await wad.status()).session;
      const startedAt = performance.now();
      const end = await wad.wactl([command, '-o', 'json']);
      const ms = performance.now() - startedAt;
      t.equal(end.code, 0, `${state}: ${end.stderr}`);
      t.ok(ms < 20_000, `${state}: answered after ${Math.round(ms)} ms`);
      const expected = unlinked?.[command] ?? false;
      t.match(JSON.parse(end.stdout), {
        success: true,
        unlinked: expected,
        status: 'stopped',
        message: String,
      });
      if (hasSession && !expected)
        t.match(end.stderr, /warning/, `${state}: the output warns that the link may still exist`);
      if (expected) t.equal(end.stderr, '');
      if (expected)
        t.equal(phone.devices.length, linkedBefore - 1, `${state}: the phone no longer lists the device`);
      t.same(
        home.sessions(),
        ['session-default.holder.json', 'session-default.lock'],
        `${state}: nothing of the session is left`,
      );
      t.same(await home.browsers(), [], `${state}: no browser is left`);
      t.match(await wad.status(), {
        status: 'stopped',
        reason: 'user_stopped',
        hint: /^wactl .*\binit$/,
        session: { hasSession: false, phone: null, platform: null, connected: false, pushname: null },
        reconnectAttempts: 0,
        nextAttemptAt: null,
      });
      await sim.faults.networkUp();
      await sim.faults.sync('when-listened');
    }
    await wad.request('session.initialize');
    await wad.link(phone);
    await wad.stop();
    t.same(await wad.leftBehind({ profile: 'kept' }), [], 'a fresh link afterwards works normally');
  });
}

t.test(
  'the daemon does not wait for an unreachable phone: unlinked is false, and the session is removed',
  async (t) => {
    await using sim = await Simulator.start({ knobs: { logoutFrameMs: 60_000 } });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const wad = await home.start({ env: { WAD_SHUTDOWN_LOGOUT_MS: '1500' } });
    await wad.link(phone);
    const end = await wad.wactl(['disconnect', '-o', 'json']);
    t.match(end, { code: 0, stderr: /warning/ });
    t.match(JSON.parse(end.stdout), { success: true, unlinked: false });
    t.equal(phone.devices.length, 1);
    await wad.stop();
    t.same(await wad.leftBehind({ profile: 'gone' }), []);
  },
);

for (const generation of ['2026-04', '2026-07'] as const) {
  for (const logoutReturns of ['nothing', 'promise'] as const) {
    t.test(
      `unlinked is true only if the phone confirms it (${generation}, logout returns ${logoutReturns})`,
      async (t) => {
        await using sim = await Simulator.start({ generation, knobs: { logoutReturns, logoutFrameMs: 300 } });
        await using home = await Home.make(sim, { t });
        const phone = sim.createPhone({ number: NUMBER });
        const wad = await home.start();
        await wad.link(phone);
        t.match(await wad.request('session.disconnect'), { unlinked: true });
        t.equal(phone.devices.length, 0);
        await wad.stop();
        t.same(await wad.leftBehind({ profile: 'gone' }), []);
      },
    );
  }
}
